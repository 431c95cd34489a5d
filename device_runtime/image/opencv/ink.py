"""Field to ink: paper flattened to 0, solid ink at 255, ruled lines taken out.

Everything that decides a pixel is integer arithmetic or element-wise float, so that every machine makes the same ink,
bit for bit. Sizes in px are meant for a field scaled to the working height of 64 rows (normalize.py).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_BACKGROUND_PX = 25  # wider than any stroke
_LINE_PX = 56  # a horizontal run longer than this is a ruled line, not a stroke
_MIN_INK_DARKNESS = 26  # of 255, against the paper around it
_MIN_PAPER = 30  # keeps the division by the paper's brightness tame in deep shadow

Gray = NDArray[np.uint8]

_LEVELS = np.arange(256)
_BACKGROUND = np.ones((_BACKGROUND_PX, _BACKGROUND_PX), np.uint8)
_LONG_RUN = np.ones((1, _LINE_PX), np.uint8)
_ABOVE_AND_BELOW, _GAP, _AROUND = np.ones((3, 1), np.uint8), np.ones((5, 1), np.uint8), np.ones((3, 5), np.uint8)


def darkness(field: Gray) -> Gray:
    """Measure how much darker each pixel is than the paper around it: 0 = paper, 255 = black on any paper.

    Args:
        field: uint8 [H, W], dark writing on light paper.

    Returns:
        uint8 [H, W].
    """
    # The paper without the writing, uint8 [H, W]: a closing removes what is darker and thinner than its kernel.
    pad = _BACKGROUND_PX // 2
    padded = cv2.copyMakeBorder(field, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, _BACKGROUND)
    paper = cv2.blur(closed, (21, 21))[pad:-pad, pad:-pad]
    # What is missing to the paper's brightness as a share of it, float32 [H, W] in 0..255.
    dark = cv2.subtract(paper, cv2.GaussianBlur(field, (3, 3), 0.7)).astype(np.float32)
    dark /= np.maximum(paper, _MIN_PAPER).astype(np.float32)
    dark *= np.float32(255)
    return np.rint(dark, out=dark).astype(np.uint8)


def stretch(dark: Gray) -> tuple[Gray, int | None]:
    """Put paper texture at 0 and solid ink at 255.

    Args:
        dark: uint8 [H, W], as `darkness` gives it.

    Returns:
        The ink, uint8 [H, W], and the threshold between paper and ink, None when there is no ink.
    """
    # Histogram int64 [256] and its running sum, parted into paper and ink.
    counts = cv2.calcHist([dark], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    below = counts.cumsum()
    split = _otsu(counts, below.astype(np.float64))
    paper, ink = below[: split + 1], below[split + 1 :] - below[split]
    if not len(ink) or not ink[-1]:
        return dark, None
    # The level of solid ink, and the level up to which everything is taken for the paper's texture.
    ink_level = split + 1 + _quantile(ink, 0.60)
    if ink_level < _MIN_INK_DARKNESS:
        return dark, None
    middle = _quantile(paper, 0.50)
    floor = min(2 * _quantile(paper, 0.80) - middle, 0.6 * ink_level)
    # A linear map between the two as a look-up table, uint8 [256].
    levels = np.minimum(np.maximum((_LEVELS - floor) / (ink_level - floor), 0), 1)
    table = np.rint(levels * 255).astype(np.uint8)
    threshold = min(max(int(table[split]), 64), 153)
    return np.asarray(cv2.LUT(dark, table), np.uint8), threshold


def _otsu(counts: NDArray[np.int64], below: NDArray[np.float64]) -> int:
    """Otsu's threshold of a histogram: the level that parts it into the two most distinct classes.

    Args:
        counts: int64 [256], pixels of each level.
        below: float64 [256], their running sum.

    Source: N. Otsu, "A threshold selection method from gray-level histograms", 1979, equation 18.
    """
    moment = (counts * _LEVELS).cumsum().astype(np.float64)
    total, mean = below[-1], moment[-1]
    # The variance between the classes for every threshold, float64 [256], but for a constant factor.
    between = (mean * below - moment * total) ** 2 / np.maximum(below * (total - below), 1)
    return int(between.argmax())


def _quantile(cumulative: NDArray[np.int64], share: float) -> int:
    return int(cumulative.searchsorted(share * cumulative[-1]))


def remove_lines(ink: Gray, mask: Gray) -> tuple[Gray, Gray]:
    """Take ruled lines out of the mask, and out of the ink where no stroke crosses them.

    Args:
        ink: uint8 [H, W], ink bright.
        mask: uint8 [H, W], 1 = ink.

    Returns:
        The ink and the mask without ruled lines.
    """
    # Pixels with a long run of ink around them, grown back to the whole run: the ruled lines.
    runs = cv2.erode(mask, _LONG_RUN)
    if not cv2.countNonZero(runs):
        return ink, mask
    lines = cv2.dilate(runs, _LONG_RUN)
    # The mask without them; strokes that they crossed are closed again.
    rest = np.where(cv2.dilate(lines, _ABOVE_AND_BELOW) > 0, 0, mask).astype(np.uint8)
    rest = np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, _GAP), np.uint8)
    # The ink keeps what is left in the mask; the rest of a line and its blurred edges fade.
    erase = (cv2.dilate(lines, _AROUND) > 0) & (rest == 0)
    return np.where(erase, ink // 7, ink).astype(np.uint8), rest
