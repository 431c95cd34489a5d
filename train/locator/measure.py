"""How well fields were found: against the truth of pieces, by one rule for every finder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.locator.grid import ROLES
from device_runtime.piece.locator.located import Located, LocatedField
from device_runtime.types import Field

_LEAST_OVERLAP = 0.5  # of the union
_MOST_HEIGHT_RATIO = 1.5
Quad = NDArray[np.float64]  # [4, 2]


def is_found(field: Field, truth: Quad) -> bool:
    """Whether a field is a number: they overlap by half of their union, or it can be read through the field.

    That is so when the field's middle lies in the number, the number's middle in the field, and their heights differ by
    a factor of at most 1.5.

    Args:
        field: that was found.
        truth: the number's corners in the same px, [4, 2].
    """
    corners = np.array(field.corners, np.float64)
    if overlap(corners, truth) >= _LEAST_OVERLAP:
        return True
    heights = _height(corners), _height(truth)
    inside = _holds(truth, corners.mean(axis=0)) and _holds(corners, truth.mean(axis=0))
    return inside and max(heights) <= _MOST_HEIGHT_RATIO * min(heights)


def overlap(first: Quad, second: Quad) -> float:
    """The area that two convex quadrilaterals share, of that of their union."""
    areas = [float(cv2.contourArea(quad.astype(np.float32))) for quad in (first, second)]
    shared = float(cv2.intersectConvexConvex(first.astype(np.float32), second.astype(np.float32))[0])
    return shared / max(areas[0] + areas[1] - shared, 1e-9)


def _holds(quad: Quad, point: Quad) -> bool:
    return float(cv2.pointPolygonTest(quad.astype(np.float32), (float(point[0]), float(point[1])), False)) >= 0


def _height(quad: Quad) -> float:
    """The mean length of the left and right sides."""
    sides = quad[[3, 2]] - quad[[0, 1]]
    return float(np.hypot(sides[:, 0], sides[:, 1]).mean())


@dataclass(frozen=True)
class Numbers:
    """The truth of a frame.

    Attributes:
        corners: px, float64 [numbers, 4, 2].
        roles: places in ROLES, [numbers].
        turn: quarters clockwise.
    """

    corners: NDArray[np.float64]
    roles: NDArray[np.int8]
    turn: int


@dataclass(frozen=True)
class Tally:
    """How the locator did on frames.

    Attributes:
        frames: how many.
        destinations: frames that hold the destination's number.
        first: of these, where the likeliest destination is it.
        third: where it is among the three likeliest.
        any_rank: where it is among all fields.
        found: numbers that were found, of any role.
        numbers: of all.
        roles_right: of those that were found, whose likeliest role is right.
        turns_right: frames whose turn is right.
    """

    frames: int
    destinations: int
    first: int
    third: int
    any_rank: int
    found: int
    numbers: int
    roles_right: int
    turns_right: int


def tally(found: Sequence[Located], truths: Sequence[Numbers]) -> Tally:
    """Count what was found on frames.

    Args:
        found: on each.
        truths: of each.
    """
    counts = dict.fromkeys(Tally.__dataclass_fields__, 0)
    for located, truth in zip(found, truths, strict=True):
        counts["frames"] += 1
        counts["turns_right"] += int(np.argmax(located.turns)) == truth.turn
        rank = destination_rank([f.field for f in by_destination(located)], truth)
        if rank is not None:
            counts["destinations"] += 1
            counts["first"] += rank < 1
            counts["third"] += rank < 3
            counts["any_rank"] += rank < len(located.fields)
        for quad, role in zip(truth.corners, truth.roles, strict=True):
            counts["numbers"] += 1
            match = next((f for f in located.fields if is_found(f.field, quad)), None)
            if match is not None:
                roles = match.roles
                counts["found"] += 1
                counts["roles_right"] += int(np.argmax((roles.destination, roles.sender, roles.other))) == int(role)
    return Tally(**counts)


def by_destination(located: Located) -> list[LocatedField]:
    """The fields, the likeliest destination first."""
    return sorted(located.fields, key=lambda field: -field.roles.destination)


def destination_rank(fields: Sequence[Field], truth: Numbers) -> int | None:
    """At which place among fields the destination's number stands; their number when at none, None when it has none."""
    wanted = truth.corners[truth.roles == ROLES.index("destination")]
    if not len(wanted):
        return None
    return next((i for i, field in enumerate(fields) if any(is_found(field, quad) for quad in wanted)), len(fields))
