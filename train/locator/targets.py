"""What the locator's map should say of a view: which sub-cells speak for which number, and what of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.locator.grid import (
    COLUMNS,
    CORNERS,
    FIRST_PX,
    NONE,
    ROWS,
    SUB_CELL_PX,
    offset_value,
    sub_cell_at,
)

IGNORED = -1  # the role of a sub-cell that may say what it likes: it lies at the end of a number
_SPEAKING = np.linspace(0.25, 0.75, 33)  # shares of a number's middle line whose sub-cells speak for it
_WHOLE = np.linspace(0.0, 1.0, 65)


@dataclass(frozen=True)
class Truth:
    """The numbers in a view.

    Attributes:
        corners: (x, y) px in the order of the writing, float32 [numbers, 4, 2].
        visible: of the corners, bool [numbers, 4].
        roles: places in ROLES, int8 [numbers].
        turn: by how many quarters the piece is turned clockwise.
    """

    corners: NDArray[np.float32]
    visible: NDArray[np.bool_]
    roles: NDArray[np.int8]
    turn: int


@dataclass(frozen=True)
class Targets:
    """The truth, sub-cell by sub-cell.

    Attributes:
        roles: places in ROLES, or IGNORED, int64 [30, 40].
        values: of the corners in the order of the view, in the map's unit, float32 [30, 40, 8].
        visible: of the same corners, float32 [30, 40, 4].
        turn: as in Truth.
    """

    roles: NDArray[np.int64]
    values: NDArray[np.float32]
    visible: NDArray[np.float32]
    turn: int


def targets_of(truth: Truth) -> Targets:
    """Spread the truth over the sub-cells; where two numbers meet, the one whose middle is nearer gets the sub-cell."""
    roles = np.full((ROWS, COLUMNS), NONE, np.int64)
    values = np.zeros((ROWS, COLUMNS, 2 * CORNERS), np.float32)
    visible = np.zeros((ROWS, COLUMNS, CORNERS), np.float32)
    if len(truth.corners):
        quads, seen = _view_order(truth.corners.astype(np.float64), truth.visible)
        rows, columns, _ = _cells(quads, _WHOLE)
        roles[rows, columns] = IGNORED
        rows, columns, numbers = _cells(quads, _SPEAKING)
        middles = np.stack([columns, rows], axis=1) * SUB_CELL_PX + FIRST_PX  # [cells, 2]
        # The nearest number is written last, and stays.
        far_first = np.argsort(-np.abs(quads.mean(axis=1)[numbers] - middles).sum(axis=1), kind="stable")
        rows, columns, numbers, middles = (part[far_first] for part in (rows, columns, numbers, middles))
        roles[rows, columns] = truth.roles[numbers]
        values[rows, columns] = offset_value(quads[numbers] - middles[:, None]).reshape(-1, 2 * CORNERS)
        visible[rows, columns] = seen[numbers]
    return Targets(roles, values, visible, truth.turn)


def _cells(
    quads: NDArray[np.float64], shares: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Row, column and number of every sub-cell that a part of a number's middle line meets; some more than once."""
    left, right = (quads[:, 0] + quads[:, 3]) / 2, (quads[:, 1] + quads[:, 2]) / 2
    points = left[:, None] + shares[:, None] * (right - left)[:, None]  # [numbers, shares, 2]
    cells = sub_cell_at(points.reshape(-1, 2))
    return cells[:, 0], cells[:, 1], np.repeat(np.arange(len(quads)), len(shares))


def _view_order(
    quads: NDArray[np.float64], visible: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Corners [n, 4, 2] and whether they are seen [n, 4], rolled so that the first two run to the right."""
    sides = np.roll(quads, -1, axis=1) - quads  # [n, 4, 2], after each corner
    first = (sides[..., 0] / (np.hypot(sides[..., 0], sides[..., 1]) + 1e-6)).argmax(axis=1)
    places = (first[:, None] + np.arange(CORNERS)) % CORNERS
    return np.take_along_axis(quads, places[..., None], axis=1), np.take_along_axis(visible, places, axis=1)
