"""Percentiles are readings that were measured, and are told only by enough of them."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.bench.spread import curve, percentile, spread


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=300), st.integers(1, 99))
def test_it_is_the_nearest_rank_wherever_a_reading_can_lie_beyond(times: list[int], percent: int) -> None:
    found = percentile(sorted(times), percent)
    if found is None:
        assert len(times) * (100 - percent) < 100
    else:
        assert found == np.percentile(times, percent, method="inverted_cdf")


@pytest.mark.parametrize(
    ("count", "told"), [(1, []), (2, [50]), (10, [50, 90]), (20, [50, 90, 95]), (99, [50, 90, 95])]
)
def test_too_few_readings_tell_no_high_percentile(count: int, told: list[int]) -> None:
    found = spread([1.0] * count)
    values = {50: found.p50, 90: found.p90, 95: found.p95, 99: found.p99}
    assert [percent for percent, value in values.items() if value is not None] == told and found.max == 1.0


def test_a_hundred_readings_tell_all_in_any_order() -> None:
    times = [float(time) for time in range(1, 101)]
    random.Random(1).shuffle(times)
    found = spread(times)
    assert (found.p50, found.p90, found.p95, found.p99, found.max) == (50, 90, 95, 99, 100)


@pytest.mark.parametrize("count", [1, 2, 101, 5000])
def test_a_curve_goes_from_the_fastest_to_the_slowest(count: int) -> None:
    points = curve([float(time) for time in reversed(range(count))])
    assert (points[0], points[-1], len(points)) == (0, count - 1, min(count, 101)) and points == sorted(points)
