"""Rows at working scale to the corners of lines: with a margin of paper, no more than half way to the next line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from device_runtime.piece.finding.row import Row

_MARGIN, _LEAST_MARGIN = 0.3, 0.1  # of a line's height
_LEAST_PX = 3
_SPACE = 0.7  # of the paper between two lines belongs to each: a stroke's blurred edge is no other line

Corners = tuple[tuple[float, float], ...]


def outlines(rows: Sequence[Row], size: tuple[int, ...]) -> list[Corners]:
    """The corners of rows with their margins.

    Args:
        rows: at working scale.
        size: of the mask, rows and columns; corners of level rows lie in it.
    """
    return [_corners(row, above, below, size) for row, (above, below) in zip(rows, _margins(rows), strict=True)]


def _corners(row: Row, above: int, below: int, size: tuple[int, ...]) -> Corners:
    beside = max(_LEAST_PX, round(_MARGIN * row.height))
    left, right = max(0, row.left - beside), min(size[1], row.right + beside)
    top, bottom = row.top - above, row.bottom + below
    if not row.slope:
        top, bottom = max(0, top), min(size[0], bottom)
        return (left, top), (right, top), (right, bottom), (left, bottom)
    middle = (row.left + row.right) / 2
    first, last = row.slope * (left - middle), row.slope * (right - middle)
    return (left, top + first), (right, top + last), (right, bottom + last), (left, bottom + first)


def _margins(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """How many px above and below each row belong to it."""
    if not rows:
        return []
    left, top, right, bottom, slope = np.array([(r.left, r.top, r.right, r.bottom, r.slope) for r in rows]).T
    height, middle = bottom - top, (left + right) / 2
    # In the middle of the columns that two rows share, how far below the first (down) the second (across) begins:
    # float64 [n, n], infinite where they share none and where the second is not below the first.
    first, last = np.maximum(left[:, None], left), np.minimum(right[:, None], right)
    at = (first + last) / 2
    space = (top + slope * (at - middle)) - (bottom[:, None] + slope[:, None] * (at - middle[:, None]))
    apart = (last <= first) | (space < -np.minimum(height[:, None], height) / 2)
    space[apart | np.eye(len(rows), dtype=bool)] = np.inf
    most = np.maximum(_LEAST_PX, np.rint(_MARGIN * height))
    least = np.minimum(np.maximum(1, np.rint(_LEAST_MARGIN * height)), most)
    above, below = (np.clip(np.floor(_SPACE * space.min(axis)), least, most).astype(int).tolist() for axis in (0, 1))
    return list(zip(above, below, strict=True))
