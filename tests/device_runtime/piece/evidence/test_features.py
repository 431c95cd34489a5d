"""The named evidence of lines and of what stands beside a code."""

from __future__ import annotations

import pytest

from device_runtime.piece.evidence.features import (
    FEATURES,
    GEOMETRY,
    IN_LINE,
    READ,
    UNREAD,
    Seen,
    geometry,
    misread_evidence,
    read_evidence,
)
from device_runtime.piece.evidence.layout import lay_out
from device_runtime.piece.evidence.words import Word
from device_runtime.piece.locator.located import Roles
from device_runtime.piece.scene import Opinion
from device_runtime.types import Candidate, Line
from tests.device_runtime.piece.evidence.test_layout import HEIGHT, SHEET, WIDTH, line


def seen(text: str, code: str) -> Seen:
    """What is read in a line of words, 10 px a character; capitals are letters, points are marks."""
    words, x = [], 0
    span = (0.0, 0.0)
    for word in text.split(" "):
        digits = "".join(char for char in word if char.isdecimal())
        letters = sum(char.isalpha() for char in word)
        words.append(Word(x, x + 10 * len(word), digits, letters, len(word) - len(digits) - letters))
        if code in word:
            at = x + 10 * word.index(code)
            span = (at + 5.0, at + 10.0 * len(code) - 5)
        x += 10 * len(word) + 10
    return Seen(tuple(words), span, 0.1)


def placed(lines: list[Line]) -> list[dict[str, float]]:
    """The evidence of where lines stand, of which the locator says nothing."""
    return geometry(lay_out(lines, WIDTH, HEIGHT), lines, [Opinion(Roles(0.0, 0.0, 0.0, 0.0))] * len(lines))


def spoken(text: str, code: str, order: str) -> set[str]:
    """The names of the evidence beside a code that is there."""
    found = read_evidence(seen(text, code), (), (), order, Candidate(code, 0.9))
    return {name for name, value in found.items() if value} - {"code", "irregular", "unclear"}


@pytest.mark.parametrize(
    ("text", "code", "order", "names"),
    [
        ("80331 MUENCHEN", "80331", "before", {"before, first"}),
        ("12500 MAIN STREET", "12500", "after", {"after, first"}),
        ("NEW YORK NY 10001", "10001", "after", {"after, last", "state"}),
        ("PO BOX 44105", "44105", "after", {"after, last", "two and three letters"}),
        ("CS 80518", "80518", "before", {"before, last", "short word alone"}),
        ("D-20095 HAMBURG", "20095", "before", {"before, first", "prefix", "marks joined"}),
        ("AB20095", "20095", "", {"unknown, only", "letters joined"}),
        ("29.11.2011", "2011", "before", {"before, only", "marks joined", "digits joined"}),
        ("47 SAMPLE 10115 TOWN 3", "10115", "alone", {"alone, inner", "numbers left", "numbers right"}),
        ("1015", "1015", "alone", {"alone, only"}),
    ],
)
def test_what_stands_beside_a_code(text: str, code: str, order: str, names: set[str]) -> None:
    assert spoken(text, code, order) == names


def test_words_of_lines_beside_it_count() -> None:
    town = (Word(0, 40, "", 4, 0),)
    assert read_evidence(seen("97267", "97267"), town, (), "after", Candidate("97267", 0.9))["after, last"] == 1.0
    assert read_evidence(seen("97267", "97267"), (), town, "after", Candidate("97267", 0.9))["after, first"] == 1.0


@pytest.mark.parametrize(
    ("text", "name"),
    [("HAUPTSTRASSE", "no digits"), ("STREET 12", "few digits"), ("0123 456789", "many digits"), ("12345", None)],
)
def test_what_an_unreadable_line_shows(text: str, name: str | None) -> None:
    found = misread_evidence(seen(text, "?"), 5, 9)
    kinds = {key.removeprefix("misread, ") for key, value in found.items() if value and key != "misread"}
    assert kinds - {"irregular", "unclear"} == ({name} if name else set())


def test_where_lines_of_an_envelope_stand() -> None:
    lines = [line(*one) for one in SHEET]
    found = placed(lines)
    sender, code = found[2], found[6]
    assert sender["last row"] == code["last row"] == 1.0 and code["beside"] == 1.0 and sender["beside"] == 0.0
    assert sender["block below"] == 1.0 and sender["block above"] == 0.0
    assert code["block above"] == 1.0 and code["block below"] == 0.0
    assert sender["top left"] > 0.9 and code["middle center"] > code.get("top left", 0.0)
    assert code["height"] > 0 > sender["height"] and code["as wide as a code"] == 1.0
    assert found[3]["third row from below"] == 1.0 and found[4]["second row from below"] == 1.0


def test_the_place_is_shared_among_nine() -> None:
    lines = [line(*one) for one in SHEET]
    for found in placed(lines):
        places = [value for name, value in found.items() if name.split()[0] in ("top", "middle", "bottom")]
        assert sum(places) == pytest.approx(1.0)


def test_boxes_and_light_ink() -> None:
    plain = line(100, 100, 200, 30)
    boxed = Line(plain.field, 30, True, 5)
    (one,), (other,) = (placed([of]) for of in (plain, boxed))
    assert (one["boxes"], one["light"], other["boxes"], other["light"]) == (0.0, 0.0, 1.0, 1.0)


def test_every_name_has_a_meaning_and_no_other_is_used() -> None:
    assert len(FEATURES) == len(GEOMETRY) + len(READ) + len(UNREAD)
    assert all(FEATURES.values()) and set(IN_LINE) < set(READ)
    lines = [line(*one) for one in SHEET]
    used = {name for found in placed(lines) for name in found}
    used |= set(read_evidence(seen("NEW YORK NY 10001", "10001"), (), (), "after", Candidate("10001", 0.99)))
    used |= set(misread_evidence(seen("STREET", "?"), 5, 5))
    assert used <= set(FEATURES)


def test_what_the_locator_says() -> None:
    (of,) = [line(100, 100, 200, 30)]
    (found,) = geometry(lay_out([of], WIDTH, HEIGHT), [of], [Opinion(Roles(-0.5, -2.0, -9.0, -1.0), True)])
    said = [found[f"located {role}"] for role in ("destination", "sender", "other", "none")]
    assert said == [-0.5, -2.0, -3.0, -1.0] and found["located alone"] == 1.0


@pytest.mark.parametrize(("confidence", "sure", "doubted"), [(0.99, 1.0, 0.0), (0.7, 0.0, 0.0), (0.3, 0.0, 1.0)])
def test_how_surely_it_was_read(confidence: float, sure: float, doubted: float) -> None:
    found = read_evidence(seen("80331", "80331"), (), (), "before", Candidate("80331", confidence))
    assert (found["read surely"], found["read with doubt"]) == (sure, doubted)


def test_a_lone_block_is_told_from_one_among_others() -> None:
    alone, among = placed([line(*one) for one in SHEET[:3]]), placed([line(*one) for one in SHEET])
    assert all(of["lone"] == 1.0 and of["lone, size"] == of["size"] < 0 for of in alone)
    assert all(of["lone, top"] > 0.5 and of["lone, left"] > 0.5 for of in alone)
    assert not any("lone" in of for of in among)
    assert among[6]["size"] > among[4]["size"] > among[0]["size"]


def test_rows_of_a_block_are_counted_from_both_ends() -> None:
    found = placed([line(*one) for one in SHEET])
    assert [of["first row"] for of in found] == [1, 0, 0, 1, 0, 0, 0]
    assert [of["second row"] for of in found] == [0, 1, 0, 0, 1, 0, 0]
