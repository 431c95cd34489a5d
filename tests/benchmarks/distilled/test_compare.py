"""Readers alone and in pairs, on answers that are known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from benchmarks.distilled.compare import Answers, agreement, agreement_table, difference, figures, pairs_table
from benchmarks.distilled.readers import best_code
from device_runtime.decoding.ensemble import Look, View
from device_runtime.types import Candidate, Decoding, Strip

STRIP = Strip(np.zeros((32, 40), np.uint8), np.eye(2, 3), True)


def _judge(believed: dict[str, float], codes: Sequence[str]) -> Decoding:
    return Decoding(tuple(Candidate(code, believed.get(code, 0.0)) for code in codes), (), None)


def look(believed: dict[str, float], found: int = 1) -> Look:
    """A look that finds its most believed codes, and knows what it thinks of others."""
    order = sorted(believed, key=lambda code: -believed[code])[:found]
    return Look(View(STRIP, _judge(believed, order)), partial(_judge, believed))


def made(codes: str, truths: str, confidences: Sequence[float]) -> Answers:
    """Answers of a digit each; a space is none."""
    found = [None if code == " " else code for code in codes]
    right = np.array([code == truth for code, truth in zip(found, truths, strict=True)])
    return Answers(found, np.array(confidences), right)


def test_a_reader_counts_once_however_often_it_looks() -> None:
    ours = [look({"12": 0.6, "13": 0.3}), look({"12": 0.6, "13": 0.3}), look({"12": 0.6, "13": 0.3})]
    theirs = [look({"13": 0.9})]
    code, confidence = best_code([ours, theirs])
    assert (code, confidence) == ("13", pytest.approx(0.6))
    assert best_code([ours])[0] == "12"


def test_who_cannot_read_believes_nothing() -> None:
    assert best_code([[look({"12": 0.8})], []]) == ("12", pytest.approx(0.4))
    assert best_code([[], []]) == (None, 0.0)


def test_agreement_counts_the_codes_that_are_equal_and_wrong() -> None:
    ours = made("12345 ", "129456", [0.9] * 6)
    other = made("12385 ", "129456", [0.9] * 6)
    found = agreement(ours, other)
    assert found["agree"] == round(4 / 6, 4)  # none is no agreement
    assert found["wrong-of-agreed-count"] == 1 and found["wrong-of-agreed"] == 0.25
    assert found["both-wrong"] == round(2 / 6, 4)
    low, high = found["wrong-of-agreed-interval"]
    assert 0 < low < 0.25 < high < 1


def test_rates_lie_in_their_intervals() -> None:
    random = np.random.default_rng(0)
    right = random.random(300) < 0.85
    one = Answers(["1"] * 300, np.where(right, 0.5, 0.2) + 0.5 * random.random(300), right)
    found = figures(one)
    for key in ("exact", "at-1", "at-2"):
        low, high = found[f"{key}-interval"]
        assert low <= found[key] <= high and high - low > 0.02
    assert found["at-1"] <= found["at-2"]


def test_a_difference_is_paired() -> None:
    truths = "1" * 200
    one = made("1" * 180 + "2" * 20, truths, [0.9] * 180 + [0.1] * 20)
    other = made("1" * 160 + "2" * 40, truths, [0.9] * 160 + [0.1] * 40)
    found = difference(one, other)
    assert found["exact"] == pytest.approx(0.1) and found["at-1"] == pytest.approx(0.1, abs=0.02)
    assert found["exact-interval"][0] > 0  # the same fields are wrong in both: nothing of it is chance
    assert difference(one, one)["exact-interval"] == [0.0, 0.0]


def test_tables_have_a_row_for_each_reader_and_each_pair() -> None:
    one, titles = made("12", "12", [0.9, 0.8]), {"digits": "digits", "student": "the student"}
    table = pairs_table({name: figures(one) for name in titles}, {"student": figures(one)}, titles)
    assert [line[0] for line in table.lines] == ["digits", "the student", "digits and the student"]
    assert table.lines[0][1].startswith("100.0% (")
    rows = agreement_table({"student": agreement(one, one)}, titles).lines
    assert rows == [["the student", rows[0][1], rows[0][2], "0.0%"]]
    assert rows[0][1].startswith("100.0% (") and rows[0][2].startswith("0: 0.0% (0.0 to ")
