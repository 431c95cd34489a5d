"""What is accepted counts as wrong where no code is, and the shares come with their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.promise.__main__ import Kept, judged
from benchmarks.readings import Readings


def test_an_accepted_code_where_none_is_counts_as_wrong_and_a_rejected_one_as_right() -> None:
    readings = Readings(
        np.array([0.99, 0.2, 0.98, 0.97]), np.array([True, False, False, False]), np.array([1, 0, 1, 1], bool)
    )
    kept = judged(readings, ["12345", "", "", "54321"])
    assert (kept.fields, kept.accepted, kept.wrong) == (4, 3, 2)
    assert kept.exact == pytest.approx(0.5)


def test_a_field_without_a_code_is_not_right_when_its_empty_code_is_read() -> None:
    kept = judged(Readings(np.array([0.0]), np.array([True]), np.array([True])), [""])
    assert kept.wrong == 1 and kept.exact == 0.0 and kept.ece == 0.0


def test_the_row_shows_shares_with_an_interval() -> None:
    row = Kept(200, 0.9, 0.5, 0.6, accepted=100, wrong=1, ece=0.0123).row
    assert row == ["200", "90.0%", "50.0%", "60.0%", "50.0%", "1.00% (1)", "0.2%-5.4%", "0.012"]
