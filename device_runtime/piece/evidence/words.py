"""The words of a line: what stands left and right of a code, as far as a net that reads digits alone can tell.

Words are parted by wide gaps in the strip's ink. Of a word it is told which digits the scanner shows in it, and how
many other characters its ink has room for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import checks
from device_runtime.core.library import library
from device_runtime.geometry import BASELINE_ROW, BODY_HEIGHT_PX, INK_LEVEL
from device_runtime.types import Strip

# Rows in which characters stand; ink above and below belongs to neighbouring lines.
_TOP_ROW = 5
# A gap between words is wider than those between characters, by this and a share of them, within these bounds.
_SPACE_PX, _SPACE_SHARE, _SPACE_BOUNDS_PX = 3.0, 1.0, (7.0, 10.0)
# Ink wider than this is several characters that touch, one each _LETTER_PX; lower than this it is a mark.
_WIDEST_LETTER_PX, _LETTER_PX, _TALL_PX = 24, 14, 9
_REACH_PX = 10  # from the middle of a digit to its edge, and a little more


@dataclass(frozen=True)
class Word:
    """Ink between two wide gaps.

    Attributes:
        left: its first column in the strip, px.
        right: one past its last.
        digits: those that the scanner shows in it.
        letters: how many characters it has that are no digits.
        marks: how many dots, commas and dashes.
    """

    left: float
    right: float
    digits: str
    letters: int
    marks: int


def words_of(strip: Strip, scores: NDArray[np.int8], x_px: NDArray[np.float32], alphabet: str) -> tuple[Word, ...]:
    """The words of a strip, from left to right.

    Args:
        strip: the strip at its own width.
        scores: int8 [columns, classes], of its columns; the classes are the alphabet, blank and rubbish.
        x_px: float32 [columns], where the columns stand.
        alphabet: the scanner's.
    """
    line = strip.pixels[_TOP_ROW : BASELINE_ROW + 2]
    boxes = _ink_runs(line)
    runs, heights = [(left, right) for left, _, right, _ in boxes], [bottom - top for _, top, _, bottom in boxes]
    if not runs:
        return ()
    gaps = sorted(after[0] - before[1] for before, after in pairwise(runs))
    usual = gaps[len(gaps) // 4] if gaps else 0
    least = min(max(_SPACE_PX + _SPACE_SHARE * usual, _SPACE_BOUNDS_PX[0]), _SPACE_BOUNDS_PX[1])
    # The columns' best classes, without those that go on with the digit before them.
    shown = scores.argmax(axis=1)
    digit = shown < len(alphabet)
    first = digit & np.concatenate(([True], shown[1:] != shown[:-1]))
    places, names = x_px[first].tolist(), [alphabet[i] for i in shown[first].tolist()]
    columns = x_px[digit].tolist()
    words: list[Word] = []
    begin = 0
    for end in range(1, len(runs) + 1):
        if end < len(runs) and runs[end][0] - runs[end - 1][1] < least:
            continue
        left, right = runs[begin][0], runs[end - 1][1]
        digits = "".join(name for name, x in zip(names, places, strict=True) if left <= x < right)
        letters, marks = 0, 0
        for (a, b), height in zip(runs[begin:end], heights[begin:end], strict=True):
            shows = sum(1 for x in columns if a <= x < b)
            if height < _TALL_PX:
                marks += 1
            elif not shows:
                letters += 1 if b - a <= _WIDEST_LETTER_PX else round((b - a) / _LETTER_PX)
            elif 4 * shows < b - a - _LETTER_PX:  # a column is 2 px, and digits touch the letters of this ink
                letters += round((b - a) / _LETTER_PX) - sum(1 for x in places if a <= x < b)
        words.append(Word(left, right, digits, max(0, letters), marks))
        begin = end
    return tuple(words)


def irregularity(strip: Strip, span: tuple[float, float] | None) -> float:
    """How unevenly high digits stand: the mean distance of their tops and bottoms from the middle one's, in heights.

    Args:
        strip: the strip at its own width.
        span: x of the first and the last one; None = all characters of the strip.
    """
    width = strip.pixels.shape[1]
    first, last = (max(0, int(span[0]) - _REACH_PX), int(span[1]) + _REACH_PX) if span else (0, width)
    boxes = _ink_runs(strip.pixels[:, first:last])
    edges = [(top, bottom - 1) for _, top, _, bottom in boxes if bottom - top >= _TALL_PX]
    if not edges:
        return 0.0
    away = 0
    for side in zip(*edges, strict=True):
        middle = sorted(side)[len(side) // 2]
        away += sum(abs(row - middle) for row in side)
    return away / (2 * len(edges) * BODY_HEIGHT_PX)


def _ink_runs(pixels: NDArray[np.uint8]) -> list[checks.Run]:
    if not pixels.size:
        return []
    return ink_runs_by_numpy(pixels, INK_LEVEL) if library() is None else checks.ink_runs(pixels, INK_LEVEL)


def ink_runs_by_numpy(pixels: NDArray[np.uint8], level: int) -> list[checks.Run]:
    """As core.checks.ink_runs, without the compiled core."""
    ink = pixels > level
    edges = np.flatnonzero(np.diff(np.concatenate(([False], ink.any(axis=0), [False]))))
    runs: list[checks.Run] = []
    for left, right in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        rows = ink[:, left:right].any(axis=1).nonzero()[0]
        runs.append((left, int(rows[0]), right, int(rows[-1]) + 1))
    return runs


def is_number(word: Word) -> bool:
    """Whether a word is a number rather than a name in which a letter looks like a digit."""
    return len(word.digits) > word.letters
