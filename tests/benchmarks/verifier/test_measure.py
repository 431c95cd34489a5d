"""The weight is the best of those tried, and comparisons are made field by field."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.verifier.hybrid import Field, Read, outcome
from benchmarks.verifier.measure import WEIGHTS, Duels, chosen_weight, differences, duels, figures
from benchmarks.verifier.tables import differences_table, duels_table, sets_table


def fields(count: int, right: float) -> list[Field]:
    """Fields read as 1 with 0.6 and as 7 with 0.4; a share of them are ones."""
    crops, place = np.zeros((1, 32, 28), np.uint8), np.array([0])
    ones = [i < right * count for i in range(count)]
    return [Field("1" if one else "7", ("1", "7"), np.array([0.6, 0.4]), place, crops) for one in ones]


def verdicts(of: list[Field], sure: float) -> np.ndarray:
    """Scores that prefer the truth of every field by these log odds."""
    found = np.full((len(of), 10), -9.0)
    for row, one in enumerate(of):
        found[row, int(one.truth)] = 0.0
        found[row, 8 - int(one.truth)] = -sure
    return found


def test_a_verifier_that_is_right_gets_weight_and_one_that_is_wrong_none() -> None:
    some = fields(100, 0.6)
    good = verdicts(some, 3.0)
    weight = chosen_weight(some, good)
    assert weight > 0
    assert figures(outcome(some, good, weight)).tolist() == [1.0, 1.0, 1.0]
    assert all(figures(outcome(some, good, less)).min() < 1 for less in WEIGHTS if less < weight)
    assert chosen_weight(some, -good) == 0.0


def test_differences_come_with_intervals_of_the_pairs() -> None:
    right = np.arange(200) % 4 > 0
    alone = Read(np.linspace(0.1, 0.9, 200), right)
    same, intervals = differences(alone, alone)
    assert same.tolist() == [0.0] * 3 and intervals == [(0.0, 0.0)] * 3
    mended = right.copy()
    mended[np.flatnonzero(~right)[:20]] = True
    found, intervals = differences(alone, Read(alone.confidences, mended))
    assert found[0] == pytest.approx(0.1)
    low, high = intervals[0]
    # The interval of a share of 0.1 of 200 pairs, not that of two independent shares.
    assert 0.05 < low < 0.08 and 0.12 < high < 0.15


def test_duels_are_fields_whose_best_two_codes_of_a_length_differ_in_one_digit() -> None:
    crops = np.zeros((1, 32, 28), np.uint8)

    def one(truth: str, codes: tuple[str, ...], places: list[int]) -> Field:
        return Field(truth, codes, np.full(len(codes), 0.3), np.array(places), np.repeat(crops, len(places), 0))

    asked = [
        one("11", ("11", "1", "17"), [1]),  # the decoder is right, the verifier is not
        one("17", ("11", "17"), [1]),  # the verifier is right
        one("19", ("11", "17"), [1]),  # neither can be
        one("22", ("22", "77"), [0, 1]),  # two digits differ
        one("3", ("3",), []),
        one("", (), []),
    ]
    scores = np.full((5, 10), -5.0)
    scores[:2, 7] = 0.0
    assert duels(asked, scores) == Duels(2, 1, 1)


def test_tables_have_a_row_a_set_and_a_row_a_verifier() -> None:
    side = {"exact": 0.8, "at-1": 0.5, "at-2": 0.55}
    found = side | {
        "difference": {"exact": 0.01, "at-1": -0.02, "at-2": 0.0},
        "intervals": {key: [-0.03, 0.04] for key in side},
        "mended": 5,
        "spoiled": 3,
        "duels": {"count": 40, "decoder": 30, "verifier": 28},
    }
    sets = {
        "clinic": {"fields": 990, "doubtful": 300, "alone": side, "bilinear": found, "plain": found, "places": found}
    }
    assert sets_table(sets).lines[0][:4] == ["clinic", "990", "300", "80.0% / 80.0% / 80.0% / 80.0%"]
    table = differences_table(sets)
    assert len(table.lines) == 3 and table.lines[1][1] == "plain pooling"
    assert table.lines[0][2:] == ["+1.0 (-3.0 to +4.0)", "-2.0 (-3.0 to +4.0)", "+0.0 (-3.0 to +4.0)", "5", "3"]
    assert duels_table(sets).lines[0] == ["clinic", "40", "30 (75%)", "28 (70%)", "28 (70%)", "28 (70%)"]
