"""The recogniser's characters as classes of ours."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.second_opinion.classes import BLANK, CLASSES, RUBBISH, reduction, shares_of


@pytest.mark.parametrize(
    ("char", "expected"),
    [("0", 0), ("7", 7), ("", BLANK), (".", BLANK), (" ", RUBBISH), ("①", RUBBISH), ("é", RUBBISH), ("00", RUBBISH)],
)
def test_digits_stay_digits_marks_are_gaps_and_all_else_is_rubbish(char: str, expected: int) -> None:
    assert shares_of(char).tolist() == np.eye(CLASSES)[expected].tolist()


@pytest.mark.parametrize(("char", "digit"), [("O", 0), ("l", 1), ("Z", 2), ("H", 4), ("S", 5), ("B", 8), ("g", 9)])
def test_a_letter_that_digits_are_taken_for_may_be_either(char: str, digit: int) -> None:
    shares = shares_of(char)
    assert shares[digit] == shares[RUBBISH] == 0.5 and shares.sum() == 1


def test_the_sums_of_all_characters_of_a_class_lose_nothing() -> None:
    characters = ["", "!", *"9876543210", "O", "k", " ", "馬"]
    scores = np.random.default_rng(5).dirichlet(np.ones(len(characters)), 7).astype(np.float32)
    found = reduction(characters)(scores)
    assert found.shape == (7, CLASSES) and found.dtype == np.float32
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert found[:, 7] == pytest.approx(scores[:, 4], abs=1e-6)
    assert found[:, 0] == pytest.approx(scores[:, 11] + scores[:, 12] / 2, abs=1e-6)
    assert found[:, BLANK] == pytest.approx(scores[:, 0], abs=1e-6)
