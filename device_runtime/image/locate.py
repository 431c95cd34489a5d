"""Frame to fields: the lines of writing in an image, most likely first.

Lines are found by merging dark pieces sideways, and light ones where the picture has dark ground. This serves flat,
upright pictures of labels and envelopes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv import cv2
from device_runtime.image.polarity import Polarity, polarity
from device_runtime.image.resize import resize_exact
from device_runtime.types import Field

MAX_FIELDS = 16

_WORK_SIDE_PX = 1200
_MIN_LINE_HEIGHT_PX = 8  # at working scale; smaller writing cannot be read
_BACKGROUND_PX = 61
_MIN_INK_DARKNESS = 12  # of 255, against the paper around it
_BLOCK_PX = 12  # dark ground is looked for in means of such squares: higher than most strokes are wide
_GROUND_BLOCKS = (2, 5)  # rows, columns
_THICK_PX = 21
_EXTREME = 0.001  # share of the pixels that is passed over to find the darkest and the lightest


class _Box(NamedTuple):
    """A line at working scale.

    Attributes:
        left: first column.
        top: first row.
        width: columns.
        height: rows.
        ink: how many pixels of ink it holds.
    """

    left: int
    top: int
    width: int
    height: int
    ink: int


def locate(gray: NDArray[np.uint8]) -> list[Field]:
    """Find lines of writing in an image.

    Args:
        grey: uint8 [H, W].

    Returns:
        At most MAX_FIELDS, those with most ink first.
    """
    # Grey at working scale, the long side at most 1200 px.
    height, width = gray.shape
    scale = min(1.0, _WORK_SIDE_PX / max(height, width))
    if scale < 1:
        gray = resize_exact(gray, max(1, round(width * scale)), max(1, round(height * scale)))
    # Lines of dark ink; and where there is dark ground, lines of light ink.
    boxes = _lines(_ink_mask(gray))
    if _has_dark_ground(gray):
        light = _lines(_strokes(_ink_mask(np.asarray(255 - gray, np.uint8))))
        light = [box for box in light if _ink_of(gray, box) is Polarity.LIGHT]
        # Between light strokes there are dark gaps, which the first pass takes for ink.
        boxes = [box for box in boxes if not (light and _ink_of(gray, box) is Polarity.LIGHT)] + light
    boxes.sort(key=lambda box: -box.ink)
    return [_field(box, gray.shape, scale) for box in boxes[:MAX_FIELDS]]


def _lines(mask: NDArray[np.uint8] | None) -> list[_Box]:
    """The lines of an ink mask, uint8 [H, W], that are high enough to be read; none for no mask."""
    return [] if mask is None else [box for box in _line_boxes(mask) if box.height >= _MIN_LINE_HEIGHT_PX]


def _strokes(mask: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
    """An ink mask, uint8 [H, W], without the pieces that are thicker than a stroke: the paper around a dark label."""
    if mask is None:
        return None
    # The pieces that hold a square as large as no stroke does, and a mask of the others by a table of labels.
    thick = cv2.erode(mask, np.ones((_THICK_PX, _THICK_PX), np.uint8))
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    keep = np.ones(count, np.uint8)
    keep[labels[thick > 0]] = 0
    keep[0] = 0
    return keep[labels]


def _has_dark_ground(gray: NDArray[np.uint8]) -> bool:
    """Whether a piece of the picture as large as a word is dark on the whole, so that light writing may stand on it."""
    rows, columns = (max(1, side // _BLOCK_PX) for side in gray.shape)
    whole = gray[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    # Means of squares, uint8 [H / 12, W / 12], against the middle between the darkest and the lightest level.
    blocks = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    counts = cv2.calcHist([gray], [0], None, [256], [0, 256]).ravel().astype(np.int64).cumsum()
    lowest, highest = (int(counts.searchsorted(share * counts[-1])) for share in (_EXTREME, 1 - _EXTREME))
    # A word's worth of dark squares side by side.
    dark = np.asarray(2 * blocks.astype(np.int32) < lowest + highest, np.uint8)
    return bool(cv2.erode(dark, np.ones(_GROUND_BLOCKS, np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0).any())


def _ink_of(gray: NDArray[np.uint8], box: _Box) -> Polarity:
    """Whether the ink of a line with its margins is dark or light."""
    (x0, y0), _, (x1, y1), _ = _field(box, gray.shape, 1.0).corners
    return polarity(gray[int(y0) : int(y1), int(x0) : int(x1)])


def _ink_mask(gray: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """What is darker than the paper around it, uint8 [H, W], 1 = ink; None when nothing is by much."""
    paper = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((_BACKGROUND_PX, _BACKGROUND_PX), np.uint8))
    dark = cv2.subtract(paper, cv2.GaussianBlur(gray, (3, 3), 0))
    # Otsu's threshold; a low one parts nothing but the paper's texture.
    level, mask = cv2.threshold(dark, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return None if level < _MIN_INK_DARKNESS else np.asarray(mask, np.uint8)


def _line_boxes(mask: NDArray[np.uint8]) -> list[_Box]:
    """Boxes of lines: pieces of ink joined over gaps of about one character.

    Args:
        mask: uint8 [H, W], 1 = ink.
    """
    # Components that may be characters, int32 [n, 5]; in a high picture one over all of it is a frame.
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    pieces = stats[1:]
    pieces = pieces[(pieces[:, cv2.CC_STAT_HEIGHT] >= 5) & (pieces[:, cv2.CC_STAT_AREA] >= 8)]
    pieces = pieces[pieces[:, cv2.CC_STAT_HEIGHT] < 0.9 * mask.shape[0]] if mask.shape[0] > 120 else pieces
    if not len(pieces):
        return []
    # The mask closed sideways over two typical heights, and its components: the lines.
    typical = int(np.sort(pieces[:, cv2.CC_STAT_HEIGHT])[len(pieces) // 2])
    reach = 2 * typical + 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8), connectivity=8)
    boxes = (stats[1:, : cv2.CC_STAT_AREA]).tolist()
    return [_Box(x, y, w, h, int(mask[y : y + h, x : x + w].sum())) for x, y, w, h in boxes]


def _field(box: _Box, shape: tuple[int, ...], scale: float) -> Field:
    """A line's box with a margin, within an image of that shape, brought back from the working scale."""
    left, top, width, height, _ = box
    margin = max(3, round(0.3 * height))
    x0, y0 = max(0, left - margin), max(0, top - margin)
    x1, y1 = min(shape[1], left + width + margin), min(shape[0], top + height + margin)
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Field(tuple((x / scale, y / scale) for x, y in corners))
