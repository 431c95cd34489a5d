"""What is said of a piece: accepted by the rules of the line and of the piece alone, and rejected with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device_runtime.piece.decision import Belief, Found
from device_runtime.piece.verdict import Trust, decide_piece, is_accepted
from device_runtime.types import Candidate, Character, Field, Reading

TRUST = Trust(lambda posterior: posterior, 0.9, 3)
FIELDS = tuple(Field(((x, 0), (x + 9, 0), (x + 9, 9), (x, 9))) for x in (0, 20, 40))
PLACES = ("at the top left", "in the middle", "at the bottom right")


def reading(code: str | None, status: str = "accepted", reason: str | None = None) -> Reading:
    """What a line says by itself."""
    if code is None:
        return Reading("no_code", None, reason, 0.0, (), ())
    characters = tuple(Character(char, 0.99, 10.0 * i) for i, char in enumerate(code))
    return Reading(
        "accepted" if status == "accepted" else "rejected", code, reason, 0.99, characters, (Candidate(code, 0.99),)
    )


def belief(codes: list[tuple[str, float, int]], doubts: tuple[float, ...] = (0, 0, 0), none: float = 0.0) -> Belief:
    """What is believed, from codes with their posteriors and lines."""
    found = tuple(Found(*code) for code in codes)
    lines = tuple(doubts[i] + sum(code.posterior for code in found if code.line == i) for i in range(3))
    return Belief(found, lines, doubts, none)


def decide(believed: Belief, *readings: Reading | None) -> tuple[str, str | None, str | None]:
    found = decide_piece(believed, readings, FIELDS, PLACES, TRUST).reading
    return found.status, found.code, found.reason


def test_a_code_that_beats_all_is_accepted() -> None:
    believed = belief([("80331", 0.95, 1), ("50667", 0.04, 0)], none=0.01)
    readings = (reading("50667"), reading("80331"), None)
    assert is_accepted(believed, readings, TRUST)
    found = decide_piece(believed, readings, FIELDS, PLACES, TRUST)
    assert (found.reading.status, found.reading.code, found.line) == ("accepted", "80331", 1)
    assert found.reading.confidence == 0.95 and found.reading.reason is None
    assert [(c.code, c.field) for c in found.reading.candidates] == [("80331", FIELDS[1]), ("50667", FIELDS[0])]


def test_a_rival_is_named_with_its_place() -> None:
    believed = belief([("80331", 0.6, 1), ("50667", 0.38, 0)], none=0.02)
    assert decide(believed, reading("50667"), reading("80331"), None) == (
        "rejected",
        "80331",
        "rival 50667 at the top left",
    )


def test_a_sure_sender_is_not_accepted_while_another_block_is_unreadable() -> None:
    believed = belief([("50667", 0.1, 0)], doubts=(0.0, 0.0, 0.88), none=0.02)
    status, code, reason = decide(believed, reading("50667"), None, reading(None, reason="no code of this form"))
    assert (status, code) == ("rejected", "50667")
    assert reason == "the writing at the bottom right may hold the code and is not read surely"


def test_a_code_where_none_is_expected_is_rejected() -> None:
    believed = belief([("50667", 0.3, 0)], none=0.7)
    assert decide(believed, reading("50667"), None, None)[2] == "no writing stands where such a code would"


def test_what_the_line_says_of_itself_counts_first() -> None:
    believed = belief([("80331", 0.97, 1)], none=0.03)
    doubtful = reading("80331", "rejected", "low confidence in character 3 ('3')")
    assert not is_accepted(believed, (None, doubtful, None), TRUST)
    assert decide(believed, None, doubtful, None)[2] == "low confidence in character 3 ('3')"


def test_no_code_has_the_reason_of_the_likeliest_line() -> None:
    believed = belief([], doubts=(0.2, 0.7, 0.0), none=0.1)
    lines = (reading(None, reason="no ink"), reading(None, reason="too short: read 54"), None)
    assert decide(believed, *lines) == ("no_code", None, "too short: read 54")
    assert decide(belief([], none=1.0), None, None, None) == ("no_code", None, "no writing")


def test_rivals_share_at_most_what_the_best_leaves() -> None:
    generous = replace(TRUST, scaled=lambda posterior: min(1.0, 1.5 * posterior))
    believed = belief([("80331", 0.6, 1), ("50667", 0.3, 0)], none=0.1)
    found = decide_piece(believed, (reading("50667"), reading("80331"), None), FIELDS, PLACES, generous).reading
    assert [c.confidence for c in found.candidates] == pytest.approx([0.9, 0.1])


def test_the_reported_code_is_the_best_of_its_line() -> None:
    believed = belief([("50668", 0.5, 0), ("50667", 0.4, 0)], none=0.1)
    found = decide_piece(believed, (reading("50667"), None, None), FIELDS, PLACES, TRUST).reading
    assert (found.status, found.code, found.candidates[0].code) == ("rejected", "50667", "50667")
    assert "".join(c.char for c in found.characters) == "50667"
