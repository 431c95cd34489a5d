"""One form for what every finder finds, and one rule for whether a number can be read through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.locator.located import Located, Roles
from device_runtime.types import Line

_LEAST_INSIDE = 0.8  # of the number's area
_MOST_HEIGHT_RATIO = 1.6
Quad = NDArray[np.float64]  # [4, 2]


@dataclass(frozen=True)
class Candidate:
    """A field that would be read.

    Attributes:
        corners: of what is cut out, px, [4, 2].
        height_px: of the writing in it.
        destination: the log-probability that the destination's code stands there, by the locator.
    """

    corners: Quad
    height_px: float
    destination: float


def of_locator(located: Located) -> list[Candidate]:
    """The locator's own fields, as it would have them read."""
    lines = [one.line() for one in located.fields]
    return [
        Candidate(np.array(line.field.corners, np.float64), line.height_px, one.roles.destination)
        for line, one in zip(lines, located.fields, strict=True)
    ]


def of_lines(lines: Sequence[Line], roles: Sequence[Roles]) -> list[Candidate]:
    """Lines with the locator's opinions on their places."""
    return [
        Candidate(np.array(line.field.corners, np.float64), line.height_px, opinion.destination)
        for line, opinion in zip(lines, roles, strict=True)
    ]


def is_readable(candidate: Candidate, number: Quad) -> bool:
    """Whether a number can be read through a candidate: nearly all of it lies in it, at about the right height."""
    heights = candidate.height_px, height_of(number)
    if max(heights) > _MOST_HEIGHT_RATIO * min(heights):
        return False
    area = float(cv2.contourArea(number.astype(np.float32)))
    shared = float(cv2.intersectConvexConvex(candidate.corners.astype(np.float32), number.astype(np.float32))[0])
    return shared >= _LEAST_INSIDE * area


def rank(candidates: Sequence[Candidate], number: Quad) -> int | None:
    """At which place, the likeliest destination first, the number can be read; None where at none."""
    ordered = sorted(candidates, key=lambda one: -one.destination)
    return next((place for place, one in enumerate(ordered) if is_readable(one, number)), None)


def height_of(quad: Quad) -> float:
    """The mean length of the left and right sides."""
    sides = quad[[3, 2]] - quad[[0, 1]]
    return float(np.hypot(sides[:, 0], sides[:, 1]).mean())
