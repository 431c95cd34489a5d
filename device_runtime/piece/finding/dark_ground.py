"""Dark ground, on which writing may be light: where it is looked for, and what in it is no writing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv import cv2
from device_runtime.image.polarity import Polarity, polarity

_BLOCK_PX = 12  # dark ground is looked for in means of such squares: higher than most strokes are wide
_GROUND_BLOCKS = (2, 5)  # rows, columns
_THICK_PX = 21
_EXTREME = 0.001  # share of the pixels that is passed over to find the darkest and the lightest

Gray = NDArray[np.uint8]


def has_dark_ground(gray: Gray) -> bool:
    """Tell whether a part of a picture as large as a word is dark on the whole, so that light writing may stand on it.

    Args:
        gray: uint8 [H, W].
    """
    rows, columns = (max(1, side // _BLOCK_PX) for side in gray.shape)
    whole = gray[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    # Means of squares, uint8 [H / 12, W / 12], against the middle between the darkest and the lightest level.
    blocks = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    counts = cv2.calcHist([gray], [0], None, [256], [0, 256]).ravel().astype(np.int64).cumsum()
    lowest, highest = (int(counts.searchsorted(share * counts[-1])) for share in (_EXTREME, 1 - _EXTREME))
    # A word's worth of dark squares side by side.
    dark = np.asarray(2 * blocks.astype(np.int32) < lowest + highest, np.uint8)
    return bool(cv2.erode(dark, np.ones(_GROUND_BLOCKS, np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0).any())


def without_ground(mask: Gray) -> Gray:
    """Drop the pieces of a mask, uint8 [H, W], that are thicker than a stroke: the paper around a dark label."""
    # The pieces that hold a square as large as no stroke does, and a mask of the others by a table of labels.
    thick = cv2.erode(mask, np.ones((_THICK_PX, _THICK_PX), np.uint8))
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    keep = np.ones(count, np.uint8)
    keep[labels[thick > 0]] = 0
    keep[0] = 0
    return np.asarray(keep[labels], np.uint8)


def is_light(field: Gray) -> bool:
    """Whether the ink of a line, uint8 [H, W], is light."""
    return polarity(field) is Polarity.LIGHT
