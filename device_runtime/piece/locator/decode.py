"""From the locator's int8 map to fields: whole numbers and element-wise sums, so that all machines find the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.exact import exact_exp, exact_log
from device_runtime.piece.locator.grid import (
    COLUMNS,
    CORNERS,
    FIRST_PX,
    NONE,
    ROLES,
    SUB_CELL_PX,
    TURN_CELLS,
    TURNS,
    offset_px,
    unfold,
)
from device_runtime.piece.locator.located import Located, LocatedField, Roles
from device_runtime.piece.locator.view import View
from device_runtime.types import Field

MOST_FIELDS = 24
_MOST_PLACES = 256  # sub-cells that are looked at, the surest first
_MOST_NONE = -0.0625  # the log-probability of none up to which a sub-cell is looked at: 6 % for a number
_LEAST_AREA_PX2 = 2.0  # of a field in the view
_SAME_PX = 4.0  # fields whose middles lie as close are one

FloatArray = NDArray[np.float64]


def decode(cells: NDArray[np.int8], scale: float, zero_point: int, view: View) -> Located:
    """Find the fields in a map.

    Args:
        cells: int8 [15, 20, OUTPUTS], as the engine gives it.
        scale: of the map's grid.
        zero_point: of the map's grid.
        view: what the net saw.
    """
    subs, votes = unfold(cells)
    roles = _role_map(subs[..., : len(ROLES)], scale)
    turns = _turns(votes, scale, zero_point, view.turned)
    # The surest places, and the quadrilaterals that they tell of: [places, 4, 2] in px of the view.
    none = roles[..., NONE].reshape(-1)
    order = np.argsort(none, kind="stable")[:_MOST_PLACES]
    order = order[none[order] <= _MOST_NONE]
    said = (subs.reshape(-1, subs.shape[-1])[order].astype(np.float64) - zero_point) * scale
    corners = _corners(said[:, len(ROLES) : -CORNERS], order)
    kept = _distinct(corners)
    # Corners in the order of the writing, which the turn tells.
    turn_of_view = (int(np.argmax(turns)) - int(view.turned)) % TURNS
    in_order = view.to_frame(np.roll(corners[kept], -turn_of_view, axis=1))
    seen = 1 / (1 + exact_exp(-said[kept, -CORNERS:]))
    opinions = roles.reshape(-1, len(ROLES))[order[kept]]
    fields = tuple(
        LocatedField(
            Field(tuple((float(x), float(y)) for x, y in quad)),
            Roles(*map(float, opinion)),
            tuple(map(float, visible)),
        )
        for quad, opinion, visible in zip(in_order, opinions, seen, strict=True)
    )
    return Located(fields, turns, roles, view)


def _role_map(logits: NDArray[np.int8], scale: float) -> FloatArray:
    """Log-probabilities of the roles, [rows, columns, 4]."""
    below = logits.max(axis=2, keepdims=True).astype(np.intp) - logits  # steps under the best, 0..255
    weights = exact_exp(-scale * np.arange(256.0))[below]
    total = (weights[..., 0] + weights[..., 1]) + (weights[..., 2] + weights[..., 3])
    return -scale * below - exact_log(total)[..., None]


def _turns(votes: NDArray[np.int8], scale: float, zero_point: int, turned: bool) -> tuple[float, float, float, float]:
    """Log-probabilities of the piece's turns in the frame: the cells' votes on those in the view, added up."""
    sums = (votes.astype(np.int64) - zero_point).sum(axis=(0, 1))  # [4]
    logits = (sums - sums.max()) * (scale / TURN_CELLS)
    weights = exact_exp(logits)
    total = (weights[0] + weights[1]) + (weights[2] + weights[3])
    found = logits - exact_log(np.array([total]))
    # A frame that was turned back by a quarter has its piece turned by one more.
    first, second, third, fourth = np.roll(found, int(turned)).tolist()
    return first, second, third, fourth


def _corners(values: FloatArray, places: NDArray[np.intp]) -> FloatArray:
    """The corners that sub-cells tell of, in px of the view.

    Args:
        values: of the map, in their unit, float64 [places, 8].
        places: numbers of the sub-cells, row by row, [places].

    Returns:
        float64 [places, 4, 2].
    """
    rows, columns = np.divmod(places, COLUMNS)
    middles = np.stack([columns, rows], axis=1) * SUB_CELL_PX + FIRST_PX
    return middles[:, None, :] + offset_px(values).reshape(-1, CORNERS, 2)


def _distinct(corners: FloatArray) -> NDArray[np.intp]:
    """Which quadrilaterals to keep, the first first: convex clockwise ones whose middle lies in no other kept one.

    Args:
        corners: (x, y), float64 [n, 4, 2], the surest first.

    Returns:
        Their numbers, at most MOST_FIELDS.
    """
    edges = np.roll(corners, -1, axis=1) - corners  # [n, 4, 2], from each corner to the next
    after = np.roll(edges, -1, axis=1)
    bends = edges[..., 0] * after[..., 1] - edges[..., 1] * after[..., 0]  # [n, 4], positive where it turns clockwise
    area = (bends[:, 0] + bends[:, 2]) / 2
    alive = (bends > 0).all(axis=1) & (area >= _LEAST_AREA_PX2)
    middles = ((corners[:, 0] + corners[:, 2]) + (corners[:, 1] + corners[:, 3])) / 4
    kept: list[int] = []
    while len(kept) < MOST_FIELDS and alive.any():
        best = int(alive.argmax())
        kept.append(best)
        within = _inside(middles, corners[best], edges[best])
        near = np.abs(middles - middles[best]).max(axis=1) < _SAME_PX
        alive &= ~(within | near)
        alive[best] = False
    return np.array(kept, np.intp)


def _inside(points: FloatArray, corners: FloatArray, edges: FloatArray) -> NDArray[np.bool_]:
    """Whether points [n, 2] lie in a quadrilateral [4, 2] with these edges [4, 2]."""
    away = points[:, None, :] - corners  # [n, 4, 2]
    sides: NDArray[np.bool_] = edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0] >= 0
    return sides.all(axis=1)
