"""A line of writing at working scale, as its pieces make it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.runs import Ints, Pieces

_CHARACTER = 0.6  # of a line's pieces that are no taller than its characters
_SLOPED_FROM, _SLOPED_WIDTH = 4, 4  # characters, and their heights: a shorter line is taken for level
_STEEPEST = 0.12
_WORTH = 0.3  # of its rise: a slope makes a line lower by so much, or it is none


@dataclass(frozen=True)
class Row:
    """A line of writing at working scale.

    Attributes:
        left: first column.
        top: first row, in its middle column.
        right: one past the last column.
        bottom: one past the last row, in its middle column.
        slope: rows down a column to the right.
        height_px: of its characters.
        pieces: how many it has.
        ink: pixels of ink.
        boxes: how many preprinted boxes it stands in; 0 = none.
    """

    left: int
    top: int
    right: int
    bottom: int
    slope: float
    height_px: int
    pieces: int
    ink: int
    boxes: int = 0

    @property
    def height(self) -> int:
        """Rows from its top to its bottom."""
        return self.bottom - self.top


def row_of(pieces: Pieces, part: NDArray[np.int64]) -> Row:
    """The line that some pieces make.

    Args:
        pieces: all of a mask.
        part: those of the line, the lowest one first.
    """
    left, top, right, bottom = (side[part] for side in (pieces.left, pieces.top, pieces.right, pieces.bottom))
    tall = int(bottom[at := int(_CHARACTER * len(part))] - top[at])
    first, last = int(left.min()), int(right.max())
    high, low = int(top.min()), int(bottom.max())
    slope = 0.0
    # What the line's slope lifts each piece by, int64 [n], is taken off.
    if found := _slope(left + right, top + bottom, bottom - top, tall, last - first):
        lift = np.rint(found * ((left + right) - (first + last)) / 2).astype(np.int64)
        level_high, level_low = int((top - lift).min()), int((bottom - lift).max())
        if (low - high) - (level_low - level_high) >= _WORTH * abs(found) * (last - first):
            high, low, slope = level_high, level_low, found
    return Row(first, high, last, low, slope, tall, len(part), int(pieces.area[part].sum()))


def _slope(x: Ints, y: Ints, height: Ints, tall: int, width: int) -> float:
    """The slope of a line through the middles (x / 2, y / 2) of its characters; 0 where it cannot be told."""
    characters = 2 * height >= tall
    x, y = x[characters].astype(np.int64), y[characters].astype(np.int64)
    count = len(x)
    if count < _SLOPED_FROM or width < _SLOPED_WIDTH * tall:
        return 0.0
    # Least squares in whole numbers.
    spread = count * int((x * x).sum()) - int(x.sum()) ** 2
    slope = (count * int((x * y).sum()) - int(x.sum()) * int(y.sum())) / max(spread, 1)
    return slope if abs(slope) < _STEEPEST else 0.0


def merged(a: Row, b: Row) -> Row:
    """The line of two that continue each other; it slopes as the wider of them does."""
    if b.right - b.left > a.right - a.left:
        a, b = b, a
    left, right = min(a.left, b.left), max(a.right, b.right)
    # How much lower the wider one's line lies in the middle of all, and there against the other's middle.
    down = round(a.slope * (left + right - a.left - a.right) / 2)
    lift = round(a.slope * (left + right - b.left - b.right) / 2)
    return Row(
        left=left,
        top=min(a.top + down, b.top + lift),
        right=right,
        bottom=max(a.bottom + down, b.bottom + lift),
        slope=a.slope,
        height_px=a.height_px,
        pieces=a.pieces + b.pieces,
        ink=a.ink + b.ink,
    )
