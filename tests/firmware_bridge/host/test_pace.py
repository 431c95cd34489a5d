"""Waits by measured round trips."""

from __future__ import annotations

import pytest

from firmware_bridge.host.pace import LEAST_WAIT_S, Pace


def test_before_anything_was_measured_it_waits_longest() -> None:
    assert Pace(0.25).wait_s == 0.25


def test_the_first_round_trip_gives_three_times_itself() -> None:
    pace = Pace(1.0)
    pace.note(0.1)
    assert pace.wait_s == pytest.approx(0.1 + 4 * 0.05)


def test_steady_quick_answers_shorten_the_wait_down_to_the_least() -> None:
    pace = Pace(0.25)
    for _ in range(100):
        pace.note(0.002)
    assert pace.wait_s == LEAST_WAIT_S


def test_answers_that_scatter_lengthen_it_and_never_beyond_the_longest() -> None:
    pace = Pace(0.25)
    for round_trip_s in [0.01, 0.09] * 50:
        pace.note(round_trip_s)
    assert 0.1 < pace.wait_s <= 0.25
    pace.note(5.0)
    assert pace.wait_s == 0.25
