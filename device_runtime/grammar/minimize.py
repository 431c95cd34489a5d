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


def minimize(
    symbols: str,
    source: IntArray,
    symbol: IntArray,
    destination: IntArray,
    penalty: NDArray[np.float32],
    end_penalty: NDArray[np.float32],
) -> Automaton:
    """Return the minimal automaton of a deterministic graph without cycles.

    Nodes are merged by height, the longest path to a final node, from the final nodes on: equal nodes have equal
    heights, and two nodes of one height are equal when their rows of (symbol -> merged node, penalties) are.

    Args:
        symbols: the characters that arcs can bear.
        source: int [arcs], ascending; node 0 reaches all nodes.
        symbol: int [arcs], an index into symbols.
        destination: int [arcs].
        penalty: float32 [arcs], nats.
        end_penalty: float32 [nodes], nats; inf in a node that is not final.

    Returns:
        The automaton; without any code it is one state that is not final.

    Raises:
        GrammarError: more than STATE_LIMIT states are needed.

    Source: D. Revuz, "Minimisation of acyclic deterministic automata in linear time", 1992.
    """
    height = heights(source, destination, end_penalty)
    if height[0] < 0:
        return _from_rows(symbols, np.array([[_NO_END] + [-1] * len(symbols)], np.int32), False)
    # Arcs that lead to a final node, by the height of their source; those of height h lie in bounds[h : h + 2].
    alive = np.flatnonzero(height[destination] >= 0)
    by_height = alive[np.argsort(height[source[alive]], kind="stable")]
    bounds = np.searchsorted(height[source[by_height]], np.arange(height[0] + 2))
    weighted = bool(penalty[alive].any())

    merged = np.full(len(height), -1, np.int32)  # the number of the merged node, for each node done so far
    row = np.empty(len(height), np.int32)  # where each node stands in the table of its height
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
        # Nodes with equal rows become one.
        distinct, index = _distinct_rows(table)
        merged[nodes] = count + index
        count += len(distinct)
        if count > STATE_LIMIT:
            raise GrammarError(f"the grammar needs more than {STATE_LIMIT} states; use fewer codes")
        tables.append(distinct)
    return _from_rows(symbols, np.concatenate(tables)[::-1], weighted)


def intersect(left: Automaton, right: Automaton) -> Automaton:
    """Return the codes that both automata accept, at the sum of their penalties, of at most LONGEST_CODE characters.

    Pairs of states are visited in layers of equal length, so that cycles of the left automaton are unrolled.

    Args:
        left: may have cycles, and states from which no final one is reached.
        right: an automaton of the same symbols.

    Raises:
        GrammarError: too many states are needed.
    """
    # The arc of each symbol from each state, int32 [states, symbols], and the pairs of the first layer, as
    # left * right.states + right: int64 [pairs].
    left_arc, right_arc = _arc_table(left), _arc_table(right)
    pairs = np.zeros(1, np.int64)
    offset = 0  # the number of the layer's first pair
    pieces: list[tuple[IntArray, ...]] = []
    penalties, ends = [], []
    for _ in range(LONGEST_CODE + 1):
        # The states of each pair, and the symbols for which both have an arc.
        one, other = np.divmod(pairs, right.states)
        ends.append(left.end_penalty[one] + right.end_penalty[other])
        left_arcs, right_arcs = left_arc[one], right_arc[other]
        row, symbol = np.nonzero((left_arcs >= 0) & (right_arcs >= 0))
        left_arcs, right_arcs = left_arcs[row, symbol], right_arcs[row, symbol]
        # The pairs that those arcs reach make the next layer.
        reached = left.destination[left_arcs].astype(np.int64) * right.states + right.destination[right_arcs]
        source, offset = row + offset, offset + len(pairs)
        if offset > _PAIR_LIMIT:
            raise GrammarError(f"the grammar needs more than {_PAIR_LIMIT} states; use fewer codes")
        if not len(reached) or len(pieces) == LONGEST_CODE:
            break
        pairs, index = np.unique(reached, return_inverse=True)
        pieces.append((source, symbol, offset + index))
        penalties.append(left.penalty[left_arcs] + right.penalty[right_arcs])
    # All layers in one graph, which is then minimized.
    none = (np.zeros(0, np.int64),) * 3
    sources, labels, destinations = (np.concatenate(part) for part in zip(none, *pieces, strict=True))
    penalty = np.concatenate([np.zeros(0, np.float32), *penalties])
    return minimize(left.symbols, sources, labels, destinations, penalty, np.concatenate(ends))


def all_texts(symbols: str) -> Automaton:
    """Return the automaton of every text of at most LONGEST_CODE characters; intersecting with it unrolls cycles."""
    positions = np.repeat(np.arange(LONGEST_CODE, dtype=np.int32), len(symbols))
    every = np.tile(np.arange(len(symbols), dtype=np.int32), LONGEST_CODE)
    zeros = np.zeros(len(every) + LONGEST_CODE + 1, np.float32)
    return Automaton(symbols, positions, every, positions + 1, zeros[: len(every)], zeros[len(every) :])


def heights(source: IntArray, destination: IntArray, end_penalty: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the longest path from each node to a final one, in arcs.

    Args:
        source: int [arcs], ascending.
        destination: int [arcs].
        end_penalty: float32 [nodes]; inf in a node that is not final.

    Returns:
        int32 [nodes]; -1 where no final node can be reached. Paths of more than LONGEST_CODE + 1 arcs, and cycles,
            count
            as LONGEST_CODE + 1.
    """
    height = np.where(np.isfinite(end_penalty), np.int32(0), np.int32(-1))
    if not len(source):
        return height
    # The first arc of each node that has some; heights grow by an arc a round until none does.
    first = np.flatnonzero(np.concatenate([[True], source[1:] != source[:-1]]))
    for _ in range(LONGEST_CODE + 1):
        below = np.maximum.reduceat(height[destination], first)
        grown = np.maximum(height[source[first]], np.where(below < 0, -1, below + 1))
        if np.array_equal(grown, height[source[first]]):
            break
        height[source[first]] = grown
    return height


def _distinct_rows(table: NDArray[np.int32]) -> tuple[NDArray[np.int32], IntArray]:
    """Return the distinct rows in order, and the index among them of each row, as np.unique(axis=0), ten times faster.

    Args:
        table: int32 [rows, columns].
    """
    # Rows in order; a row that differs from the one before it is new.
    order = np.lexsort(table.T[::-1])
    ordered = table[order]
    new = np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])
    index = np.empty(len(table), np.int64)
    index[order] = np.cumsum(new) - 1
    return ordered[new], index


def _from_rows(symbols: str, rows: NDArray[np.int32], weighted: bool) -> Automaton:
    """Read the arcs off the rows of `minimize`, the highest node first; destinations count from the last."""
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
