"""Gray frame to a mask of ink: what is darker than the paper around it, by as much as the writing near by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv import cv2

_BLOCK_PX = 4
_WINDOW = 15  # blocks: wider than any stroke, and no wider than the light is even
_SMOOTH = 9  # blocks
_SHARE = 29  # of 64: from this share of the darkness of the ink near by a pixel is ink
_LEAST = 14  # of 255: paper that is darker by less is taken for its texture
_NOISE = 5  # halves of the darkness of quiet blocks that texture may reach
_MOST_NOISE = 40  # of 255: where nearly all is written on, quiet blocks are ink
_MIN_PAPER = 40  # keeps the division by the paper's brightness tame in deep shadow

Gray = NDArray[np.uint8]


def ink_mask(gray: Gray) -> Gray | None:
    """Tell ink from paper.

    Args:
        gray: uint8 [H, W], dark writing on light paper.

    Returns:
        uint8 [H, W], 1 = ink; None when there is none.
    """
    rows, columns = gray.shape
    soft = np.asarray(cv2.GaussianBlur(gray, (3, 3), 0), np.uint8)
    # The mean and the darkest pixel of blocks, uint8 [h, w]; the edge is repeated to whole blocks.
    high, wide = (-(-side // _BLOCK_PX) for side in gray.shape)
    whole = cv2.copyMakeBorder(soft, 0, high * _BLOCK_PX - rows, 0, wide * _BLOCK_PX - columns, cv2.BORDER_REPLICATE)
    mean = cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA)
    darkest = whole.reshape(high, _BLOCK_PX, wide, _BLOCK_PX).min((1, 3))
    # The paper without writing, and how much darker than it each block is, int32 [h, w] of 0 to 255.
    paper = cv2.blur(cv2.morphologyEx(mean, cv2.MORPH_CLOSE, np.ones((_WINDOW, _WINDOW), np.uint8)), (_SMOOTH, _SMOOTH))
    bright = np.maximum(paper, _MIN_PAPER).astype(np.int32)
    dark = cv2.subtract(paper, darkest).astype(np.int32) * 255 // bright
    quiet = int(np.partition(dark.ravel(), dark.size // 4)[dark.size // 4])
    texture = min(max(_LEAST, _NOISE * quiet // 2), _MOST_NOISE)
    inked = dark > texture
    if not inked.any():
        return None
    # The mean darkness of the inked blocks around each block, and from it the level below which a pixel is ink.
    window = (_WINDOW, _WINDOW)
    total, count = (
        cv2.boxFilter(values, cv2.CV_32S, window, normalize=False, borderType=cv2.BORDER_REPLICATE)
        for values in ((dark * inked).astype(np.uint8), inked.astype(np.uint8))
    )
    share = np.maximum(texture, _SHARE * total // (64 * np.maximum(count, 1)))
    level = np.maximum(paper - share * bright // 255, 0).astype(np.uint8)
    level = cv2.resize(level, (wide * _BLOCK_PX, high * _BLOCK_PX), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.compare(soft, level[:rows, :columns], cv2.CMP_LT) & 1, np.uint8)
