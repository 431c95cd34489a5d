"""Accept, reject or no code: the decision and its reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.calibration import Scale
from device_runtime.decoding.rejection import NO_CODE_POSTERIOR, decide
from device_runtime.errors import PosteyeError
from device_runtime.types import Candidate, Character, Decoding, Outside
from tests.calibrations import made_calibration

PLAIN = made_calibration((0.01, 0.9, 0.5), (0.05, 0.6, 0.8))


def decoding(
    *candidates: tuple[str, float], characters: tuple[float, ...] | None = None, outside: Outside | None = None
) -> Decoding:
    best = candidates[0][0] if candidates else ""
    confidences = characters or tuple(candidates[0][1] for _ in best) if candidates else ()
    return Decoding(
        tuple(Candidate(code, confidence) for code, confidence in candidates),
        tuple(Character(char, p, 10.0 * i) for i, (char, p) in enumerate(zip(best, confidences, strict=True))),
        outside,
    )


def test_a_confident_code_is_accepted() -> None:
    reading = decide(decoding(("10115", 0.95), ("10116", 0.02)), PLAIN, 0.01, has_ink=True)
    assert (reading.status, reading.code, reading.reason) == ("accepted", "10115", None)
    assert reading.confidence == pytest.approx(0.95)
    assert [candidate.code for candidate in reading.candidates] == ["10115", "10116"]
    assert "".join(character.char for character in reading.characters) == "10115"


def test_the_error_asked_for_decides() -> None:
    found = decoding(("10115", 0.7))
    assert decide(found, PLAIN, 0.01, has_ink=True).status == "rejected"
    assert decide(found, PLAIN, 0.05, has_ink=True).status == "accepted"


def test_a_rejection_names_the_weakest_character() -> None:
    found = decoding(("10-715", 0.5), ("10-115", 0.1), characters=(0.9, 0.8, 0.55, 0.55, 0.9, 0.9))
    reading = decide(found, PLAIN, 0.01, has_ink=True)
    assert (reading.status, reading.code) == ("rejected", "10-715")
    assert reading.reason == "low confidence in character 4 ('7')"
    assert len(reading.candidates) == 2
    assert len(reading.characters) == 6


def test_a_rejection_names_the_rival() -> None:
    reading = decide(decoding(("10115", 0.6), ("10116", 0.35)), PLAIN, 0.05 - 1e-6, has_ink=True)
    assert (reading.status, reading.reason) == ("rejected", "rival code 10116")


def test_an_empty_field_has_no_code() -> None:
    reading = decide(decoding(("10115", 0.99)), PLAIN, 0.01, has_ink=False)
    assert (reading.status, reading.code, reading.reason) == ("no_code", None, "no ink")
    assert (reading.confidence, reading.characters, reading.candidates) == (0.0, (), ())


@pytest.mark.parametrize("found", [decoding(), decoding(("10115", NO_CODE_POSTERIOR / 2))])
def test_a_line_without_such_a_code_has_none(found: Decoding) -> None:
    reading = decide(found, PLAIN, 0.05, has_ink=True)
    assert (reading.status, reading.code, reading.reason) == ("no_code", None, "no code of this form")
    assert (reading.confidence, reading.characters) == (0.0, ())


@pytest.mark.parametrize(
    ("outside", "reason"),
    [
        (Outside("1011", 0.9, True), "too short: read 1011"),
        (Outside("99999", 0.9, False), "not in the grammar: read 99999"),
    ],
)
@pytest.mark.parametrize("found", [(), (("10115", 0.04), ("10116", 0.03))])
def test_what_stands_there_instead_is_named(
    outside: Outside, reason: str, found: tuple[tuple[str, float], ...]
) -> None:
    reading = decide(decoding(*found, outside=outside), PLAIN, 0.05, has_ink=True)
    assert reading.status == ("rejected" if found else "no_code")
    assert reading.reason == reason


def test_all_confidences_are_calibrated() -> None:
    softer = made_calibration((0.01, 0.9, 0.5), code=Scale(2.0, 0.0), character=Scale(1.0, float(np.log(2.0))))
    reading = decide(decoding(("12", 0.9), ("13", 0.08), characters=(0.99, 0.9)), softer, 0.01, has_ink=True)
    # sigmoid(logit(0.9) / 2) = 3 / 4: the odds 9 : 1 become sqrt(9) : 1.
    assert reading.confidence == pytest.approx(0.75)
    # Characters have a scale of their own: the odds 99 : 1 and 9 : 1 are doubled.
    assert [character.confidence for character in reading.characters] == pytest.approx([198 / 199, 18 / 19], abs=1e-4)
    assert reading.candidates[1].confidence == pytest.approx(0.2277, abs=1e-4)


def test_no_character_is_less_sure_than_the_code() -> None:
    harder = made_calibration((0.01, 0.9, 0.5), character=Scale(1.0, -3.0))
    reading = decide(decoding(("12", 0.9), characters=(0.99, 0.9)), harder, 0.01, has_ink=True)
    assert [character.confidence for character in reading.characters] == pytest.approx([0.9, 0.9])


@settings(max_examples=60, deadline=None)
@given(
    shares=st.lists(st.floats(0.001, 1.0), min_size=1, max_size=6),
    temperature=st.floats(0.2, 20.0),
    offset=st.floats(-4, 4),
)
def test_calibrated_candidates_stay_in_order_and_share_one(
    shares: list[float], temperature: float, offset: float
) -> None:
    posterior = sorted((share / sum(shares) for share in shares), reverse=True)
    found = decoding(*((str(10000 + i), p) for i, p in enumerate(posterior)))
    softened = made_calibration((0.01, 0.5, 0.5), code=Scale(temperature, offset))
    reading = decide(found, softened, 0.01, has_ink=True)
    confidences = [candidate.confidence for candidate in reading.candidates]
    assert sum(confidences) <= 1.0 + 1e-9
    assert confidences == sorted(confidences, reverse=True)
    assert reading.confidence == confidences[0]


def test_an_error_below_the_table_cannot_be_promised() -> None:
    with pytest.raises(PosteyeError, match=r"max error 0.001 cannot be promised; the smallest for this model is 0.01"):
        decide(decoding(("10115", 0.99)), PLAIN, 0.001, has_ink=True)
