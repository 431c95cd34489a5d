"""What the locator finds on a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.locator.grid import NONE, middle_line, sub_cell_at
from device_runtime.piece.locator.view import View
from device_runtime.types import Field

_LOOKED_AT = np.arange(1, 10) / 10  # shares of a field's middle line


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
        """What a field that was found otherwise may be: the opinion where on its middle line a number is likeliest.

        Args:
            field: in frame px.
        """
        corners = self.view.from_frame(np.array(field.corners, np.float64))
        rows, columns = sub_cell_at(middle_line(corners, _LOOKED_AT)).T
        opinions = self.role_map[rows, columns]  # [places, 4]
        return Roles(*map(float, opinions[opinions[:, NONE].argmin()]))
