"""Rows of preprinted boxes for single characters, separate or joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.row import Row
from device_runtime.piece.finding.runs import Ints, Pieces, Runs

FEWEST, MOST = 3, 12
_LEAST_WIDTH_PX, _LEAST_HEIGHT_PX = 7, 10
_NARROW, _WIDE = 0.4, 1.6  # width of a box by its height
_SIDE = 0.12  # of a box's width and height: within so much of its edge lies a side
_WHOLE = 0.8  # of a side's length that is ink, at least
_EQUAL = 0.2  # of a box's width and height: by so much boxes in a row differ at most
_APART = 1.2  # of a box's width


def box_rows(runs: Runs, pieces: Pieces) -> list[Row]:
    """Find rows of boxes.

    Args:
        runs: of a mask with all its rules.
        pieces: of these runs.
    """
    large = (pieces.width >= _LEAST_WIDTH_PX) & (pieces.height >= _LEAST_HEIGHT_PX)
    framed = large & _framed(runs, pieces)
    single = framed & (pieces.width <= _WIDE * pieces.height) & (pieces.width >= _NARROW * pieces.height)
    rows = _chains(pieces, np.flatnonzero(single))
    long = framed & ~single & (pieces.width > _WIDE * pieces.height)
    for i in np.flatnonzero(long).tolist():
        count = _compartments(runs, pieces, i)
        if FEWEST <= count <= MOST:
            rows.append(_row(pieces, [i], count))
    return rows


def _framed(runs: Runs, pieces: Pieces) -> NDArray[np.bool_]:
    """Which pieces have ink all along their four sides: bool [n]."""
    piece = runs.piece
    width, height = pieces.width, pieces.height
    beside, over = np.maximum(1, _SIDE * width), np.maximum(1, _SIDE * height)

    def rows_with(which: NDArray[np.bool_]) -> Ints:
        """How many rows of each piece have one of those runs."""
        row, of = runs.row[which], piece[which]
        other = np.ones(len(row), bool)
        other[1:] = (row[1:] != row[:-1]) | (of[1:] != of[:-1])
        return np.bincount(of[other], minlength=len(pieces)).astype(np.int32)

    left = rows_with(runs.begin - pieces.left[piece] <= beside[piece])
    right = rows_with(pieces.right[piece] - runs.end <= beside[piece])
    whole = runs.end - runs.begin >= _WHOLE * width[piece]
    top = rows_with(whole & (runs.row - pieces.top[piece] <= over[piece]))
    bottom = rows_with(whole & (pieces.bottom[piece] - 1 - runs.row <= over[piece]))
    return (left >= _WHOLE * height) & (right >= _WHOLE * height) & (top > 0) & (bottom > 0)


def _chains(pieces: Pieces, single: NDArray[np.int64]) -> list[Row]:
    """Rows of separate boxes that are as large as each other, each beside the last one."""
    rows: list[Row] = []
    chain: list[int] = []
    for i in [*single[np.lexsort((pieces.left[single], _level(pieces, single)))].tolist(), None]:
        if i is not None and chain and _follows(pieces, chain[-1], i):
            chain.append(i)
            continue
        if FEWEST <= len(chain) <= MOST:
            rows.append(_row(pieces, chain, len(chain)))
        chain = [] if i is None else [i]
    return rows


def _level(pieces: Pieces, single: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each box, the same for those whose middles are at about the same height."""
    middle = pieces.top[single] + pieces.bottom[single]
    order = np.argsort(middle, kind="stable")
    step = np.diff(middle[order], prepend=middle[order][:1]) > pieces.height[single][order] // 2
    level = np.empty(len(single), np.int64)
    level[order] = np.cumsum(step)
    return level


def _follows(pieces: Pieces, a: int, b: int) -> bool:
    """Whether box b stands next to box a and is its like."""
    width, height = int(pieces.width[a]), int(pieces.height[a])
    return bool(
        abs(pieces.width[b] - width) <= max(2, _EQUAL * width)
        and abs(pieces.height[b] - height) <= max(2, _EQUAL * height)
        and abs(pieces.top[b] - pieces.top[a]) <= max(2, _EQUAL * height)
        and -2 <= pieces.left[b] - pieces.right[a] <= _APART * width
    )


def _compartments(runs: Runs, pieces: Pieces, i: int) -> int:
    """How many equal boxes a long frame is parted into; 0 when it is not."""
    left, width, height = int(pieces.left[i]), int(pieces.width[i]), int(pieces.height[i])
    own = runs.of(runs.piece == i)
    # Ink of each column, int64 [width]: a side is one that is full.
    steps = np.bincount(own.begin - left, minlength=width + 1) - np.bincount(own.end - left, minlength=width + 1)
    full = np.pad(np.cumsum(steps)[:width] >= _WHOLE * height, 1)
    edges = np.flatnonzero(full[1:] != full[:-1])
    sides = edges[::2] + edges[1::2]  # twice the middle of each
    pitch = np.diff(sides)
    if not len(pitch) or pitch.max() - pitch.min() > max(4, _EQUAL * pitch.max()):
        return 0
    return len(pitch) if _NARROW * height <= pitch[0] / 2 <= _WIDE * height else 0


def _row(pieces: Pieces, chain: list[int], count: int) -> Row:
    """The row of a chain of boxes, or of a long frame."""
    left, top, right, bottom, area = (
        side[chain] for side in (pieces.left, pieces.top, pieces.right, pieces.bottom, pieces.area)
    )
    top_row, bottom_row = int(top.min()), int(bottom.max())
    return Row(
        left=int(left.min()),
        top=top_row,
        right=int(right.max()),
        bottom=bottom_row,
        slope=0.0,
        height_px=bottom_row - top_row,
        pieces=count,
        ink=int(area.sum()),
        boxes=count,
    )
