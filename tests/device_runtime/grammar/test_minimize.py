"""Minimisation and intersection against sets of codes written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.errors import GrammarError
from device_runtime.grammar import minimize as minimal
from device_runtime.grammar.automaton import LONGEST_CODE, Automaton
from device_runtime.grammar.minimize import all_texts, heights, intersect, minimize

SYMBOLS = "01-"
TEXTS = ["".join(text) for length in range(4) for text in itertools.product(SYMBOLS, repeat=length)]
penalties = st.sampled_from([0.0, 0.0, 0.25, 1.5])
weighted_codes = st.dictionaries(st.sampled_from(TEXTS), penalties, max_size=12)


def tree(codes: dict[str, float]) -> Automaton:
    """The minimal automaton of codes whose whole penalty stands at their end."""
    prefixes = sorted({code[:length] for code in codes for length in range(len(code) + 1)} | {""}, key=len)
    number = {prefix: index for index, prefix in enumerate(prefixes)}
    arcs = [(number[prefix[:-1]], SYMBOLS.index(prefix[-1]), number[prefix]) for prefix in prefixes[1:]]
    source, symbol, destination = np.array(sorted(arcs), np.int64).reshape(-1, 3).T
    ends = np.array([codes.get(prefix, np.inf) for prefix in prefixes], np.float32)
    return minimize(SYMBOLS, source, symbol, destination, np.zeros(len(arcs), np.float32), ends)


def found(automaton: Automaton) -> dict[str, float]:
    return {text: automaton.penalty_of(text) for text in TEXTS if automaton.accepts(text)}


def residuals(codes: dict[str, float]) -> int:
    """How many states the codes need: the prefixes that differ in what may follow (Myhill and Nerode)."""
    prefixes = {code[:length] for code in codes for length in range(len(code) + 1)}
    return len({frozenset((c[len(p) :], w) for c, w in codes.items() if c.startswith(p)) for p in prefixes})


@given(weighted_codes)
def test_the_codes_stay_and_no_state_is_too_many(codes: dict[str, float]) -> None:
    automaton = tree(codes)
    assert found(automaton) == codes
    assert automaton.states == max(residuals(codes), 1)
    assert automaton.count_codes() == len(codes)


@given(weighted_codes.filter(bool))
def test_what_an_automaton_promises(codes: dict[str, float]) -> None:
    automaton = tree(codes)
    arcs = list(zip(automaton.source.tolist(), automaton.symbol.tolist(), strict=True))
    assert arcs == sorted(set(arcs))
    assert np.all(automaton.destination > automaton.source)
    assert np.all(heights(automaton.source, automaton.destination, automaton.end_penalty) >= 0)
    assert set(automaton.destination.tolist()) == set(range(1, automaton.states))
    dtypes = [getattr(automaton, name).dtype for name in ("source", "symbol", "destination", "penalty", "end_penalty")]
    assert dtypes == [np.int32] * 3 + [np.float32] * 2


def test_penalties_of_arcs_keep_states_apart() -> None:
    source, symbol, destination = np.array([0, 0, 1, 2]), np.array([0, 1, 0, 0]), np.array([1, 2, 3, 4])
    ends = np.array([np.inf, np.inf, np.inf, 0, 0], np.float32)
    for last, states in ((1.0, 3), (2.0, 4)):
        penalty = np.array([0, 0, 1, last], np.float32)
        automaton = minimize(SYMBOLS, source, symbol, destination, penalty, ends)
        assert automaton.states == states
        assert automaton.penalty_of("00") == 1 and automaton.penalty_of("10") == last


@given(weighted_codes, weighted_codes)
def test_intersection_is_what_both_hold_at_the_sum_of_the_penalties(
    one: dict[str, float], other: dict[str, float]
) -> None:
    both = intersect(tree(one), tree(other))
    expected = {code: one[code] + other[code] for code in one.keys() & other.keys()}
    assert found(both) == expected
    assert both.states == max(residuals(expected), 1)


def test_intersection_with_all_texts_cuts_cycles_open() -> None:
    cycle = Automaton(
        SYMBOLS,
        np.array([0], np.int32),
        np.array([1], np.int32),
        np.array([0], np.int32),
        np.zeros(1, np.float32),
        np.zeros(1, np.float32),
    )
    cut = intersect(cycle, all_texts(SYMBOLS))
    assert cut.states == LONGEST_CODE + 1 and cut.count_codes() == LONGEST_CODE + 1
    assert np.array_equal(intersect(cut, cut).destination, cut.destination)
    assert np.all(heights(cycle.source, cycle.destination, cycle.end_penalty) > LONGEST_CODE)


def test_too_many_states_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minimal, "STATE_LIMIT", 3)
    with pytest.raises(GrammarError, match="more than 3 states"):
        tree({"000": 0})
    monkeypatch.setattr(minimal, "STATE_LIMIT", 4)
    automaton = tree({"000": 0})
    monkeypatch.setattr(minimal, "_PAIR_LIMIT", 3)
    with pytest.raises(GrammarError, match="more than 3 states"):
        intersect(automaton, automaton)
