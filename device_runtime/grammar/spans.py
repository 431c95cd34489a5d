"""The codes of a grammar as spans of numbers: what a table of numbers can be compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import Automaton

_SPAN_LIMIT = 4_000_000  # that are looked at together: 64 MB


def code_spans(automaton: Automaton, digits: int) -> NDArray[np.int64]:
    """Return the codes of so many digits, their separators left out, as spans of consecutive numbers.

    Args:
        automaton: of digits and separators.
        digits: of a code, at most 18.

    Returns:
        int64 [spans, 2], the first and the last number of each span, in order, none touching another.

    Raises:
        GrammarError: the codes are more than some million spans.
    """
    value = np.array([int(char) if char.isdecimal() else -1 for char in automaton.symbols])[automaton.symbol]
    silent = value < 0
    marks, after_mark = automaton.source[silent], automaton.destination[silent]
    source, value, destination = automaton.source[~silent], value[~silent], automaton.destination[~silent]
    # By the digits that are left, bool [digits + 1, states]: whether a code can end so, and whether every number does.
    can, full = [automaton.final], [automaton.final]
    for _ in range(digits):
        ways = np.bincount(source[can[-1][destination]], minlength=automaton.states) > 0
        every = np.bincount(source[full[-1][destination]], minlength=automaton.states) == 10
        for known in (ways, every):  # a separator takes no digit, and no two follow each other
            known[marks[known[after_mark]]] = True
        can.append(ways)
        full.append(every)

    first = np.searchsorted(source, np.arange(automaton.states + 1))  # the first arc of each state
    first_mark = np.searchsorted(marks, np.arange(automaton.states + 1))
    state, number = np.zeros(1, np.int64), np.zeros(1, np.int64)
    found = [np.zeros((0, 2), np.int64)]
    for left in range(digits, -1, -1):
        # Behind a separator the number is the same.
        at, arc = _followed(state, first_mark)
        state, number = np.concatenate([state, after_mark[arc]]), np.concatenate([number, number[at]])
        # Where every ending is a code, the span is known.
        done = full[left][state]
        begin = number[done] * 10**left
        found.append(np.stack([begin, begin + (10**left - 1)], axis=1))
        if not left:
            break
        # The others go on by a digit, to where a code can end, each place once.
        state, number = state[~done], number[~done]
        at, arc = _followed(state, first)
        open_ = can[left - 1][destination[arc]]
        if np.count_nonzero(open_) > _SPAN_LIMIT:
            raise GrammarError("its codes lie too far apart to be compared with a table; use a shorter list")
        state, number = _distinct(destination[arc][open_], number[at][open_] * 10 + value[arc][open_])
    return merged(np.concatenate(found))


def merged(spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """Spans in order, those that touch or overlap made one; int64 [spans, 2]."""
    if not len(spans):
        return spans
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    furthest = np.maximum.accumulate(spans[:, 1])
    new = np.concatenate([[True], spans[1:, 0] > furthest[:-1] + 1])
    return np.stack([spans[new, 0], furthest[np.concatenate([new[1:], [True]])]], axis=1)


def _followed(state: NDArray[np.int64], first: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All arcs that leave some states: of each, which of the states it leaves, and its number."""
    count = first[state + 1] - first[state]
    at = np.repeat(np.arange(len(state)), count)
    arc = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + first[state][at]
    return at, arc


def _distinct(state: NDArray[np.int64], number: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.lexsort((state, number))
    state, number = state[order], number[order]
    new = np.ones(len(state), np.bool_)
    new[1:] = (state[1:] != state[:-1]) | (number[1:] != number[:-1])
    return state[new], number[new]
