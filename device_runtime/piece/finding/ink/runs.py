"""A mask of ink as runs: what its pieces are, and which of them stand side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.pixels import trace

Ints = NDArray[np.int32]
Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Pieces:
    """The boxes around pieces of ink, int32 [n] each.

    Attributes:
        left: first column.
        top: first row.
        right: one past the last column.
        bottom: one past the last row.
        area: pixels of ink.
    """

    left: Ints
    top: Ints
    right: Ints
    bottom: Ints
    area: Ints

    @property
    def width(self) -> Ints:
        """Columns of each."""
        return self.right - self.left

    @property
    def height(self) -> Ints:
        """Rows of each."""
        return self.bottom - self.top

    def __len__(self) -> int:
        return len(self.left)

    def of(self, keep: NDArray[np.bool_]) -> Pieces:
        """Those for which `keep`, bool [n], is true."""
        return Pieces(self.left[keep], self.top[keep], self.right[keep], self.bottom[keep], self.area[keep])


@dataclass(frozen=True)
class Runs:
    """Runs of ink along rows, by row and then from left to right, int32 [n] each.

    Attributes:
        row: where each lies.
        begin: its first column.
        end: one past its last column.
        piece: index of the piece that it belongs to.
    """

    row: Ints
    begin: Ints
    end: Ints
    piece: Ints

    def of(self, keep: NDArray[np.bool_]) -> Runs:
        """Those for which `keep`, bool [n], is true."""
        return Runs(self.row[keep], self.begin[keep], self.end[keep], self.piece[keep])

    def between(self, top: int, bottom: int) -> slice:
        """Where those of some rows are."""
        first, last = np.searchsorted(self.row, (top, bottom)).tolist()
        return slice(first, last)

    def profile(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.int64]:
        """Pixels of ink in each row of a window: int64 [bottom - top]."""
        part = self.between(top, bottom)
        inside = np.maximum(np.minimum(self.end[part], right) - np.maximum(self.begin[part], left), 0)
        return np.bincount((self.row[part] - top).astype(np.intp), inside, bottom - top).astype(np.int64)


def traced(mask: Mask) -> tuple[Runs, Pieces]:
    """Find the runs of a mask, and the pieces that they make.

    Args:
        mask: uint8 [H, W], 1 = ink.

    Returns:
        Both; pieces are numbered in the order of their first runs.
    """
    runs, pieces = trace(mask)
    return Runs(*runs), Pieces(*pieces)


def boxed(runs: Runs, count: int) -> Pieces:
    """The boxes around the pieces of runs, whose numbers are below `count`; one without runs is empty."""
    left, top = np.full((2, count), np.iinfo(np.int32).max, np.int32)
    right, bottom, area = np.zeros((3, count), np.int32)
    np.minimum.at(left, runs.piece, runs.begin)
    np.minimum.at(top, runs.piece, runs.row)
    np.maximum.at(right, runs.piece, runs.end)
    np.maximum.at(bottom, runs.piece, runs.row + 1)
    np.add.at(area, runs.piece, runs.end - runs.begin)
    empty = area == 0
    left[empty] = top[empty] = 0
    return Pieces(left, top, right, bottom, area)


@dataclass(frozen=True)
class Neighbours:
    """Pairs of pieces with nothing but paper between them somewhere along a row, int32 [n] each.

    Attributes:
        left: the piece that stands to the left there.
        right: the other one.
        gap: least columns of paper between them.
    """

    left: Ints
    right: Ints
    gap: Ints


def neighbours(runs: Runs) -> Neighbours:
    """Find the pieces that stand side by side."""
    same = (runs.row[1:] == runs.row[:-1]) & (runs.piece[1:] != runs.piece[:-1])
    left, right = runs.piece[:-1][same], runs.piece[1:][same]
    gap = (runs.begin[1:] - runs.end[:-1])[same]
    # Of each pair the least gap.
    order = np.lexsort((gap, right, left))
    left, right, gap = left[order], right[order], gap[order]
    first = np.ones(len(left), bool)
    first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return Neighbours(left[first], right[first], gap[first])
