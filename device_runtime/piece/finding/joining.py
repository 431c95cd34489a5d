"""Pieces of ink to lines: joined sideways as far as their own height reaches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.runs import Neighbours, Pieces, Runs, neighbours

_ALIKE = 0.4  # a lower piece is a mark beside the taller one
_LEVEL = 0.4  # of the lower piece: so much of it stands beside the other
_REACH = 2.0  # of the taller piece: between two characters
_MARK_REACH = 0.8  # of the taller piece: between a character and a mark


def join(runs: Runs, pieces: Pieces, least_px: int) -> list[NDArray[np.int64]]:
    """Join pieces that stand side by side.

    Args:
        runs: of the pieces that may be writing.
        pieces: all pieces that the runs' numbers point to.
        least_px: height of a line.

    Returns:
        For each line the pieces that it is made of, the lowest one first.
    """
    line = _lines(neighbours(runs), pieces)
    members = np.flatnonzero(np.bincount(runs.piece.astype(np.intp), minlength=len(pieces)))
    members = members[np.lexsort((pieces.height[members], line[members]))]
    begins = np.flatnonzero(np.diff(line[members], prepend=-1))
    if not len(begins):
        return []
    # Lines that are low, or narrow as a stroke, are none.
    width, height = (
        np.maximum.reduceat(last[members], begins) - np.minimum.reduceat(first[members], begins)
        for first, last in ((pieces.left, pieces.right), (pieces.top, pieces.bottom))
    )
    kept = np.flatnonzero((height >= least_px) & (2 * width >= height)).tolist()
    parts = np.split(members, begins[1:])
    return [parts[i] for i in kept]


def _lines(beside: Neighbours, pieces: Pieces) -> NDArray[np.int64]:
    """A number for each piece, the same for those of a line: int64 [n]."""
    left, right, height = beside.left, beside.right, pieces.height
    low, high = np.minimum(height[left], height[right]), np.maximum(height[left], height[right])
    both = np.minimum(pieces.bottom[left], pieces.bottom[right]) - np.maximum(pieces.top[left], pieces.top[right])
    level = both >= _LEVEL * low
    alike = level & (low >= _ALIKE * high) & (beside.gap <= _REACH * high)
    line = united(len(pieces), left[alike], right[alike])
    # A mark that stands alone belongs to the nearest taller piece.
    mark = level & (low < _ALIKE * high) & (beside.gap <= _MARK_REACH * high)
    order = np.argsort(-beside.gap[mark], kind="stable")
    a, b = left[mark][order], right[mark][order]
    lower, taller = np.where(height[a] < height[b], a, b), np.where(height[a] < height[b], b, a)
    alone = np.bincount(line.astype(np.intp), minlength=len(pieces))[line[lower]] == 1
    line[lower[alone]] = line[taller[alone]]
    return line


def united(count: int, first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.int64]:
    """Unite things by pairs.

    Args:
        count: of the things.
        first: one of each pair, int [n].
        second: the other one, int [n].

    Returns:
        int64 [count], the least thing of the union that each belongs to.
    """
    parent = list(range(count))
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        a, b = _root(parent, a), _root(parent, b)
        parent[max(a, b)] = min(a, b)
    # Nobody's parent comes later, so that each step brings all nearer to their roots.
    root = np.array(parent, np.int64)
    while not np.array_equal(nearer := root[root], root):
        root = nearer
    return root


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
