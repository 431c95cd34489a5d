"""Codes that are written well and yet must not be believed: struck out, or with a character under a blot.

The field itself is looked at, at the places that its strip names: normalisation takes ruled lines out, and a stroke
through a code is one. Only codes that would be accepted are looked at, by the compiled core (core/c/image/spoiled.c) or
NumPy where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import checks
from device_runtime.core.library import library
from device_runtime.geometry import MIDDLE_PX, STRIP_HEIGHT_PX
from device_runtime.types import Character, Strip

STRUCK = "a stroke goes through the code: it may be struck out"
BLOT = "a blot beside the code may hide a character"
_REASONS = {"struck": STRUCK, "blot": BLOT}

Gray = NDArray[np.uint8]
Ink = NDArray[np.bool_]

_INK = (2, 5)  # of the deepest ink's depth: paler is paper
_OUTLIERS = 50  # a part of the pixels, that may be deeper than the ink
_BESIDE = 1.6  # of the distance between characters: so near to the code a blot may hide another
_SPACING_PX = 16.0  # between the characters of most codes
_HALF_PX = 5  # of a character's width, about
_STROKE_SHARE = (19, 20)  # of its columns in which a stroke through a code must be seen
_ENDS = range(3, STRIP_HEIGHT_PX - 2)  # rows between which a stroke through a code begins and ends
_OFF_MIDDLE_PX = 4  # its middle is so near to the code's
_BLOT_HEIGHT_PX, _BLOT_WIDTH_PX = 12, 9  # a blot is at least so large, and solid; strokes in bold print are thinner


def spoiled(gray: Gray, strip: Strip, characters: Sequence[Character]) -> str | None:
    """Why a code that is read with confidence must not be believed; None where nothing speaks against it.

    Args:
        gray: the field, uint8 [H, W].
        strip: made of it.
        characters: of the code, x in px of the strip.
    """
    first, last = characters[0].x_px, characters[-1].x_px
    spacing = (last - first) / (len(characters) - 1) if len(characters) > 1 else _SPACING_PX
    start = int(first - _BESIDE * spacing)
    seen = start, max(start, int(last + _BESIDE * spacing))
    code = None
    if len(characters) > 1:
        begin, end, _ = slice(int(first) - _HALF_PX - start, int(last) + _HALF_PX + 1 - start).indices(seen[1] - start)
        code = begin, max(begin, end)
    find = fault_by_numpy if library() is None else checks.spoiled
    fault = find(gray, strip.image_from_strip, seen, code)
    return _REASONS[fault] if fault else None


def fault_by_numpy(
    gray: Gray, image_from_strip: NDArray[np.float64], seen: checks.Columns, code: checks.Columns | None
) -> checks.Fault | None:
    """As core.checks.spoiled, without the compiled core."""
    ink = _ink(gray, image_from_strip, *seen)
    if code is not None and _is_struck(ink[:, slice(*code)]):
        return "struck"
    return "blot" if _has_blot(ink) else None


def _ink(gray: Gray, image_from_strip: NDArray[np.float64], start: int, end: int) -> Ink:
    """The ink of a field, bool [32, end - start], at the places of some columns of its strip."""
    # Places in the field, float64 [32, n], and the most extreme of three levels at each, so that thin strokes are met.
    rows, columns = np.arange(STRIP_HEIGHT_PX)[:, None], np.arange(start, end)[None, :]
    (xx, xy, x0), (yx, yy, y0) = image_from_strip.tolist()
    x, y = xx * columns + xy * rows + x0, yx * columns + yy * rows + y0
    inside = (x > -0.5) & (x < gray.shape[1] - 0.5) & (y > -0.5) & (y < gray.shape[0] - 0.5)
    at_x = np.clip(np.rint(x), 0, gray.shape[1] - 1).astype(np.int64)
    levels = [
        gray[np.clip(np.rint(y + part * yy), 0, gray.shape[0] - 1).astype(np.int64), at_x]
        for part in (-1 / 3, 0.0, 1 / 3)
    ]
    # The median of the levels is the paper; the ink is on the side of it that goes further.
    darkest, lightest = np.minimum.reduce(levels), np.maximum.reduce(levels)
    few, size = levels[1].size // _OUTLIERS, levels[1].size
    paper = _level(levels[1], size // 2)
    down, up = paper - _level(darkest, few), _level(lightest, size - few) - paper
    if down >= up:
        return np.asarray(inside & (darkest < paper - _INK[0] * down // _INK[1]), np.bool_)
    return np.asarray(inside & (lightest > paper + _INK[0] * up // _INK[1]), np.bool_)


def _level(levels: Gray, count: int) -> int:
    """The grey level that `count` pixels do not exceed."""
    return int(np.bincount(levels.ravel(), minlength=256).cumsum().searchsorted(count))


def _is_struck(ink: Ink) -> bool:
    """Whether one straight stroke goes through ink, bool [32, n], from end to end and near its middle."""
    count = ink.shape[1]
    part, whole = _STROKE_SHARE
    if whole * int(np.count_nonzero(ink.any(axis=0))) < part * count:
        return False
    thick = ink.copy()
    thick[1:] |= ink[:-1]
    thick[:-1] |= ink[1:]
    # Rows of every line, int [lines, n], from each left end to each right end, whose middle is near to the code's.
    ends = [(a, b) for a in _ENDS for b in _ENDS if abs((a + b) / 2 - MIDDLE_PX) <= _OFF_MIDDLE_PX]
    left, right = np.array(ends, np.float64).T[:, :, None]
    share = np.arange(count) / max(1, count - 1)
    rows = np.rint(left + (right - left) * share[None, :]).astype(np.int64)
    met = thick[rows, np.arange(count)[None, :]].sum(axis=1)
    return whole * int(met.max()) >= part * count


def _has_blot(ink: Ink) -> bool:
    """Whether there is solid ink as large as a character in ink, bool [32, n]."""
    # How many rows and then columns of ink end at each pixel, by sums over windows.
    tall = _windows(ink, _BLOT_HEIGHT_PX)
    return bool(_windows(tall.T, _BLOT_WIDTH_PX).any())


def _windows(flags: Ink, length: int) -> Ink:
    """Where a number of flags in a row along the first axis are all true."""
    total = np.cumsum(np.pad(flags, ((1, 0), (0, 0))).astype(np.int32), axis=0)
    return np.asarray(total[length:] - total[:-length] == length, np.bool_)
