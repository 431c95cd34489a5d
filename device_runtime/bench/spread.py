"""Percentiles that were really measured: no value between two readings, none beyond what so few readings can tell."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

_CURVE_POINTS = 101


class Spread(Struct, frozen=True):
    """How many milliseconds something took, over all readings of the steady state.

    Attributes:
        p50: the median.
        p90: nine of ten readings took no longer.
        p95: the same of 95 in 100.
        p99: the same of 99 in 100.
        max: the slowest reading.

    A percentile is None when there are too few readings for one to lie beyond it: 2 for p50, 10 for p90, 20 for p95,
    100 for p99.
    """

    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    max: float


def spread(times_ms: Sequence[float]) -> Spread:
    """Return the percentiles of times.

    Args:
        times_ms: one or more, in any order.
    """
    ordered = sorted(times_ms)
    p50, p90, p95, p99 = (percentile(ordered, percent) for percent in (50, 90, 95, 99))
    return Spread(p50, p90, p95, p99, round(ordered[-1], 3))


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the smallest of the values that `percent` of a hundred do not exceed; None when too few tell it.

    Args:
        ordered: values, the smallest first.
        percent: 1 to 99.

    Source: the nearest rank, definition 1 of Hyndman and Fan, "Sample quantiles in statistical packages", The American
        Statistician 50 (1996).
    """
    if len(ordered) * (100 - percent) < 100:
        return None
    return round(ordered[-(-percent * len(ordered) // 100) - 1], 3)


def curve(times_ms: Sequence[float]) -> list[float]:
    """Return at most 101 of the times, evenly by rank: the first is the fastest, the last the slowest."""
    ordered = sorted(times_ms)
    points = min(len(ordered), _CURVE_POINTS)
    return [round(ordered[place * (len(ordered) - 1) // max(points - 1, 1)], 3) for place in range(points)]
