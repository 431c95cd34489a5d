"""How tall characters are in each part of a picture, and pieces taller than these cut between lines."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.bands import bands, valley
from device_runtime.piece.finding.ink.runs import Ints, Pieces, Runs, boxed

_CELL_PX = 64
_CHARACTER_PX = 5  # lower pieces are dots and dashes
_TALL = 1.6  # of the characters around
_FEW = 3  # fewer pieces around tell nothing
_READABLE_PX = 6
_BESIDE = 3  # characters' heights to each side in which lines are looked for
_MOST_CUT = 300


def usual_height(pieces: Pieces, plain: NDArray[np.bool_], rows: int) -> int:
    """The median height of pieces that may be characters, in px; 0 when there are none.

    Args:
        pieces: of a mask.
        plain: bool [n], which of them are surely ink.
        rows: of the mask.
    """
    maybe = plain & (pieces.height >= _CHARACTER_PX) & (pieces.area >= 8) & (pieces.height < 0.5 * rows + 60)
    heights = np.sort(pieces.height[maybe])
    return int(heights[len(heights) // 2]) if len(heights) else 0


def local_heights(pieces: Pieces) -> tuple[Ints, Ints]:
    """The median height of the pieces around each piece, and how many there are, int32 [n] each."""
    x, y = (pieces.left + pieces.right) // (2 * _CELL_PX), (pieces.top + pieces.bottom) // (2 * _CELL_PX)
    columns = int(x.max(initial=0)) + 3
    # Each piece counts in the 3 x 3 cells around its own; sorted by cell, then height.
    tall = pieces.height >= _CHARACTER_PX
    steps = (np.arange(3)[:, None] * columns + np.arange(3)).ravel()
    cells = (y[tall] * columns + x[tall] + steps[:, None]).ravel()
    heights = np.tile(pieces.height[tall], len(steps))
    order = np.lexsort((heights, cells))
    heights = heights[order]
    count = np.bincount(cells.astype(np.intp), minlength=(int(y.max(initial=0)) + 3) * columns)
    middle = np.minimum(np.cumsum(count) - count + count // 2, max(len(heights) - 1, 0))
    own = (y + 1) * columns + x + 1
    if not len(heights):
        return np.zeros_like(x), np.zeros_like(x)
    return np.where(count[own] > 0, heights[middle[own]], 0).astype(np.int32), count[own].astype(np.int32)


def cut_tall(runs: Runs, pieces: Pieces, size: tuple[int, ...]) -> tuple[Runs, Pieces]:
    """Cut pieces that reach over several lines where the writing around has its valleys.

    Args:
        runs: of a mask.
        pieces: of these runs.
        size: of the mask, rows and columns.
    """
    height, around = local_heights(pieces)
    tall = (pieces.height > _TALL * height) & (around >= _FEW) & (height >= _READABLE_PX)
    piece, count = runs.piece.copy(), len(pieces)
    for i in np.flatnonzero(tall)[:_MOST_CUT].tolist():
        cuts = _valleys(runs, pieces, i, int(height[i]), size)
        if cuts:
            span = runs.between(int(pieces.top[i]), int(pieces.bottom[i]))
            own = span.start + np.flatnonzero(runs.piece[span] == i)
            part = np.searchsorted(np.array(cuts), runs.row[own], side="right")
            piece[own] = np.where(part > 0, count + part - 1, i)
            count += len(cuts)
    if count == len(pieces):
        return runs, pieces
    runs = replace(runs, piece=piece)
    return runs, boxed(runs, count)


def _valleys(runs: Runs, pieces: Pieces, i: int, height_px: int, size: tuple[int, ...]) -> list[int]:
    """The rows at which a piece is cut."""
    beside = _BESIDE * height_px
    left, right = max(0, int(pieces.left[i]) - beside), min(size[1], int(pieces.right[i]) + beside)
    top, bottom = max(0, int(pieces.top[i]) - height_px), min(size[0], int(pieces.bottom[i]) + height_px)
    profile: NDArray[np.int64] = runs.profile(left, top, right, bottom)
    found = bands(profile, height_px)
    cuts = []
    for (_, end), (begin, _) in pairwise(found):
        row = top + valley(profile, end, begin)
        if pieces.top[i] + 2 < row < pieces.bottom[i] - 2:
            cuts.append(row)
    return cuts
