"""Pieces of ink to lines: joined sideways as far as their own height reaches, and parted where lines run together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.bands import bands
from device_runtime.piece.finding.runs import Ints, Neighbours, Pieces, Runs, neighbours

_ALIKE = 0.4  # a lower piece is a mark beside the taller one
_LEVEL = 0.4  # of the lower piece: so much of it stands beside the other
_REACH = 2.0  # of the taller piece: between two characters
_MARK_REACH = 0.8  # of the taller piece: between a character and a mark
_LEAST_PX = 7  # lower lines cannot be read
_TALL = 1.7  # of a line's characters
_SLOPED_FROM, _SLOPED_WIDTH = 4, 4  # characters, and their heights: a shorter line is taken for level
_SLOPED_RISE = 0.15  # of a character's height: over all of a line less is nothing
_STEEPEST = 0.12
_CHARACTER = 0.6  # of a line's pieces that are no taller than its characters


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


def join(runs: Runs, pieces: Pieces) -> list[Row]:
    """Join pieces to lines.

    Args:
        runs: of the pieces that may be writing.
        pieces: all pieces that the runs' numbers point to.
    """
    line = _lines(neighbours(runs), pieces, np.unique(runs.piece))
    # The members of each line, one after the other: int64 [n], and where each line begins.
    members = np.flatnonzero(line >= 0)
    members = members[np.argsort(line[members], kind="stable")]
    begins = np.flatnonzero(np.diff(line[members], prepend=-1))
    rows: list[Row] = []
    for part in np.split(members, begins[1:]) if len(members) else []:
        row = _row(pieces, part)
        if row.bottom - row.top > _TALL * row.height_px:
            rows += _parted(runs, pieces, part, row)
        else:
            rows.append(row)
    return [row for row in rows if _LEAST_PX <= row.bottom - row.top <= row.right - row.left]


def _lines(beside: Neighbours, pieces: Pieces, own: Ints) -> NDArray[np.int64]:
    """The line of each piece, int64 [n]; -1 for what is not among `own`."""
    height = pieces.height
    low = np.minimum(height[beside.left], height[beside.right])
    high = np.maximum(height[beside.left], height[beside.right])
    both = np.minimum(pieces.bottom[beside.left], pieces.bottom[beside.right]) - np.maximum(
        pieces.top[beside.left], pieces.top[beside.right]
    )
    level = both >= _LEVEL * low
    alike = level & (low >= _ALIKE * high) & (beside.gap <= _REACH * high)
    parent = list(range(len(pieces)))
    for a, b in zip(beside.left[alike].tolist(), beside.right[alike].tolist(), strict=True):
        parent[_root(parent, a)] = _root(parent, b)
    root = np.array([_root(parent, i) for i in range(len(pieces))], np.int64)
    # A mark that stands alone belongs to the nearest taller piece.
    mark = level & (low < _ALIKE * high) & (beside.gap <= _MARK_REACH * high)
    alone = np.bincount(root, minlength=len(pieces)) == 1
    order = np.argsort(-beside.gap[mark], kind="stable")
    a, b = beside.left[mark][order], beside.right[mark][order]
    lower, taller = np.where(height[a] < height[b], a, b), np.where(height[a] < height[b], b, a)
    single = alone[root[lower]]
    root[lower[single]] = root[taller[single]]
    line = np.full(len(pieces), -1, np.int64)
    line[own] = root[own]
    return line


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _row(pieces: Pieces, part: NDArray[np.int64]) -> Row:
    """The line of some pieces."""
    left, top, right, bottom = (side[part] for side in (pieces.left, pieces.top, pieces.right, pieces.bottom))
    heights = np.sort(bottom - top)
    tall = int(heights[int(_CHARACTER * len(heights))])
    first, last = int(left.min()), int(right.max())
    # What the line's slope lifts each piece by, int64 [n], is taken off.
    slope = _slope(left + right, top + bottom, bottom - top, tall, last - first)
    lift = np.rint(slope * ((left + right) - (first + last)) / 2).astype(np.int64)
    return Row(
        first, int((top - lift).min()), last, int((bottom - lift).max()), slope, tall, len(part),
        int(pieces.area[part].sum()),
    )  # fmt: skip


def _slope(x: Ints, y: Ints, height: Ints, tall: int, width: int) -> float:
    """The slope of a line through the middles (x / 2, y / 2) of its characters; 0 where a level one does as well."""
    characters = 2 * height >= tall
    x, y = x[characters].astype(np.int64), y[characters].astype(np.int64)
    count = len(x)
    if count < _SLOPED_FROM or width < _SLOPED_WIDTH * tall:
        return 0.0
    # Least squares in whole numbers.
    spread = count * int((x * x).sum()) - int(x.sum()) ** 2
    slope = (count * int((x * y).sum()) - int(x.sum()) * int(y.sum())) / max(spread, 1)
    return slope if abs(slope) * width > _SLOPED_RISE * tall and abs(slope) < _STEEPEST else 0.0


def _parted(runs: Runs, pieces: Pieces, part: NDArray[np.int64], row: Row) -> list[Row]:
    """The lines of pieces that reach over several."""
    mine = np.zeros(len(pieces), bool)
    mine[part] = True
    own = runs.of(mine[runs.piece])
    found = bands(own.profile(row.left, row.top, row.right, row.bottom), row.height_px)
    rows = []
    for begin, end in found:
        inside = own.of((own.row >= row.top + begin) & (own.row < row.top + end))
        rows.append(
            Row(
                int(inside.begin.min()),
                row.top + begin,
                int(inside.end.max()),
                row.top + end,
                0.0,
                min(row.height_px, end - begin),
                len(part),
                int((inside.end - inside.begin).sum()),
            )
        )
    return rows
