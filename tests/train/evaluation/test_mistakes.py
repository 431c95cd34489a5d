"""A wrong code is told by what it is: the sender's, a house number, part of a longer number, a misreading."""

from __future__ import annotations

import pytest

from device_runtime.types import Field, Role
from train.data.piece_labels import Number, Truth
from train.evaluation.mistakes import (
    MISREAD,
    MISREAD_OTHER,
    MISREAD_SENDER,
    NOT_A_CODE,
    PART,
    SENDER,
    UNKNOWN,
    is_on,
    is_same,
    mistake,
    rank_of,
)


def box(x: float, y: float, width: float = 100, height: float = 20) -> Field:
    return Field(((x, y), (x + width, y), (x + width, y + height), (x, y + height)))


def number(text: str, role: Role, kind: str, field: Field | None) -> Number:
    return Number(text, role, kind, field)


WANTED, SENDERS, HOUSE, PHONE, PAPER = box(300, 300), box(20, 20), box(300, 260), box(20, 400, 200), box(500, 50)
TRUTH = Truth(
    "70173",
    WANTED,
    (
        number("70173", "destination", "code", WANTED),
        number("50667", "sender", "sender", SENDERS),
        number("12500", "other", "house number", HOUSE),
        number("0711 216-4000", "other", "phone", PHONE),
    ),
)
BARE = Truth("70173", None)


@pytest.mark.parametrize(
    ("code", "field", "expected"),
    [
        ("50667", SENDERS, SENDER),
        ("12500", HOUSE, "house number"),
        ("71121", PHONE, PART),
        ("70178", WANTED, MISREAD),
        ("50661", SENDERS, MISREAD_SENDER),
        ("12506", HOUSE, MISREAD_OTHER),
        ("88888", PAPER, NOT_A_CODE),
        # The number counts that was read, wherever the reader says that it stands.
        ("50667", PAPER, SENDER),
        ("50667", None, SENDER),
    ],
)
def test_a_wrong_code_is_named_by_the_number_that_it_is(code: str, field: Field | None, expected: str) -> None:
    assert mistake(code, field, TRUTH) == expected


def test_without_numbers_only_a_near_miss_of_the_wanted_code_can_be_told() -> None:
    assert mistake("70178", PAPER, BARE) == MISREAD
    assert mistake("12345", PAPER, BARE) == UNKNOWN
    assert mistake("1234", None, Truth("", None)) == UNKNOWN


def test_separators_tell_no_two_codes_apart() -> None:
    assert is_same("386 08", "38608") and is_same("12-345", "12345") and not is_same("12-345", "12346")
    truth = Truth("12-345", None, (number("50-667", "sender", "code", None),))
    assert mistake("50667", None, truth) == SENDER


def test_a_field_is_on_a_number_whose_centre_it_holds_at_the_height_of_its_line() -> None:
    assert is_on(box(290, 296, 300, 30), WANTED)  # a line with the code and a town
    assert is_on(box(290, 286, 300, 50), WANTED)  # with a margin of paper
    assert not is_on(box(290, 290, 300, 53), WANTED)  # two lines
    assert not is_on(box(290, 302, 300, 17), WANTED)  # a part of the line's height
    assert not is_on(box(355, 300), WANTED)  # the centre is outside
    turned = Field((*WANTED.corners[2:], *WANTED.corners[:2]))
    assert is_on(turned, WANTED) and is_on(WANTED, turned)


def test_a_leaning_field_holds_what_lies_between_its_sides() -> None:
    leaning = Field(((0, 0), (100, 50), (90, 70), (-10, 20)))
    assert is_on(leaning, Field(((40, 25), (58, 34), (49, 52), (31, 43))))
    assert not is_on(leaning, box(60, 0, 20, 20))  # in its bounding box, above its upper edge


def test_the_rank_is_that_of_the_first_field_on_the_code() -> None:
    assert rank_of(TRUTH, [SENDERS, WANTED, WANTED]) == 2
    assert rank_of(TRUTH, [WANTED]) == 1
    assert rank_of(TRUTH, [SENDERS]) == rank_of(TRUTH, []) == 0
    assert rank_of(BARE, [WANTED]) is None and rank_of(Truth("", WANTED), [WANTED]) is None


def test_a_code_that_stands_twice_is_located_at_either_place() -> None:
    again = number("70173", "destination", "code", PAPER)
    assert rank_of(Truth("70173", WANTED, (*TRUTH.numbers, again)), [SENDERS, PAPER]) == 2
