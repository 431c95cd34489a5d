"""An answer is aligned with its truth in one way, also where one is longer, and everyone counts by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.types import Candidate, Character, Decoding
from train.evaluation.alignment import aligned
from train.evaluation.confusion import confusion
from train.evaluation.evaluate import Outcome, character_verdicts

CODES = st.text("0123", max_size=7)


@pytest.mark.parametrize(
    ("truth", "answer", "pairs"),
    [
        ("123", "173", [("1", "1"), ("2", "7"), ("3", "3")]),
        ("1234", "134", [("1", "1"), ("2", ""), ("3", "3"), ("4", "4")]),
        ("134", "1234", [("1", "1"), ("", "2"), ("3", "3"), ("4", "4")]),
        ("", "7", [("", "7")]),
    ],
)
def test_codes_are_aligned(truth: str, answer: str, pairs: list[tuple[str, str]]) -> None:
    assert aligned(truth, answer) == pairs


@given(CODES, CODES)
def test_nothing_is_lost_aligned(truth: str, answer: str) -> None:
    pairs = aligned(truth, answer)
    assert "".join(written for written, _ in pairs) == truth
    assert "".join(read for _, read in pairs) == answer
    assert ("", "") not in pairs
    assert sum(a != b for a, b in pairs) <= max(len(truth), len(answer))


@given(CODES, CODES.filter(bool))
def test_characters_that_are_right_are_those_on_the_diagonal_of_the_confusion(truth: str, answer: str) -> None:
    characters = tuple(Character(char, 0.5, 0.0) for char in answer)
    outcome = Outcome([Decoding((Candidate(answer, 0.5),), characters, None)], np.array([0.5]), np.array([False]))
    _, right = character_verdicts(outcome, [truth])
    assert right.sum() == np.trace(confusion([answer], [truth], "0123").counts)
