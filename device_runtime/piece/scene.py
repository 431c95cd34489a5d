"""What is seen on a picture before anything is read: lines of writing, and the learned locator's opinion of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from device_runtime.image.pixels import Pixels, to_gray
from device_runtime.piece.locator.located import Located, Roles
from device_runtime.piece.sampling import is_convex
from device_runtime.types import Field, Line

# A number that the locator found is one with a line of the finder where its middle lies in that line, and the line's
# characters have so many of the number's heights.
_AS_LOW, _AS_HIGH = 0.6, 1.6
# The log-probability of no number up to which one that the locator alone found is a line: 20 % for a number.
_MOST_NONE = -0.223

Locate = Callable[[Pixels], Located]


@dataclass(frozen=True)
class Opinion:
    """What the locator says of a line.

    Attributes:
        roles: log-probabilities of what its number may be.
        alone: whether it found the line, and the finder did not.
    """

    roles: Roles
    alone: bool = False


@dataclass(frozen=True)
class Scene:
    """What is seen on a picture.

    Attributes:
        lines: of writing.
        opinions: what the locator says of each, [lines].
        turns: log-probabilities that the piece is turned by 0, 1, 2 and 3 quarters clockwise.
    """

    lines: tuple[Line, ...]
    opinions: tuple[Opinion, ...]
    turns: tuple[float, float, float, float]


def scene_of(pixels: Pixels, locate: Locate) -> Scene:
    """Look at a picture.

    Args:
        pixels: uint8 [H, W], or [H, W, 3] in RGB.
        locate: the locator, from a grey frame.
    """
    from device_runtime.piece.finding import find_lines  # here, as a field does not need it

    gray = to_gray(pixels)
    lines = find_lines(gray)
    located = locate(gray)
    opinions = [Opinion(located.roles_at(line.field)) for line in lines]
    more = [found.line() for found in located.fields]
    more = [line for line in more if is_convex(line.field.corners) and not any(_is_same(line, o) for o in lines)]
    alone = [(line, Opinion(located.roles_at(line.field), alone=True)) for line in more]
    likely = [(line, opinion) for line, opinion in alone if opinion.roles.none <= _MOST_NONE]
    every = (*lines, *(line for line, _ in likely))
    return Scene(every, (*opinions, *(opinion for _, opinion in likely)), located.turns)


def _is_same(number: Line, line: Line) -> bool:
    x, y = (sum(corner[axis] for corner in number.field.corners) / 4 for axis in (0, 1))
    alike = _AS_LOW * number.height_px <= line.height_px <= _AS_HIGH * number.height_px
    return alike and is_inside(line.field, x, y)


def is_inside(field: Field, x: float, y: float) -> bool:
    """Whether a point lies in a convex field: on the right-hand side of all of its edges, as y runs down."""
    corners: Sequence[tuple[float, float]] = field.corners
    edges = zip(corners, (*corners[1:], corners[0]), strict=True)
    return all((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0 for (x0, y0), (x1, y1) in edges)
