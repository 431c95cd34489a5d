"""Rows at working scale to lines in the picture: margins of paper, and corners."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from device_runtime.piece.finding.row import Row

MARGIN = 0.3
LEAST = 0.1
_LEAST_PX = 3

Corners = tuple[tuple[float, float], ...]


def outlines(rows: Sequence[Row], size: tuple[int, ...]) -> list[Corners]:
    """The corners of rows with their margins, within a mask.

    Args:
        rows: at working scale.
        size: of the mask, rows and columns.
    """
    return [_corners(row, above, below, size) for row, (above, below) in zip(rows, margins(rows), strict=True)]


def _corners(row: Row, above: int, below: int, size: tuple[int, ...]) -> Corners:
    beside = max(_LEAST_PX, round(MARGIN * (row.bottom - row.top)))
    left, right = max(0, row.left - beside), min(size[1], row.right + beside)
    if not row.slope:
        top, bottom = max(0, row.top - above), min(size[0], row.bottom + below)
        return (left, top), (right, top), (right, bottom), (left, bottom)
    middle = (row.left + row.right) / 2
    first, last = row.slope * (left - middle), row.slope * (right - middle)
    top, bottom = row.top - above, row.bottom + below
    return (left, top + first), (right, top + last), (right, bottom + last), (left, bottom + first)


def margins(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """How many px above and below each row belong to it: up to the middle between it and the next one."""
    if not rows:
        return []
    left, top, right, bottom, slope = np.array([(r.left, r.top, r.right, r.bottom, r.slope) for r in rows]).T
    height = bottom - top
    # How far below each row (first index) each other one begins, float64 [n, n]; infinite where they share no column.
    beside = (np.minimum(right[:, None], right) <= np.maximum(left[:, None], left)) | np.eye(len(rows), dtype=bool)
    mid = (left + right) / 2
    # at x of overlap middle
    xo = (np.minimum(right[:, None], right) + np.maximum(left[:, None], left)) / 2
    bi = bottom[:, None] + slope[:, None] * (xo - mid[:, None])
    tj = top[None] + slope[None] * (xo - mid[None])
    gap = np.where(beside | (bi - tj > np.minimum(height[:, None], height) / 2), np.inf, tj - bi)
    below, above = gap.min(1), gap.min(0)
    most = np.maximum(_LEAST_PX, np.rint(MARGIN * height))
    least = np.minimum(most, np.maximum(1, np.rint(LEAST * height)))
    return [
        (int(a), int(b))
        for a, b in zip(*(np.clip(np.floor(SHARE * space), least, most) for space in (above, below)), strict=True)
    ]


SHARE = 0.7
