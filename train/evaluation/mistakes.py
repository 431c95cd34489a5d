"""What a wrong code of a piece is: the sender's, a house number, part of a longer number, the wanted code misread.

A field of the reader is a line or a part of one, with a margin of paper; a number of the truth is its digits alone. A
field is on a number when it holds the number's centre and is as high as a line with such digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import dist

from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.types import Field
from train.data.piece_labels import Number, Truth

SENDER, MISREAD_SENDER = "sender", "misread sender"
MISREAD = "misread destination"
PART = "part of a longer number"
MISREAD_OTHER, OTHER = "misread other number", "other number"
NOT_A_CODE, UNKNOWN = "not a number", "not told by the labels"
_CODES = ("", "code", "destination", "sender")  # what a postal code's kind may be called
# Heights of the number in it that a field may have: a line's margin and the letters beside the digits add up to 1.6 of
# them, and two lines together have more.
LEAST_HEIGHT, MOST_HEIGHT = 0.9, 2.6


def is_same(code: str, truth: str) -> bool:
    """Whether two codes name the same place: what separates their characters says nothing."""
    return bare(code) == bare(truth)


def bare(text: str) -> str:
    """A code or number without what separates its characters."""
    return "".join(char for char in text if char not in SEPARATORS)


def rank_of(truth: Truth, fields: Sequence[Field]) -> int | None:
    """Which of the reader's fields, the best first, is on the wanted code, wherever on the piece that stands.

    Returns:
        1 for the first; 0 = none of them; None = no code is wanted, or nobody says where it stands.
    """
    if not truth.code or truth.field is None:
        return None
    again = [number.field for number in truth.numbers if number.field and is_same(number.text, truth.code)]
    places = [truth.field, *again]
    return next((rank for rank, field in enumerate(fields, 1) if any(is_on(field, place) for place in places)), 0)


def is_on(field: Field, number: Field) -> bool:
    """Whether a field of the reader is on a number: it holds its centre, and is as high as a line with such digits."""
    centre = tuple(sum(axis) / len(number.corners) for axis in zip(*number.corners, strict=True))
    height = _height(number)
    fits = LEAST_HEIGHT * height <= _height(field) <= MOST_HEIGHT * height
    return fits and _holds(field, (centre[0], centre[1]))


def mistake(code: str, field: Field | None, truth: Truth) -> str:
    """What a code that is not the wanted one is.

    Args:
        code: As the reader reports it.
        field: Where the reader read it; None = nobody says.
        truth: What the piece holds. Without its numbers and their corners less can be told apart.
    """
    digits = bare(code)
    placed = [number for number in truth.numbers if number.field is not None]
    under = [n for n in placed if field is not None and n.field is not None and is_on(field, n.field)]
    nearest_first = [*under, *(number for number in truth.numbers if number not in under)]
    for number in nearest_first:
        if bare(number.text) == digits:
            return _named(number)
    if any(digits in bare(number.text) for number in nearest_first):
        return PART
    if under:
        return _misread(under, truth)
    if field is not None and placed:
        return NOT_A_CODE
    return MISREAD if _resemble(digits, bare(truth.code)) else UNKNOWN


def _named(number: Number) -> str:
    """The kind of the number that was read for the wanted code."""
    if number.role == "sender" and number.kind in _CODES:
        return SENDER
    return number.kind or OTHER


def _misread(under: Iterable[Number], truth: Truth) -> str:
    """What was misread, where a field is on these numbers."""
    under = tuple(under)
    if any(is_same(number.text, truth.code) for number in under):
        return MISREAD
    return MISREAD_SENDER if any(number.role == "sender" for number in under) else MISREAD_OTHER


def _resemble(digits: str, wanted: str) -> bool:
    """Whether more than half of the digits of two numbers of one length are the same."""
    same = sum(a == b for a, b in zip(digits, wanted, strict=False))
    return len(digits) == len(wanted) and 2 * same > len(wanted)


def _height(field: Field) -> float:
    """Mean length of the two sides across the direction of reading, px."""
    top_left, top_right, bottom_right, bottom_left = field.corners
    return (dist(top_left, bottom_left) + dist(top_right, bottom_right)) / 2


def _holds(field: Field, point: tuple[float, float]) -> bool:
    """Whether a point lies in a convex quadrilateral or on its edge: on one side of all edges."""
    x, y = point
    sides = [
        (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        for (x0, y0), (x1, y1) in zip(field.corners, (*field.corners[1:], field.corners[0]), strict=True)
    ]
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)
