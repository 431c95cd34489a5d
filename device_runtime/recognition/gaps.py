"""What stands between characters, seen in the strip's pixels: spaces, small marks, and writing as tall as digits.

The net has one class for all that is no digit, and says nothing of a dot between two digits. Whether 50450 stands by
itself or is a piece of "12.50450", "12-50450" or "AB50450" is plain from the ink between: no space, and how tall it is.
device_runtime/geometry.py says where digits stand in a strip; the sizes below were chosen for that geometry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import BASELINE_ROW, INK_LEVEL
from device_runtime.types import Strip

# Rows in which digits stand; above and below, neighbouring lines may reach into the strip.
_LINE_PX = slice(5, BASELINE_ROW + 2)
_TALL_PX, _HIGH_PX = 9, 17  # letters are at least so tall and begin at this row or above; dashes, dots, commas do not
# The tallest mark between digits; the tallest comma, which begins at row _LOW_PX or below.
_SMALL_PX, _COMMA_PX, _LOW_PX = 8, 11, 19
_MARK_AREA_PX = 4  # what is smaller is a speck
_LONGEST_MARK_PX = 14  # a dash
_BELOW_PX, _WIDEST_COMMA_PX = BASELINE_ROW + 1, 7  # a comma's tail reaches this row
# A space is wider than the gaps between the line's characters, by this and a share of them, within these bounds.
_SPACE_PX, _SPACE_SHARE, _SPACE_BOUNDS_PX = 3.0, 1.0, (7.0, 10.0)
_AFTER_DOT, _AFTER_DOT_PX = 0.67, 11.0  # of the pitch of characters, at most: beside a dot, more is a space in any type

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Gaps:
    """What was seen, by column of the strip.

    Attributes:
        space: bool [W], paper wider than a gap between characters, and what lies beyond the writing.
        tall: bool [W], ink of something as tall as letters.
        marks: int [marks], the middles of small pieces that may be dots, commas or dashes.
        commas: int [commas], the middles of narrow ink that reaches below the line, also where it touches a character.
        aspect: of the strip: its columns are so many times as wide as they were written.
    """

    space: BoolArray
    tall: BoolArray
    marks: IntArray
    commas: IntArray
    aspect: float = 1.0


def find_gaps(strip: Strip) -> Gaps:
    """Find what stands between the characters of a strip."""
    from device_runtime.image.opencv import cv2  # here, as it is slow to load

    # Connected pieces of ink, and the columns of those as tall as letters: bool [W].
    mask = cv2.compare(strip.pixels, INK_LEVEL, cv2.CMP_GT) & 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    pieces = stats[1:]
    top, height = pieces[:, cv2.CC_STAT_TOP], pieces[:, cv2.CC_STAT_HEIGHT]
    tall = np.zeros(mask.shape[1], np.bool_)
    for left, _, wide, _, _ in pieces[(height >= _TALL_PX) & (top <= _HIGH_PX)].tolist():
        tall[left : left + wide] = True
    # Commas: narrow runs of columns whose ink begins low on the line and reaches below it.
    line = mask[_LINE_PX]
    written = line.any(axis=0)
    low = _runs(written & (line.argmax(axis=0) + _LINE_PX.start >= _LOW_PX))
    below = mask[_BELOW_PX:].any(axis=0)
    commas = [(a, b) for a, b in low if 2 <= b - a <= _WIDEST_COMMA_PX * strip.aspect and below[a:b].any()]
    for begin, end in commas:  # also those that touch a digit
        tall[begin:end] = False
    # Dots and dashes: short runs of columns without tall ink.
    widths = pieces[(height >= _TALL_PX) & (top <= _HIGH_PX), cv2.CC_STAT_WIDTH].tolist()
    small = [(a, b) for a, b in _runs(written & ~tall) if b - a <= _LONGEST_MARK_PX * strip.aspect]
    middles = np.array([(a + b) // 2 for a, b in commas], np.intp)
    space = _spaces(written, small, _middle(widths), strip.aspect)
    return Gaps(space, tall, _marks(pieces, tall, strip.aspect), middles, strip.aspect)


def _marks(pieces: NDArray[np.int32], tall: BoolArray, aspect: float) -> IntArray:
    """The middle column of each small piece beside the tall ones."""
    left, top, wide, height, area = pieces.T
    small = (height <= _SMALL_PX) | ((height <= _COMMA_PX) & (top >= _LOW_PX))
    small &= (area >= _MARK_AREA_PX) & (wide <= _LONGEST_MARK_PX * aspect)
    small &= (top >= _LINE_PX.start) & (top < _LINE_PX.stop)
    middles = [
        first + size // 2
        for first, size in zip(left[small].tolist(), wide[small].tolist(), strict=True)
        if 2 * int(tall[first : first + size].sum()) <= size  # else it is a piece of a broken digit
    ]
    return np.array(middles, np.intp)


def _spaces(written: BoolArray, small: list[tuple[int, int]], character_px: int, aspect: float) -> BoolArray:
    """Columns of spaces: bool [W].

    Args:
        written: bool [W], columns with ink on the line.
        small: runs of columns with small ink alone: in type of one width a dot stands in the middle of wide paper,
            which is no space.
        character_px: the usual width of a character.
        aspect: of the strip.
    """
    runs = _runs(~written)
    inner = [(a, b) for a, b in runs if a > 0 and b < len(written)]
    widths = sorted(b - a for a, b in inner)
    usual = widths[len(widths) // 4] if widths else 0  # where characters touch, most gaps are spaces
    least = min(max(_SPACE_PX + _SPACE_SHARE * usual / aspect, _SPACE_BOUNDS_PX[0]), _SPACE_BOUNDS_PX[1]) * aspect
    begins, ends = {a for a, _ in inner}, {b for _, b in inner}
    beside = {edge for a, b in small if a in ends and b in begins for edge in (a, b)}
    space = np.zeros(len(written), np.bool_)
    for begin, end in runs:
        after_dot = min(_AFTER_DOT * (character_px + usual), _AFTER_DOT_PX * aspect)
        wide = max(least, after_dot) if begin in beside or end in beside else least
        if begin == 0 or end == len(written) or end - begin >= wide:
            space[begin:end] = True
    return space


def _middle(values: list[int]) -> int:
    return sorted(values)[len(values) // 2] if values else 0


def _runs(flags: BoolArray) -> list[tuple[int, int]]:
    """First and one past the last index of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
