"""The recogniser's characters as classes of ours."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.second_opinion.classes import BLANK, CLASSES, RUBBISH, class_of, reduction


@pytest.mark.parametrize(
    ("char", "expected"),
    [("0", 0), ("7", 7), ("", BLANK), (" ", RUBBISH), ("O", RUBBISH), ("①", RUBBISH), ("é", RUBBISH)],
)
def test_digits_stay_digits_and_all_else_is_rubbish(char: str, expected: int) -> None:
    assert class_of(char) == expected


def test_the_sums_of_all_characters_of_a_class_lose_nothing() -> None:
    characters = ["", "!", *"9876543210", "O", "l", " ", "馬"]
    scores = np.random.default_rng(5).dirichlet(np.ones(len(characters)), 7).astype(np.float32)
    found = reduction(characters)(scores)
    assert found.shape == (7, CLASSES) and found.dtype == np.float32
    for column, row in zip(scores, found, strict=True):
        for index, char in enumerate(characters):
            if char in "0123456789" and char:
                assert row[int(char)] == column[index]
        assert row[BLANK] == column[0]
        assert row[RUBBISH] == pytest.approx(column[1] + column[12:].sum(), abs=1e-6)
