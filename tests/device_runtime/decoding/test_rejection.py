"""Calibration on strings of known truth, thresholds, and the verdicts with their reasons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.decoding.rejection import MAX_ERRORS, NO_CODE_POSTERIOR, Calibration, Scale, judge
from device_runtime.errors import PosteyeError
from device_runtime.types import Candidate, Character, Decoding, Outside

AS_IT_IS = Scale(1.0, 0.0)
PLAIN = Calibration(AS_IT_IS, AS_IT_IS, ((0.01, 0.9, 0.5), (0.05, 0.6, 0.8)))


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
    reading = judge(decoding(("10115", 0.95), ("10116", 0.02)), PLAIN, 0.01, has_ink=True)
    assert (reading.status, reading.code, reading.reason) == ("accepted", "10115", None)
    assert reading.confidence == pytest.approx(0.95)
    assert [candidate.code for candidate in reading.candidates] == ["10115", "10116"]
    assert "".join(character.char for character in reading.characters) == "10115"


def test_the_error_asked_for_decides() -> None:
    found = decoding(("10115", 0.7))
    assert judge(found, PLAIN, 0.01, has_ink=True).status == "rejected"
    assert judge(found, PLAIN, 0.05, has_ink=True).status == "accepted"


def test_a_rejection_names_the_weakest_character() -> None:
    found = decoding(("10-715", 0.5), ("10-115", 0.1), characters=(0.9, 0.8, 0.55, 0.55, 0.9, 0.9))
    reading = judge(found, PLAIN, 0.01, has_ink=True)
    assert (reading.status, reading.code) == ("rejected", "10-715")
    assert reading.reason == "low confidence in character 4 ('7')"
    assert len(reading.candidates) == 2
    assert len(reading.characters) == 6


def test_a_rejection_names_the_rival() -> None:
    reading = judge(decoding(("10115", 0.6), ("10116", 0.35)), PLAIN, 0.05 - 1e-6, has_ink=True)
    assert (reading.status, reading.reason) == ("rejected", "rival code 10116")


def test_an_empty_field_has_no_code() -> None:
    reading = judge(decoding(("10115", 0.99)), PLAIN, 0.01, has_ink=False)
    assert (reading.status, reading.code, reading.reason) == ("no_code", None, "no ink")
    assert (reading.confidence, reading.characters, reading.candidates) == (0.0, (), ())


@pytest.mark.parametrize("found", [decoding(), decoding(("10115", NO_CODE_POSTERIOR / 2))])
def test_a_line_without_such_a_code_has_none(found: Decoding) -> None:
    reading = judge(found, PLAIN, 0.05, has_ink=True)
    assert (reading.status, reading.code, reading.reason) == ("no_code", None, "no code of this form")
    assert (reading.confidence, reading.characters) == (0.0, ())


@pytest.mark.parametrize(
    ("outside", "reason"),
    [
        (Outside("1011", 0.9, True), "too short: 1011 stands there"),
        (Outside("99999", 0.9, False), "not in the grammar: 99999 stands there"),
    ],
)
@pytest.mark.parametrize("found", [(), (("10115", 0.04), ("10116", 0.03))])
def test_what_stands_there_instead_is_named(
    outside: Outside, reason: str, found: tuple[tuple[str, float], ...]
) -> None:
    reading = judge(decoding(*found, outside=outside), PLAIN, 0.05, has_ink=True)
    assert reading.status == ("rejected" if found else "no_code")
    assert reading.reason == reason


def test_all_confidences_are_calibrated() -> None:
    softer = Calibration(Scale(2.0, 0.0), Scale(1.0, np.log(2.0)), ((0.01, 0.9, 0.5),))
    reading = judge(decoding(("12", 0.9), ("13", 0.08), characters=(0.99, 0.9)), softer, 0.01, has_ink=True)
    # sigmoid(logit(0.9) / 2) = 3 / 4: the odds 9 : 1 become sqrt(9) : 1.
    assert reading.confidence == pytest.approx(0.75)
    # Characters have a scale of their own: the odds 99 : 1 and 9 : 1 are doubled.
    assert [character.confidence for character in reading.characters] == pytest.approx([198 / 199, 18 / 19], abs=1e-4)
    assert reading.candidates[1].confidence == pytest.approx(0.2277, abs=1e-4)


def test_no_character_is_less_sure_than_the_code() -> None:
    harder = Calibration(AS_IT_IS, Scale(1.0, -3.0), ((0.01, 0.9, 0.5),))
    reading = judge(decoding(("12", 0.9), characters=(0.99, 0.9)), harder, 0.01, has_ink=True)
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
    calibration = Calibration(Scale(temperature, offset), AS_IT_IS, ((0.01, 0.5, 0.5),))
    reading = judge(found, calibration, 0.01, has_ink=True)
    confidences = [candidate.confidence for candidate in reading.candidates]
    assert sum(confidences) <= 1.0 + 1e-9
    assert confidences == sorted(confidences, reverse=True)
    assert reading.confidence == confidences[0]


def strings(count: int, temperature: float, offset: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Posteriors and truth of strings whose log odds of being right are logit / temperature + offset."""
    rng = np.random.default_rng(0)
    logit = rng.normal(4.0, 3.0, count)
    return 1 / (1 + np.exp(-logit)), rng.random(count) < 1 / (1 + np.exp(-logit / temperature - offset))


def fit(posterior: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray) -> Calibration:
    return Calibration.fit(posterior, right, posterior, right)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("offset", [-1.0, 0.0, 0.5])
def test_fitting_recovers_the_scale(temperature: float, offset: float) -> None:
    fitted = Scale.fit(*strings(20_000, temperature, offset))
    assert fitted.temperature == pytest.approx(temperature, rel=0.1)
    assert fitted.offset == pytest.approx(offset, abs=0.15)


@pytest.mark.parametrize("right", [True, False])
def test_a_fit_to_strings_that_are_all_right_or_all_wrong_stays_finite(right: bool) -> None:
    fitted = Scale.fit(np.linspace(0.1, 1.0, 50), np.full(50, right))
    assert np.isfinite([fitted.temperature, fitted.offset]).all()
    assert (fitted(0.5) > 0.9) == right


def test_thresholds_keep_their_errors_and_one_more_on_the_strings_of_the_fit_and_no_lower_one_does() -> None:
    posterior, right = strings(3000, 2.0)
    fitted = fit(posterior, right)
    calibrated = fitted.code.all(posterior)
    assert [row[0] for row in fitted.table] == [e for e in MAX_ERRORS if e >= fitted.table[0][0]]
    for max_error, threshold, accept_rate in fitted.table:
        accepted = calibrated >= threshold
        assert accepted.mean() == pytest.approx(accept_rate)
        assert (np.sum(~right[accepted]) + 1) / (accepted.sum() + 1) <= max_error
        for lower in calibrated[calibrated < threshold]:
            more = calibrated >= lower
            assert (np.sum(~right[more]) + 1) / (more.sum() + 1) > max_error
    assert sorted(row[2] for row in fitted.table) == [row[2] for row in fitted.table]


def test_strings_of_one_confidence_are_accepted_together() -> None:
    fitted = fit([0.9] * 40 + [0.5], [True, False] * 20 + [False])
    assert fitted.table == ()


def test_an_error_that_no_threshold_keeps_has_no_row() -> None:
    posterior = np.linspace(0.99, 0.5, 60)
    right = np.arange(60) % 20 != 19
    fitted = fit(posterior, right)
    assert [row[0] for row in fitted.table] == [0.05, 0.1]
    with pytest.raises(PosteyeError, match=r"max error 0.01 cannot be promised; .* is 0.05"):
        fitted.threshold(0.01)


def test_a_threshold_keeps_its_error_on_every_kind_of_string() -> None:
    easy, hard = strings(2000, 1.0), strings(2000, 3.0)
    posterior, right = (np.concatenate(pair) for pair in zip(easy, hard, strict=True))
    kinds = ["print"] * 2000 + ["hand"] * 2000
    fitted = Calibration.fit(posterior, right, posterior, right, kinds)
    mixed = Calibration.fit(posterior, right, posterior, right)
    confidence = fitted.code.all(posterior)
    for max_error, threshold, accept_rate in fitted.table:
        accepted = confidence >= threshold
        assert accepted.mean() == pytest.approx(accept_rate)
        for part in (slice(None, 2000), slice(2000, None)):
            assert np.mean(~right[part][accepted[part]]) <= max_error
    assert fitted.threshold(0.05) > mixed.threshold(0.05)
    with pytest.raises(ValueError, match="one kind a string"):
        Calibration.fit(posterior, right, posterior, right, kinds[1:])


def test_few_strings_promise_no_small_error() -> None:
    assert [row[0] for row in fit([0.9] * 60, [True] * 60).table] == [0.02, 0.05, 0.1]


def test_sure_strings_keep_their_order_near_one() -> None:
    assert AS_IT_IS(1 - 1e-9) > AS_IT_IS(1 - 1e-8) > AS_IT_IS(0.999)
    assert 0.0 < AS_IT_IS(0.0) < 1e-9
    assert 1 - 1e-9 < AS_IT_IS(1.0) <= 1.0


def test_between_two_rows_the_stricter_one_counts() -> None:
    assert [PLAIN.threshold(e) for e in (0.01, 0.049, 0.05, 1.0)] == [0.9, 0.9, 0.6, 0.6]


def test_an_error_below_the_table_cannot_be_promised() -> None:
    with pytest.raises(PosteyeError, match=r"max error 0.001 cannot be promised; the smallest for this model is 0.01"):
        judge(decoding(("10115", 0.99)), PLAIN, 0.001, has_ink=True)


def test_a_model_without_calibration_promises_nothing() -> None:
    with pytest.raises(PosteyeError, match="no error rate can be promised"):
        Calibration(AS_IT_IS, AS_IT_IS, ()).threshold(0.05)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_must_be_positive(temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature"):
        Scale(temperature, 0.0)


def test_a_table_must_be_sorted() -> None:
    with pytest.raises(ValueError, match="sorted"):
        Calibration(AS_IT_IS, AS_IT_IS, PLAIN.table[::-1])


@pytest.mark.parametrize(("confidences", "correct"), [([], []), ([0.5], [True, False]), ([[0.5]], [[True]])])
def test_a_fit_needs_one_verdict_a_posterior(confidences: list, correct: list) -> None:
    with pytest.raises(ValueError, match="one verdict a posterior"):
        fit(confidences, correct)
