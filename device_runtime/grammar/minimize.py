"""Minimisation and intersection of automata, on whole arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import LONGEST_CODE, Automaton

IntArray = NDArray[np.integer[Any]]

# More would cost a search seconds and hundreds of megabytes on a Pi.
STATE_LIMIT = 300_000
_NO_END = np.float32(np.inf).view(np.int32)
# Pairs of states that an intersection may visit before it is minimised.
_PAIR_LIMIT = 2_000_000


def minimise(
    symbols: str,
    source: IntArray,
    symbol: IntArray,
    destination: IntArray,
    penalty: NDArray[np.float32],
    end_penalty: NDArray[np.float32],
) -> Automaton:
    """Return the minimal automaton of a deterministic graph without cycles, all of whose nodes node 0 reaches.

    The arguments are as in Automaton, the arcs in order of source. Nodes are merged by height, the longest way to an
    end, from the ends on: equal nodes have equal heights, and two nodes of one height are equal when their rows of
    (symbol -> merged node, penalties) are. Revuz, "Minimisation of acyclic deterministic automata in linear time"
    (1992). Without any code that is one state in which nothing ends. Raises GrammarError for more than STATE_LIMIT
    states.
    """
    height = heights(source, destination, end_penalty)
    if height[0] < 0:
        return _from_rows(symbols, np.array([[_NO_END] + [-1] * len(symbols)], np.int32), False)
    alive = np.flatnonzero(height[destination] >= 0)
    by_height = alive[np.argsort(height[source[alive]], kind="stable")]
    bounds = np.searchsorted(height[source[by_height]], np.arange(height[0] + 2))
    weighted = bool(penalty[alive].any())

    merged = np.full(len(height), -1, np.int32)
    row = np.empty(len(height), np.int32)
    tables: list[NDArray[np.int32]] = []
    count = 0
    for level in range(int(height[0]) + 1):
        nodes = np.flatnonzero(height == level)
        row[nodes] = np.arange(len(nodes))
        arcs = by_height[bounds[level] : bounds[level + 1]]
        # A node's row, all in integers: its end penalty, where each symbol leads (-1: nowhere), at what penalty.
        table = np.full((len(nodes), 1 + len(symbols) * (1 + weighted)), -1, np.int32)
        table[:, 0] = end_penalty[nodes].view(np.int32)
        table[row[source[arcs]], 1 + symbol[arcs]] = merged[destination[arcs]]
        if weighted:
            table[row[source[arcs]], 1 + len(symbols) + symbol[arcs]] = penalty[arcs].view(np.int32)
        distinct, index = _distinct_rows(table)
        merged[nodes] = count + index
        count += len(distinct)
        if count > STATE_LIMIT:
            raise GrammarError(f"the grammar needs more than {STATE_LIMIT} states; use fewer codes")
        tables.append(distinct)
    return _from_rows(symbols, np.concatenate(tables)[::-1], weighted)


def intersect(left: Automaton, right: Automaton) -> Automaton:
    """Return the codes that both automata accept, at the sum of their penalties, of at most LONGEST_CODE characters.

    Both have the same symbols; the left one may have cycles and dead ends. Raises GrammarError when too many states are
    needed.
    """
    left_arc, right_arc = _arc_table(left), _arc_table(right)
    pairs = np.zeros(1, np.int64)
    offset = 0
    pieces: list[tuple[IntArray, ...]] = []
    penalties, ends = [], []
    for _ in range(LONGEST_CODE + 1):
        one, other = np.divmod(pairs, right.states)
        ends.append(left.end_penalty[one] + right.end_penalty[other])
        left_arcs, right_arcs = left_arc[one], right_arc[other]
        row, symbol = np.nonzero((left_arcs >= 0) & (right_arcs >= 0))
        left_arcs, right_arcs = left_arcs[row, symbol], right_arcs[row, symbol]
        reached = left.destination[left_arcs].astype(np.int64) * right.states + right.destination[right_arcs]
        source, offset = row + offset, offset + len(pairs)
        if offset > _PAIR_LIMIT:
            raise GrammarError(f"the grammar needs more than {_PAIR_LIMIT} states; use fewer codes")
        if not len(reached) or len(pieces) == LONGEST_CODE:
            break
        pairs, place = np.unique(reached, return_inverse=True)
        pieces.append((source, symbol, offset + place))
        penalties.append(left.penalty[left_arcs] + right.penalty[right_arcs])
    none = (np.zeros(0, np.int64),) * 3
    sources, labels, destinations = (np.concatenate(part) for part in zip(none, *pieces, strict=True))
    penalty = np.concatenate([np.zeros(0, np.float32), *penalties])
    return minimise(left.symbols, sources, labels, destinations, penalty, np.concatenate(ends))


def all_texts(symbols: str) -> Automaton:
    """Return the automaton of every text of at most LONGEST_CODE characters; intersecting with it cuts cycles open."""
    positions = np.repeat(np.arange(LONGEST_CODE, dtype=np.int32), len(symbols))
    every = np.tile(np.arange(len(symbols), dtype=np.int32), LONGEST_CODE)
    zeros = np.zeros(len(every) + LONGEST_CODE + 1, np.float32)
    return Automaton(symbols, positions, every, positions + 1, zeros[: len(every)], zeros[len(every) :])


def heights(source: IntArray, destination: IntArray, end_penalty: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the longest way from each node to an end, in arcs; -1 where no end can be reached.

    The arcs are in order of source. Ways of more than LONGEST_CODE + 1 arcs, and cycles, count as LONGEST_CODE + 1.
    """
    height = np.where(np.isfinite(end_penalty), np.int32(0), np.int32(-1))
    if not len(source):
        return height
    first = np.flatnonzero(np.concatenate([[True], source[1:] != source[:-1]]))
    for _ in range(LONGEST_CODE + 1):
        below = np.maximum.reduceat(height[destination], first)
        grown = np.maximum(height[source[first]], np.where(below < 0, -1, below + 1))
        if np.array_equal(grown, height[source[first]]):
            break
        height[source[first]] = grown
    return height


def _distinct_rows(table: NDArray[np.int32]) -> tuple[NDArray[np.int32], IntArray]:
    """Return the distinct rows in order, and the place of each row among them.

    As np.unique(axis=0) does, ten times faster.
    """
    order = np.lexsort(table.T[::-1])
    ordered = table[order]
    new = np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])
    place = np.empty(len(table), np.int64)
    place[order] = np.cumsum(new) - 1
    return ordered[new], place


def _from_rows(symbols: str, rows: NDArray[np.int32], weighted: bool) -> Automaton:
    """Read the arcs off the rows of `minimise`, the highest first, whose destinations count from the end."""
    destinations = rows[:, 1 : 1 + len(symbols)]
    source, symbol = np.nonzero(destinations >= 0)
    destination = len(rows) - 1 - destinations[source, symbol]
    if weighted:
        penalty = np.ascontiguousarray(rows[:, 1 + len(symbols) :])[source, symbol].view(np.float32)
    else:
        penalty = np.zeros(len(source), np.float32)
    end_penalty = np.ascontiguousarray(rows[:, 0]).view(np.float32)
    return Automaton(symbols, source.astype(np.int32), symbol.astype(np.int32), destination, penalty, end_penalty)


def _arc_table(automaton: Automaton) -> NDArray[np.int32]:
    """Return the arc that each symbol takes from each state, -1 for none; int32 [states, symbols]."""
    table = np.full((automaton.states, len(automaton.symbols)), -1, np.int32)
    table[automaton.source, automaton.symbol] = np.arange(len(automaton.source), dtype=np.int32)
    return table
