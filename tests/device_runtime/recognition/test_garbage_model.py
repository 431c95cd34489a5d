"""The garbage model against all lines written out, with its rules in words."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest

from device_runtime.recognition.costs import FOREIGN_NUMBER_PENALTY, Costs
from device_runtime.recognition.garbage_model import garbage_masses
from device_runtime.recognition.seen import Seen

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
    around = garbage_masses(*columns.T)
    columns = np.ldexp(columns, -around.exponents[:, None])  # in the unit of the masses
    for place in range(7):
        left, right = columns[:place], columns[place:]
        before = mass(left, lambda signs: 0.0 if numbers(signs)[-1] else PRIOR ** sum(numbers(signs)))
        after = mass(right, lambda signs: 0.0 if numbers(signs)[0] else PRIOR ** sum(numbers(signs)))
        assert around.before[place] == pytest.approx(before, rel=1e-12)
        assert around.after[place] == pytest.approx(after, rel=1e-12)
    free = mass(columns, lambda signs: PRIOR ** max(0, sum(numbers(signs)) - 1))
    assert around.free == pytest.approx(free, rel=1e-12)


def weight_outwards(signs: Sequence[str], seen: Sequence[tuple[bool, bool, bool]], costs: Costs) -> float:
    """What a line comes to that is read from a code on, with the rules in words; seen: (space, tall, mark) of each."""
    weight, nearest = 1.0, True
    for place, sign in enumerate(signs):
        if sign == "d" and (place == 0 or signs[:place].count("r") == 0):
            return 0.0  # a longer number
        number_begins = sign == "d" and "d" not in itertools.takewhile(lambda other: other != "r", signs[:place][::-1])
        if number_begins:
            parted = any(space for (space, _, _), other in zip(seen[:place], signs, strict=False) if other != "d")
            joined = 0.0 if parted or not nearest else costs.continued
            weight *= math.exp(-costs.foreign_number - joined)
            nearest = False
        first_rubbish = sign == "r" and "r" not in signs[:place]
        if first_rubbish and seen[place][1] and not any(space or mark for space, _, mark in seen[: place + 1]):
            weight *= math.exp(-costs.letters)
    return weight


@pytest.mark.parametrize("seed", range(6))
def test_spaces_letters_and_marks_cost_what_the_rules_say(seed: int) -> None:
    random = np.random.default_rng(seed)
    columns = random.dirichlet((0.5, 0.5, 0.5), 6) * random.uniform(0.1, 3, (6, 1))
    space, tall, mark = random.random((3, 6)) < 0.4
    costs = Costs(foreign_number=1.0, continued=0.7, letters=0.9, mark=0.0)
    digit, blank, rubbish = columns.T
    around = garbage_masses(digit, blank, rubbish, Seen(space, tall, mark, np.zeros(6, np.bool_)), costs)
    columns = np.ldexp(columns, -around.exponents[:, None])  # in the unit of the masses
    flags = list(zip(space.tolist(), tall.tolist(), mark.tolist(), strict=True))
    for place in range(7):
        before = mass(columns[:place][::-1], lambda signs, p=place: weight_outwards(signs, flags[:p][::-1], costs))
        after = mass(columns[place:], lambda signs, p=place: weight_outwards(signs, flags[p:], costs))
        assert around.before[place] == pytest.approx(before, rel=1e-12)
        assert around.after[place] == pytest.approx(after, rel=1e-12)


def test_a_comma_parts_what_stands_before_a_code_and_not_what_stands_behind_it() -> None:
    digit, blank, rubbish = np.array([[0.98, 0.01, 0.98], [0.01, 0.01, 0.01], [0.01, 0.98, 0.01]])
    none, comma = np.zeros(3, np.bool_), np.array([False, True, False])
    with_comma, without = (
        garbage_masses(digit, blank, rubbish, Seen(none, none, none, flags)) for flags in (comma, none)
    )
    assert with_comma.before[2] > math.e * without.before[2]
    assert with_comma.after.tolist() == without.after.tolist()


@pytest.mark.parametrize("weight", [1e-30, 1e30])
def test_long_lines_neither_overflow_nor_vanish(weight: float) -> None:
    nothing = np.zeros(4000)
    around = garbage_masses(nothing, nothing, np.full(4000, weight))
    # Rubbish alone: one way, scaled by what the frames so far were divided by.
    logs = np.log2(weight) * np.arange(4001) - np.append(0, around.exponents.cumsum())
    np.testing.assert_allclose(np.log2(around.before), logs, atol=1e-6)
    np.testing.assert_allclose(np.log2(around.after), (logs[-1] - logs), atol=1e-6)
    assert 0.5 <= around.free == around.before[-1] < 1


def test_where_no_code_can_begin_or_end() -> None:
    around = garbage_masses(np.ones(5), np.zeros(5), np.zeros(5))
    assert around.before.tolist() == [1, 0, 0, 0, 0, 0]
    assert around.after.tolist() == [0, 0, 0, 0, 0, 1]
    assert np.ldexp(around.free, around.exponents.sum()) == 1
