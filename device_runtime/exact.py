"""Arithmetic that gives the same bits on every machine: exp and log by operations that IEEE 754 rounds exactly.

Library exponentials and logarithms differ in the last bit from one machine to the next, and so do sums whose order a
library chooses. Here are +, -, *, / in a fixed order alone; the C core computes the same in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
# A float or an array of them: the series below are the same for both.
Number = TypeVar("Number", float, FloatArray)

_QUANTUM = 2.0**-30
_LN2 = 0.6931471805599453
# The same in two pieces: the first ends in zeros, so that a whole multiple of it is exact.
_LN2_HIGH, _LN2_LOW, _PER_LN2 = 0.6931471803691238, 1.9082149292705877e-10, 1.4426950408889634
_SQRT_HALF = 0.7071067811865476
_LOWEST, _HIGHEST = -745.0, 709.0  # beyond, exp is 0 or too large for a float
_LOG_TERMS = tuple(1 / n for n in range(23, 0, -2))
_EXP_TERMS = tuple(map(float, range(14, 0, -1)))  # no whole numbers: mixed arithmetic takes Python twice as long


@overload
def exact_log(x: float) -> float: ...
@overload
def exact_log(x: FloatArray) -> FloatArray: ...
def exact_log(x: float | FloatArray) -> float | FloatArray:
    """Return the natural logarithm of a number >= 0, or of each of an array; -inf of 0."""
    if isinstance(x, np.ndarray):
        mantissas, exponents = np.frexp(x)
        small = mantissas < _SQRT_HALF
        doubled: FloatArray = np.where(small, 2 * mantissas, mantissas)
        powers: FloatArray = np.where(small, exponents - 1.0, exponents)
        return np.where(x > 0, _log_series(doubled, powers), -np.inf)
    if not x > 0:
        return -math.inf
    mantissa, exponent = math.frexp(x)
    if mantissa < _SQRT_HALF:
        mantissa, exponent = 2 * mantissa, exponent - 1
    return _log_series(mantissa, float(exponent))


@overload
def exact_exp(x: float) -> float: ...
@overload
def exact_exp(x: FloatArray) -> FloatArray: ...
def exact_exp(x: float | FloatArray) -> float | FloatArray:
    """Return the exponential of a number, or of each of an array; 0 below -745, and that of 709 above 709."""
    if isinstance(x, np.ndarray):
        kept = np.minimum(np.where(x >= _LOWEST, x, _LOWEST), _HIGHEST)
        powers: FloatArray = np.rint(kept * _PER_LN2)
        return np.where(x >= _LOWEST, np.ldexp(_exp_series(kept, powers), powers.astype(np.intc)), 0.0)
    if not x >= _LOWEST:
        return 0.0
    x = min(x, _HIGHEST)
    power = float(round(x * _PER_LN2))
    return math.ldexp(_exp_series(x, power), int(power))


def to_fixed_point(values: FloatArray) -> FloatArray:
    """Round log-probabilities to multiples of 2^-30, so that their sums below 2^22 are exact in float64.

    The order of additions then does not matter: processors agree, and equal paths tie exactly.
    """
    rounded: FloatArray = np.rint(values / _QUANTUM) * _QUANTUM
    return rounded


def sum_in_order(values: Iterable[float]) -> float:
    """Return the sum of numbers, added one after the other; what `sum` and `np.sum` round depends on their version."""
    total = 0.0
    for value in values:
        total += value
    return total


def sums_in_order(values: FloatArray, axis: int) -> FloatArray:
    """Return the sums of an array along an axis, which holds at least one number, each added in order."""
    return np.asarray(np.add.accumulate(values, axis=axis).take(-1, axis=axis))


def _log_series(mantissa: Number, exponent: Number) -> Number:
    """Logarithm of mantissa * 2^exponent, for a mantissa between the roots of 1/2 and 2.

    log m = 2 atanh((m - 1) / (m + 1)), by its series up to the 23rd power, since the ratio is below 0.172.
    """
    ratio = (mantissa - 1) / (mantissa + 1)
    square = ratio * ratio
    series = 0.0 * square
    for term in _LOG_TERMS:
        series = series * square + term
    return exponent * _LN2 + 2 * ratio * series


def _exp_series(x: Number, power: Number) -> Number:
    """Exponential of x over 2^power, the whole number nearest to x / log 2, by the Taylor series."""
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    series = 0.0 * rest + 1
    for n in _EXP_TERMS:
        series = series * rest / n + 1.0
    return series
