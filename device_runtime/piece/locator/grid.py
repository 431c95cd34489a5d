"""How the locator's map is laid out: what each number says, and of which place of the view.

The map has a cell for every 16 px of the view. A cell speaks for 2 x 2 sub-cells of 8 px, and each of these for a field
whose middle lies in it: its role, its corners and which of them can be seen. Then come the cell's votes on the turn.

Corners stand in the order of the view (the first at the top left for writing that is not turned), as offsets from the
sub-cell's middle. A number n of the map, 0.25 a step, means an offset of sign(n) * ((|n| / 2 + 1)^2 - 1) px: fine for
small fields, and far enough for one that fills the view.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX

CELL_PX = 16
SUB_CELLS = 2  # in each direction
SUB_CELL_PX = CELL_PX // SUB_CELLS
FIRST_PX = -SUB_CELL_PX // 2  # the middle of the first sub-cell: kernels with a stride look at px 0, 16, 32, ...
CELL_ROWS, CELL_COLUMNS = HEIGHT_PX // CELL_PX, WIDTH_PX // CELL_PX
ROWS, COLUMNS = CELL_ROWS * SUB_CELLS, CELL_COLUMNS * SUB_CELLS  # of sub-cells
ROLES = ("destination", "sender", "other", "none")
NONE = len(ROLES) - 1
CORNERS, TURNS = 4, 4
SUB_OUTPUTS = len(ROLES) + 2 * CORNERS + CORNERS  # roles, (x, y) of the corners, visibility
OUTPUTS = SUB_CELLS * SUB_CELLS * SUB_OUTPUTS + TURNS
TURN_CELLS = 16  # so many cells that vote alike weigh as much as one logit


def unfold(cells: NDArray[np.int8]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Unfold a map into what each sub-cell says and the votes on the turn.

    Args:
        cells: int8 [15, 20, OUTPUTS].

    Returns:
        int8 [30, 40, SUB_OUTPUTS] and int8 [15, 20, 4].
    """
    rows, columns, _ = cells.shape
    subs = cells[..., :-TURNS].reshape(rows, columns, SUB_CELLS, SUB_CELLS, SUB_OUTPUTS)
    subs = subs.transpose(0, 2, 1, 3, 4).reshape(rows * SUB_CELLS, columns * SUB_CELLS, SUB_OUTPUTS)
    return subs, cells[..., -TURNS:]


def offset_px(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a number of the map, in its own unit, says of a corner's offset in px."""
    half = np.abs(value) / 2 + 1
    return np.where(value < 0, -1.0, 1.0) * (half * half - 1)


def offset_value(px: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `offset_px`."""
    return np.where(px < 0, -1.0, 1.0) * 2 * (np.sqrt(1 + np.abs(px)) - 1)


def sub_cell_at(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """The sub-cell that a point of the view lies in, or the nearest: (x, y) px [n, 2] -> row and column [n, 2]."""
    x, y = points[:, 0], points[:, 1]
    found = np.stack([y, x], axis=1) - (FIRST_PX - SUB_CELL_PX / 2)
    return np.clip(np.floor(found / SUB_CELL_PX), 0, (ROWS - 1, COLUMNS - 1)).astype(np.intp)


def points_in(
    corners: NDArray[np.float64], across: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points in a field, from its left edge to its right one and from its top to its foot.

    Args:
        corners: (x, y), float64 [4, 2], the first two along the top.
        across: shares of the width, float64 [n].
        down: shares of the height, float64 [m].

    Returns:
        float64 [m * n, 2].
    """
    along, below = across[None, :, None], down[:, None, None]
    top = corners[0] + along * (corners[1] - corners[0])
    foot = corners[3] + along * (corners[2] - corners[3])
    return (top + below * (foot - top)).reshape(-1, 2)
