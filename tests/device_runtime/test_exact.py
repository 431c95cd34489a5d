"""Exact exponentials and logarithms: near to the true ones, and the same bits always, for one number and for many."""

from __future__ import annotations

import hashlib
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from device_runtime.exact import exact_exp, exact_log, sum_in_order, sums_in_order, to_fixed_point

# By whole numbers alone, so that they are the same everywhere.
EXPONENTS = np.concatenate(
    [np.arange(-5952, 5672) / 8, np.arange(-700, 701) / 512, [-1e-300, 1e-16, -0.34657, 0.34658]]
)
NUMBERS = np.concatenate(
    [
        np.ldexp(1 + np.arange(2000) * 7 % 2000 / 2000, np.arange(-1000, 1000)),
        np.arange(500, 2000) / 1000,
        [5e-324, 1e-310],
    ]
)


def distance(found: np.ndarray, true: list[Decimal]) -> float:
    """The largest distance from the true values, in units of their last place."""
    units = (abs(Decimal(float(f)) - t) / Decimal(math.ulp(float(t))) for f, t in zip(found, true, strict=True))
    return float(max(units))


def test_they_are_near_to_the_true_ones() -> None:
    with localcontext() as context:
        context.prec = 60
        assert distance(exact_exp(EXPONENTS), [Decimal(float(x)).exp() for x in EXPONENTS]) < 2
        # Near 1, where the logarithm vanishes, its last place says less than the number's own.
        for number, found in zip(NUMBERS.tolist(), exact_log(NUMBERS).tolist(), strict=True):
            true = Decimal(number).ln()
            assert abs(Decimal(found) - true) < Decimal("3e-16") * max(Decimal(1), abs(true))


def test_one_number_gives_the_bits_that_many_give() -> None:
    assert [exact_exp(float(x)) for x in EXPONENTS] == exact_exp(EXPONENTS).tolist()
    assert [exact_log(float(x)) for x in NUMBERS] == exact_log(NUMBERS).tolist()


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.0, 1.0), (-0.0, 1.0), (-745.2, 0.0), (-math.inf, 0.0), (math.nan, 0.0), (-745.0, 5e-324)],
)
def test_exponentials_at_the_edges(x: float, expected: float) -> None:
    assert exact_exp(x) == exact_exp(np.array([x]))[0] == expected


def test_exponentials_never_overflow() -> None:
    assert exact_exp(709.0) == exact_exp(710.0) == exact_exp(math.inf) == exact_exp(np.array([1e308]))[0]
    assert math.isfinite(exact_exp(math.inf))


def test_logarithms_at_the_edges() -> None:
    assert exact_log(0.0) == exact_log(np.zeros(1))[0] == -math.inf
    assert exact_log(1.0) == exact_log(np.ones(1))[0] == 0.0


def test_the_bits_are_these() -> None:
    """The same on every machine, and the same as those of the core."""
    bits = np.concatenate([exact_exp(EXPONENTS), exact_log(NUMBERS)]).astype("<f8").tobytes()
    assert hashlib.sha256(bits).hexdigest()[:16] == "d8306c62ee08b987"


def test_sums_are_in_order() -> None:
    values = [1.0, 2.0**-53, 2.0**-53, -1.0] * 3
    expected = 0.0
    for value in values:
        expected += value
    assert sum_in_order(values) == expected != math.fsum(values)
    assert sums_in_order(np.array([values, values]), axis=1).tolist() == [expected] * 2
    assert sums_in_order(np.array([values, values]).T, axis=0).tolist() == [expected] * 2


def test_fixed_point_sums_are_exact() -> None:
    values = to_fixed_point(np.random.default_rng(1).normal(0, 1000, 1000))
    assert values.sum() == values[::-1].sum() == math.fsum(values)
    assert np.abs(values * 2**30 % 1).max() == 0
