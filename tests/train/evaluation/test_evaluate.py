"""The figures that are published are computed rightly."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.types import Candidate, Character, Decoding
from train.evaluation.evaluate import Outcome, calibration_error, character_verdicts, table


def outcome(confidences: list[float], correct: list[bool]) -> Outcome:
    """An outcome with made-up codes."""
    found = [Decoding((Candidate("1", confidence),), (), None) for confidence in confidences]
    return Outcome(found, np.array(confidences), np.array(correct))


def test_accept_rate_is_the_largest_share_within_the_error() -> None:
    found = outcome([0.9, 0.8, 0.7, 0.6, 0.5], [True, True, True, False, True])
    assert found.exact == pytest.approx(0.8)
    assert found.accept_rate(0.01) == pytest.approx(0.6)
    assert found.accept_rate(0.2) == pytest.approx(1.0)


def test_equal_confidences_are_accepted_together() -> None:
    found = outcome([0.9, 0.5, 0.5], [True, True, False])
    assert found.accept_rate(0.01) == pytest.approx(1 / 3)


def test_nothing_is_accepted_when_the_surest_is_wrong() -> None:
    assert outcome([0.9, 0.8], [False, True]).accept_rate(0.05) == 0


def read(code: str, *confidences: float) -> Outcome:
    characters = tuple(Character(c, p, 0.0) for c, p in zip(code, confidences, strict=True))
    return Outcome([Decoding((Candidate(code, 0.5),), characters, None)], np.array([0.5]), np.array([False]))


@pytest.mark.parametrize(
    ("code", "truth", "right"),
    [
        ("12345", "12395", [True, True, True, False, True]),
        ("1-2", "1-3", [True, False]),
        ("1234", "12934", [True, True, True, True]),
        ("11", "2", [False, False]),
    ],
)
def test_characters_are_held_against_the_truth(code: str, truth: str, right: list[bool]) -> None:
    posteriors, verdicts = character_verdicts(read(code, *np.linspace(0.5, 0.9, len(code))), [truth])
    assert verdicts.tolist() == right
    assert len(posteriors) == len(right)


def test_calibration_error_is_the_mean_gap() -> None:
    sure, unsure = np.full(10, 0.95), np.full(10, 0.35)
    right = np.array([True] * 9 + [False] + [True] * 5 + [False] * 5)
    assert calibration_error(np.append(sure, unsure), right) == pytest.approx((0.05 + 0.15) / 2)


def test_table_shows_each_row() -> None:
    text = table([("float", outcome([0.9], [True])), ("int8", outcome([0.9], [False]))])
    assert "float" in text and "100.00%" in text and "int8" in text
