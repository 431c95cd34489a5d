"""Where the cells of boxes or of a comb lie in level ink, and what tells them from print."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

FEWEST, MOST = 3, 9  # cells
SPARE_PX = 2  # px that a line may be off its place


@dataclass(frozen=True)
class Grid:
    """Boxes in level ink.

    Attributes:
        cells: left and right edge of each.
        rows: of the lines along.
        top: row in which the lines across begin.
        bottom: row in which they end.
    """

    cells: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]
    top: int
    bottom: int


def is_thin(mask: Gray, grid: Grid) -> bool:
    """Whether the lines along are much thinner than the cells are wide."""
    left, right = grid.cells[0][0], grid.cells[-1][1]
    narrowest = min(end - start for start, end in grid.cells)
    return all(5 * thickness(mask[:, left : right + 1], row) <= narrowest for row in grid.rows)


def written(mask: Gray, grid: Grid) -> int:
    """How many cells hold a mark that is a third as high as they are, beside their own lines; zeros in print do not."""
    count = 0
    for left, right in grid.cells:
        inset = max(3, (right - left) // 6)
        inside = mask[grid.top + inset : grid.bottom - inset, left + inset : right - inset]
        count += 3 * int(np.count_nonzero(inside.any(axis=1))) > len(inside) > 0
    return count


def thickness(mask: Gray, row: int) -> int:
    """How many rows thick a line along a row is, for most of its columns."""
    up, down = mask[row::-1], mask[row:]
    thick = np.argmin(up, axis=0) + np.argmin(down, axis=0) - 1
    thick = thick[(mask[row] > 0) & (thick > 0)]
    return int(np.sort(thick)[len(thick) // 2]) if len(thick) else 1
