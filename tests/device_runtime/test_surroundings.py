"""The garbage model against all lines written out, with its rules in words."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from device_runtime.costs import FOREIGN_NUMBER_PENALTY
from device_runtime.surroundings import surround

PRIOR = math.exp(-FOREIGN_NUMBER_PENALTY)


def numbers(signs: tuple[str, ...]) -> list[bool]:
    """Whether each piece between marks holds a number."""
    return ["d" in piece for piece in "".join(signs).split("r")]


def mass(columns: np.ndarray, weigh: object) -> float:
    total = 0.0
    for signs in itertools.product("dbr", repeat=len(columns)):
        path = math.prod(columns[i]["dbr".index(sign)] for i, sign in enumerate(signs))
        total += path * weigh(signs)  # type: ignore[operator]
    return total


@pytest.mark.parametrize("seed", range(6))
def test_equals_the_sum_over_all_lines(seed: int) -> None:
    random = np.random.default_rng(seed)
    columns = random.dirichlet((0.5, 0.5, 0.5), 6) * random.uniform(0.1, 3, (6, 1))
    around = surround(*np.log(columns).T)
    for place in range(7):
        left, right = columns[:place], columns[place:]
        before = mass(left, lambda signs: 0.0 if numbers(signs)[-1] else PRIOR ** sum(numbers(signs)))
        after = mass(right, lambda signs: 0.0 if numbers(signs)[0] else PRIOR ** sum(numbers(signs)))
        assert around.before[place] == pytest.approx(math.log(before), abs=1e-8)
        assert around.after[place] == pytest.approx(math.log(after), abs=1e-8)
    free = mass(columns, lambda signs: PRIOR ** max(0, sum(numbers(signs)) - 1))
    assert around.free == pytest.approx(math.log(free), abs=1e-8)


def test_long_lines_neither_overflow_nor_vanish() -> None:
    columns = np.full((3, 4000), -800.0)
    columns[2] = -3.0
    around = surround(*columns)
    assert around.before[-1] == pytest.approx(-12_000)
    assert around.after[0] == pytest.approx(-12_000)
    assert around.free == pytest.approx(-12_000)


def test_where_no_code_can_begin_or_end() -> None:
    digit, blank, rubbish = np.zeros(5), np.full(5, -2000.0), np.full(5, -2000.0)
    around = surround(digit, blank, rubbish)
    assert around.before[0] == around.after[-1] == 0
    assert (around.before[1:] < -500).all()
    assert (around.after[:-1] < -500).all()
    assert around.free == pytest.approx(0)
