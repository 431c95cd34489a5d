"""A level mask of ink to its lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.bands import parts
from device_runtime.piece.finding.boxes import box_rows
from device_runtime.piece.finding.heights import cut_tall
from device_runtime.piece.finding.ink.runs import Mask, Pieces, Runs
from device_runtime.piece.finding.joining import join, united
from device_runtime.piece.finding.row import Row, merged, row_of
from device_runtime.piece.finding.rules import without_rules

MOST_ROWS = 400

_SPECK_PX, _SPECK_HEIGHT_PX = 6, 3  # less ink, or lower: no part of a character
_LARGE, _EMPTY = 8, 0.12  # of a character's height; of the box around a piece
_MOST_PIECES = 20000
_LEAST_PX = 7  # lower lines cannot be read
_TALL = 1.7  # of a line's characters
_LEAST_INK = 0.03  # of a line with wide gaps
_REACH = 1.0  # of the lower line's height: between two parts of a line
_LEVEL, _ALIKE = 0.7, 0.6  # of the lower line's height beside the other one; of the higher one's height


def rows_of(mask: Mask, runs: Runs, pieces: Pieces, height_px: int) -> list[Row]:
    """Find the lines of a mask whose writing is level.

    Args:
        mask: uint8 [H, W], 1 = ink.
        runs: of the mask.
        pieces: of these runs.
        height_px: of usual characters.

    Returns:
        At most MOST_ROWS, those with most ink.
    """
    boxes = box_rows(runs, pieces)
    runs, pieces = without_rules(mask, runs, pieces, height_px)
    keep = (pieces.area >= _SPECK_PX) & (pieces.height >= _SPECK_HEIGHT_PX) & ~_outline(pieces, height_px)
    if keep.sum() > _MOST_PIECES:
        keep &= pieces.area > np.sort(pieces.area)[-_MOST_PIECES]
    for box in boxes:
        keep &= ~_inside(pieces, box)
    runs, pieces = cut_tall(runs.of(keep[runs.piece]), pieces, mask.shape)
    rows = [row for part in join(runs, pieces, _LEAST_PX) for row in _rows(runs, pieces, part)]
    rows = sorted(rows, key=lambda row: -row.ink)[: MOST_ROWS - len(boxes)]
    return [row for row in _continued(rows) if _is_written(row)] + boxes


def _outline(pieces: Pieces, height_px: int) -> NDArray[np.bool_]:
    """Which pieces are large and almost empty: what is left of frames, the edges of paper: bool [n]."""
    large = np.maximum(pieces.width, pieces.height) > _LARGE * height_px
    return large & (pieces.area < _EMPTY * pieces.width.astype(np.int64) * pieces.height)


def _inside(pieces: Pieces, box: Row) -> NDArray[np.bool_]:
    """Which pieces have their middle in a row of boxes: bool [n]."""
    x, y = pieces.left + pieces.right, pieces.top + pieces.bottom
    return (x > 2 * box.left) & (x < 2 * box.right) & (y > 2 * box.top) & (y < 2 * box.bottom)


def _is_written(row: Row) -> bool:
    """Whether a row may be writing: no upright stroke, and not almost empty."""
    width = row.right - row.left
    return row.height <= width and row.ink >= _LEAST_INK * width * row.height


def _rows(runs: Runs, pieces: Pieces, part: NDArray[np.int64]) -> list[Row]:
    """The line, or the lines, that joined pieces make."""
    row = row_of(pieces, part)
    rows = _parted(runs, pieces, part, row) if row.height > _TALL * row.height_px else [row]
    return [row for row in rows if row.height >= _LEAST_PX]


def _parted(runs: Runs, pieces: Pieces, part: NDArray[np.int64], row: Row) -> list[Row]:
    """The lines of pieces that reach over several."""
    top, bottom = int(pieces.top[part].min()), int(pieces.bottom[part].max())
    mine = np.zeros(len(pieces), bool)
    mine[part] = True
    span = runs.between(top, bottom)
    near = Runs(runs.row[span], runs.begin[span], runs.end[span], runs.piece[span])
    own = near.of(mine[near.piece])
    rows = []
    for begin, end in parts(own.profile(row.left, top, row.right, bottom), row.height_px):
        inside = own.of((own.row >= top + begin) & (own.row < top + end))
        found = Row(
            left=int(inside.begin.min()),
            top=top + begin,
            right=int(inside.end.max()),
            bottom=top + end,
            slope=0.0,
            height_px=min(row.height_px, end - begin),
            pieces=len(part),
            ink=int((inside.end - inside.begin).sum()),
        )
        rows.append(found)
    return rows


def _continued(rows: list[Row]) -> list[Row]:
    """Rows of which those that continue each other are one."""
    if len(rows) < 2:
        return rows
    left, top, right, bottom, slope = np.array([(r.left, r.top, r.right, r.bottom, r.slope) for r in rows]).T
    first, second = np.triu_indices(len(rows), 1)
    # Where two rows meet, and their tops and bottoms there: float64 [pairs] each.
    meet = (np.maximum(left[first], left[second]) + np.minimum(right[first], right[second])) / 2
    lower = np.full(len(first), np.inf)
    above, below = np.full(len(first), -np.inf), np.full(len(first), np.inf)
    for one in (first, second):
        down = slope[one] * (meet - (left[one] + right[one]) / 2)
        above, below = np.maximum(above, top[one] + down), np.minimum(below, bottom[one] + down)
        lower = np.minimum(lower, bottom[one] - top[one])
    higher = np.maximum(bottom[first] - top[first], bottom[second] - top[second])
    gap = np.maximum(left[first], left[second]) - np.minimum(right[first], right[second])
    one_line = (below - above >= _LEVEL * lower) & (lower >= _ALIKE * higher) & (gap <= _REACH * lower)
    union = united(len(rows), first[one_line], second[one_line])
    whole: dict[int, Row] = {}
    for i, row in zip(union.tolist(), rows, strict=True):
        whole[i] = merged(whole[i], row) if i in whole else row
    return list(whole.values())
