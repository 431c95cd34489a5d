"""What the locator finds on a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.locator.grid import NONE, points_in, sub_cell_at
from device_runtime.piece.locator.view import View
from device_runtime.types import Field, Line

# Where a field is looked at: shares of its width, and of its height.
_ACROSS, _DOWN = np.arange(1, 10) / 10, np.array([0.25, 0.5, 0.75])

_ASIDE, _ABOVE = 2.0, 0.5  # heights of paper around a number that is to be read
_LEAST_PX = 1e-6


@dataclass(frozen=True)
class Roles:
    """Log-probabilities of what stands in a place.

    Attributes:
        destination: the number of the destination.
        sender: that of the sender.
        other: another number.
        none: no number.
    """

    destination: float
    sender: float
    other: float
    none: float


@dataclass(frozen=True)
class LocatedField:
    """A number that was found.

    Attributes:
        field: its corners in frame px, clockwise from the top left of the writing, without a margin.
        roles: what it may be.
        visible: the probability of each corner that it can be seen.
    """

    field: Field
    roles: Roles
    visible: tuple[float, ...]

    def line(self) -> Line:
        """The number as a line that can be read, with paper around it: its ends are the least sure of its corners."""
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = self.field.corners
        left, right = (x3 - x0, y3 - y0), (x2 - x1, y2 - y1)
        height = (_length(left) + _length(right)) / 2
        # Outwards along the top and the foot, and down both sides.
        (ax, ay), (bx, by) = (_resized(side, _ASIDE * height) for side in ((x1 - x0, y1 - y0), (x2 - x3, y2 - y3)))
        (cx, cy), (dx, dy) = ((_ABOVE * x, _ABOVE * y) for x, y in (left, right))
        corners = (
            (x0 - ax - cx, y0 - ay - cy),
            (x1 + ax - dx, y1 + ay - dy),
            (x2 + bx + dx, y2 + by + dy),
            (x3 - bx + cx, y3 - by + cy),
        )
        return Line(Field(corners), height)


@dataclass(frozen=True, eq=False)
class Located:
    """All that the locator says of a frame.

    Attributes:
        fields: the surest first; none lies on another.
        turns: log-probabilities that the piece is turned by 0, 1, 2 and 3 quarters clockwise.
        role_map: log-probabilities of the roles in each place of the view, float64 [30, 40, 4].
        view: what the net saw.
    """

    fields: tuple[LocatedField, ...]
    turns: tuple[float, float, float, float]
    role_map: NDArray[np.float64]
    view: View

    def roles_at(self, field: Field) -> Roles:
        """What a field that was found otherwise may be: the opinion of the place in it where a number is likeliest.

        Args:
            field: in frame px.
        """
        corners = self.view.from_frame(np.array(field.corners, np.float64))
        rows, columns = sub_cell_at(points_in(corners, _ACROSS, _DOWN)).T
        opinions = self.role_map[rows, columns]  # [places, 4]
        return Roles(*map(float, opinions[opinions[:, NONE].argmin()]))


def _length(side: tuple[float, float]) -> float:
    return math.sqrt(side[0] * side[0] + side[1] * side[1])


def _resized(side: tuple[float, float], length: float) -> tuple[float, float]:
    """A side of another length."""
    factor = length / max(_length(side), _LEAST_PX)
    return factor * side[0], factor * side[1]
