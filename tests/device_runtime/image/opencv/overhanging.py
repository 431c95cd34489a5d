"""Fields whose writing a strip would cut: tall strokes, hanging digits, a drifting line, with other things beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

PAPER, INK = 210, 30
PEN_PX = 4
UPPER, LOWER = 22, 46  # rows of the body, in a field of 64 rows

Points = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Drawn:
    """A drawn field.

    Attributes:
        image: uint8 [64, W].
        writing: bool [64, W], the ink of the line alone.
    """

    image: NDArray[np.uint8]
    writing: NDArray[np.bool_] = field(repr=False)


def drawn(strokes: Sequence[Points], others: Sequence[Points] = (), width: int = 320) -> Drawn:
    """Draw strokes of the line, and what is no part of it."""
    image, writing = np.full((64, width), PAPER, np.uint8), np.zeros((64, width), np.uint8)
    for points in (*strokes, *others):
        cv2.polylines(image, [np.array(points, np.int32)], False, (INK,), PEN_PX)
    for points in strokes:
        cv2.polylines(writing, [np.array(points, np.int32)], False, (1,), PEN_PX)
    return Drawn(image, writing > 0)


def zeros(places: Sequence[int], shifts: Sequence[int] = (), tall: int = LOWER - UPPER) -> list[Points]:
    """Boxes as tall as the body, one at each place, moved down by so much."""
    found: list[Points] = []
    for place, shift in zip(places, shifts or [0] * len(places), strict=True):
        top, bottom = UPPER + shift, UPPER + shift + tall
        found.append([(place, top), (place + 14, top), (place + 14, bottom), (place, bottom), (place, top)])
    return found


BODY = (90, 125, 160, 195, 230)
TALL_SEVEN = [(46, 5), (70, 5), (56, LOWER)]
HANGING_NINE = [(264, 28), (280, 28), (280, 57), (264, 57), (264, 28)]
PRINT_ABOVE = [[(x, -3), (x + 8, 6)] for x in range(60, 260, 14)]
FRAME = [[(312, -2), (312, 70)], [(4, -2), (4, 40)]]
DRIFT = (14, 1, -4, -4, 1, 14)


def plain() -> Drawn:
    """Nothing that is cut."""
    return drawn(zeros((40, *BODY)))


def tall_first() -> Drawn:
    """A first digit that stands above the others."""
    return drawn([TALL_SEVEN, *zeros(BODY)])


def hanging_last() -> Drawn:
    """A last digit that hangs below them."""
    return drawn([*zeros(BODY), HANGING_NINE])


def both() -> Drawn:
    """Both: no move alone is enough."""
    return drawn([TALL_SEVEN, *zeros(BODY), HANGING_NINE])


def drifting() -> Drawn:
    """A line that bends, so that no slope makes it level."""
    return drawn(zeros((30, 75, 120, 165, 210, 255), DRIFT, tall=22))


def below_print() -> Drawn:
    """A hanging digit below print that the field's edge cuts."""
    return drawn([*zeros(BODY), HANGING_NINE], PRINT_ABOVE)


def in_a_frame() -> Drawn:
    """A line that fits, between the rests of a frame."""
    return drawn(zeros((40, *BODY)), FRAME)


def beside_an_upright() -> Drawn:
    """A line that fits, beside an upright rule within the field."""
    return drawn(zeros((40, *BODY)), [[(290, 7), (290, 58)]])


def hanging_in_a_frame() -> Drawn:
    """A hanging digit between the rests of a frame."""
    return drawn([*zeros(BODY), HANGING_NINE], FRAME)


CUT: dict[str, Callable[[], Drawn]] = {
    made.__name__: made for made in (tall_first, hanging_last, both, drifting, below_print, hanging_in_a_frame)
}
WHOLE: dict[str, Callable[[], Drawn]] = {made.__name__: made for made in (plain, in_a_frame, beside_an_upright)}
