"""Preprinted boxes and combs for single characters, found by their geometry and taken out of a grey field.

Most fields have none. To see that costs a look for long straight runs, by the compiled core (core/c/image/boxes.c) or
NumPy; what is left of the fields is looked at closely (image/opencv/boxes.py).
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import checks
from device_runtime.core.library import library

Gray = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_WORK_ROWS = 48  # rows that are looked at, about
_SIDE, _BASE = 6, 20  # px of those: straight runs as long as a box is wide, and as long as a comb
_APART = 8  # rows from the top of a box to its bottom, at least
_BASE_SHARE, _SIDE_SHARE = (3, 5), (2, 5)  # of the width of the ink, that is on such runs
_ON_LINE, _OFF_PX = (4, 5), 1.5  # of the columns; so near is the ink of a straight line to it
_INK = 3  # a part of the deepest ink's depth: paler is paper


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

    darkest, paper, lightest = _tones(gray)
    light = lightest - paper > paper - darkest
    dark = np.asarray(255 - gray, np.uint8) if light else gray
    found = find(dark)
    if found is None:
        return gray, 0
    cleared = erase(dark, found)
    return (np.asarray(255 - cleared, np.uint8) if light else cleared), found.count


def may_have_boxes(gray: Gray) -> bool:
    """Whether long straight runs lie along most of the writing: one as long as a comb, or two at a distance.

    Args:
        gray: uint8 [H, W].
    """
    return may_have_boxes_by_numpy(gray) if library() is None else checks.may_have_boxes(gray)


def may_have_boxes_by_numpy(gray: Gray) -> bool:
    """The same without the compiled core."""
    ink = _ink(gray)
    written = np.flatnonzero(ink.any(axis=0))
    if not len(written):
        return False
    width = int(written[-1] - written[0]) + 1
    if _covers(_runs(ink, _BASE).any(axis=0), width, _BASE_SHARE):
        return True
    # The first and the last row with a run in each column, int16 [w], by the largest of weights: argmax takes longer.
    runs = _runs(ink, _SIDE).view(np.uint8)
    down = np.arange(1, len(runs) + 1, dtype=np.uint8)[:, None]
    last = (runs * down).max(axis=0).astype(np.int16)
    first = np.int16(len(runs) + 1) - (runs * down[::-1]).max(axis=0).astype(np.int16)
    both = last - first >= _APART  # false where there is none: the first is then beyond the last
    return _covers(both, width, _SIDE_SHARE) and all(
        _is_straight(np.flatnonzero(both), rows[both]) for rows in (first, last)
    )


def _covers(columns: Flags, width: int, share: tuple[int, int]) -> bool:
    """Whether columns, bool [w], are a share of a width, and do not go on to both edges as ruled lines do."""
    found = np.flatnonzero(columns)
    enough = share[1] * len(found) >= share[0] * width > 0
    return enough and (int(found[0]) > 1 or int(found[-1]) < len(columns) - 2)


def _is_straight(columns: NDArray[np.intp], rows: NDArray[np.int16]) -> bool:
    """Whether most of some places, int [n] each, lie on one straight line, as the tops of boxes do.

    The line goes through the medians of the left half and the right half.
    """
    half = len(columns) // 2
    if not half:
        return False
    (left, right), (begin, end) = ((_middle(part) for part in (at[:half], at[half:])) for at in (columns, rows))
    off = rows - (end - begin) / max(right - left, 1.0) * columns
    near = np.count_nonzero(np.abs(off - _middle(off)) <= _OFF_PX)
    return _ON_LINE[1] * int(near) >= _ON_LINE[0] * len(columns)


def _middle(values: NDArray[Any]) -> float:
    """The upper median of some numbers; NumPy's own costs more than all else here."""
    return float(np.sort(values)[len(values) // 2])


def _ink(gray: Gray) -> Flags:
    """The field with about 48 rows, bool [h, w]: where any of a square's pixels is ink."""
    step = max(1, min(gray.shape[0] // _WORK_ROWS, gray.shape[1]))
    darkest, paper, lightest = _tones(gray[:: 2 * step, :: 2 * step])
    light = lightest - paper > paper - darkest
    # The extreme of each square, first of its rows and then of its columns, uint8 [h, w].
    outermost = np.maximum if light else np.minimum
    for _ in range(2):
        length = gray.shape[0] // step * step
        gray = reduce(outermost, [gray[start:length:step] for start in range(step)]).T
    limit = paper + (lightest - paper) // _INK if light else paper - (paper - darkest) // _INK
    return gray > limit if light else gray < limit


def _runs(ink: Flags, length: int) -> Flags:
    """The pixels in which a run of ink along the rows begins that has a length: bool [h, w - length + 1]."""
    runs, reach = ink, 1
    while reach < length:
        more = min(reach, length - reach)
        runs = runs[:, : max(0, runs.shape[1] - more)] & runs[:, more:]
        reach += more
    return runs


def _tones(gray: Gray) -> tuple[int, int, int]:
    """The grey levels of the darkest ink, of the paper and of the lightest ink."""
    counts = np.bincount(gray.ravel(), minlength=256).cumsum()
    darkest, paper, lightest = (int(counts.searchsorted(gray.size * part // 100)) for part in (1, 50, 99))
    return darkest, paper, lightest
