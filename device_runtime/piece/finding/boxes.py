"""Rows of preprinted boxes for single characters, separate or joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.runs import Ints, Pieces, Runs
from device_runtime.piece.finding.row import Row

FEWEST, MOST = 3, 12
_LEAST_WIDTH_PX, _LEAST_HEIGHT_PX = 7, 10
_FILLED = 0.7  # of a box, with what is written in it, is less
_NARROW, _WIDE = 0.4, 1.6  # width of a box by its height
_SIDE = 0.1  # of a box's width and height: within so much of its edge lies a side
_WHOLE = 0.8  # of a side's length that is ink, at least
_FRAMED = (2, 5)  # of so many boxes so many are whole on all sides, and no fewer than two
_EQUAL = 0.2  # of a box's width and height: by so much boxes in a row differ at most
_APART = 1.2  # of a box's width
_LOW, _HELD = 0.3, 0.5  # of a box's height; of the ink in boxes: so much in lower pieces is lines, in a table or panels
_FRAME = 0.75  # of a row's height: as tall is a box itself


def box_rows(runs: Runs, pieces: Pieces) -> list[Row]:
    """Find rows of boxes.

    Args:
        runs: of a mask with all its rules.
        pieces: of these runs.
    """
    large = (pieces.width >= _LEAST_WIDTH_PX) & (pieces.height >= _LEAST_HEIGHT_PX)
    large &= pieces.area < _FILLED * pieces.width.astype(np.int64) * pieces.height
    sides = _sides(runs.of(large[runs.piece]), pieces)
    framed = large & (sides == 4)
    if np.count_nonzero(framed) == 0:
        return []
    narrow = (pieces.width <= _WIDE * pieces.height) & (pieces.width >= _NARROW * pieces.height)
    single = np.flatnonzero(large & narrow)
    rows = _chains(pieces, single[np.argsort(pieces.left[single], kind="stable")], framed)
    for i in np.flatnonzero(framed & (pieces.width > _WIDE * pieces.height)).tolist():
        count = _compartments(runs, pieces, i)
        if FEWEST <= count <= MOST:
            rows.append(_row(pieces, [i], count))
    return [row for row in rows if not _holds_lines(pieces, row)]


def _holds_lines(pieces: Pieces, row: Row) -> bool:
    """Whether most of what is written in a row of boxes is lower than characters in boxes are."""
    across = (pieces.left > row.left) & (pieces.right < row.right)
    inside = across & (pieces.top > row.top) & (pieces.bottom < row.bottom)
    low = inside & (pieces.height < _LOW * row.height)
    written = inside & (pieces.height < _FRAME * row.height)
    return bool(pieces.area[low].sum() > _HELD * pieces.area[written].sum())


def _sides(runs: Runs, pieces: Pieces) -> Ints:
    """How many of its four sides each piece has ink along: int32 [n]."""
    piece = runs.piece
    width, height = pieces.width, pieces.height
    beside, over = np.maximum(1, _SIDE * width), np.maximum(1, _SIDE * height)

    def rows_with(which: NDArray[np.bool_]) -> Ints:
        """How many rows of each piece have one of those runs."""
        row, of = runs.row[which], piece[which]
        other = np.ones(len(row), bool)
        other[1:] = (row[1:] != row[:-1]) | (of[1:] != of[:-1])
        return np.bincount(of[other].astype(np.intp), minlength=len(pieces)).astype(np.int32)

    left = rows_with(runs.begin - pieces.left[piece] <= beside[piece])
    right = rows_with(pieces.right[piece] - runs.end <= beside[piece])
    whole = runs.end - runs.begin >= _WHOLE * width[piece]
    top = rows_with(whole & (runs.row - pieces.top[piece] <= over[piece]))
    bottom = rows_with(whole & (pieces.bottom[piece] - 1 - runs.row <= over[piece]))
    found: Ints = np.sum(
        [left >= _WHOLE * height, right >= _WHOLE * height, top > 0, bottom > 0], axis=0, dtype=np.int32
    )
    return found


def _chains(pieces: Pieces, single: NDArray[np.int64], framed: NDArray[np.bool_]) -> list[Row]:
    """Rows of separate boxes that are as large as each other, each beside the last one.

    Args:
        pieces: of a mask.
        single: which of them may be boxes: int64 [n], from left to right.
        framed: bool [m], which of all pieces are framed: other boxes may be faint.
    """
    rows: list[Row] = []
    seen: set[int] = set()
    for seed in single[framed[single]].tolist():
        if seed in seen:
            continue
        alike = single[_are_alike(pieces, seed, single)]
        apart = pieces.left[alike[1:]] - pieces.right[alike[:-1]] > _APART * pieces.width[seed]
        for chain in np.split(alike, np.flatnonzero(apart) + 1):
            seen.update(chain.tolist())
            whole = int(np.count_nonzero(framed[chain]))
            if FEWEST <= len(chain) <= MOST and whole >= _FRAMED[0] and whole * _FRAMED[1] >= len(chain) * _FRAMED[0]:
                rows.append(_row(pieces, chain.tolist(), len(chain)))
    return rows


def _are_alike(pieces: Pieces, seed: int, others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pieces are as large as a box, and level with it."""
    width, height = int(pieces.width[seed]), int(pieces.height[seed])
    beside, over = max(2, _EQUAL * width), max(2, _EQUAL * height)
    return (
        (np.abs(pieces.width[others] - width) <= beside)
        & (np.abs(pieces.height[others] - height) <= over)
        & (np.abs(pieces.top[others] - pieces.top[seed]) <= over)
    )


def _compartments(runs: Runs, pieces: Pieces, i: int) -> int:
    """How many equal boxes a long frame is parted into; 0 when it is not."""
    left, width, height = int(pieces.left[i]), int(pieces.width[i]), int(pieces.height[i])
    own = runs.of(runs.piece == i)
    # Ink of each column, int64 [width]: a side is one that is full.
    steps = _count(own.begin - left, width + 1) - _count(own.end - left, width + 1)
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


def _count(places: Ints, length: int) -> NDArray[np.intp]:
    """How many of some places are each of 0, 1, ... length - 1."""
    return np.bincount(places.astype(np.intp), minlength=length)
