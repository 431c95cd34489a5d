"""The automaton of a grammar: what it accepts, at which penalty, and how many codes it holds."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.grammar.automaton import Automaton


@pytest.fixture
def automaton() -> Automaton:
    """1 (0.5 to end), 12 (0.25 + 1 to end), 22."""
    return Automaton(
        "12-",
        source=np.array([0, 0, 1, 2], np.int32),
        symbol=np.array([0, 1, 1, 1], np.int32),
        destination=np.array([1, 2, 3, 3], np.int32),
        penalty=np.array([0, 0, 0.25, 0], np.float32),
        end_penalty=np.array([np.inf, 0.5, np.inf, 1], np.float32),
    )


@pytest.mark.parametrize(
    ("text", "penalty"),
    [("1", 0.5), ("12", 1.25), ("22", 1.0), ("", np.inf), ("2", np.inf), ("1-", np.inf), ("13", np.inf)],
)
def test_penalties_add_up_along_the_code(automaton: Automaton, text: str, penalty: float) -> None:
    assert automaton.penalty_of(text) == penalty
    assert automaton.accepts(text) == (penalty < np.inf)


def test_facts(automaton: Automaton) -> None:
    assert automaton.states == 4 and automaton.count_codes() == 3 and automaton.weighted
    assert automaton.final.tolist() == [False, True, False, True]


def test_codes_are_counted_beyond_what_floats_hold() -> None:
    positions = np.repeat(np.arange(32, dtype=np.int32), 10)
    ends = np.where(np.arange(33) == 32, 0, np.inf).astype(np.float32)
    symbols = np.tile(np.arange(10, dtype=np.int32), 32)
    digits = Automaton("0123456789- ", positions, symbols, positions + 1, np.zeros(320, np.float32), ends)
    assert digits.count_codes() == 10**32 and not digits.weighted
