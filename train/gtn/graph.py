"""Graphs of a graph transformer network: flat arrays of arcs, their builders, and composition.

A path runs from a node where it may start to one where it may end. It reads the input labels of its arcs, writes their
output labels and pays the sum of their penalties, of its start and of its end. The null label reads or writes nothing.
`paths.py` asks a graph for its paths. Source: LeCun et al. 1998, sections IV to VIII.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from device_runtime.grammar.automaton import Automaton

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

NULL = -1


@dataclass(frozen=True, eq=False)
class Graph:
    """A weighted transducer; one whose input and output labels are equal is an acceptor.

    Attributes:
        source: intp [arcs], the node that an arc leaves.
        destination: intp [arcs], the node that it leads to.
        input: intp [arcs], the label that it reads, from 0 on, or NULL.
        output: intp [arcs], the label that it writes.
        penalty: float64 [arcs], nats.
        start: float64 [nodes], penalty (nats) for starting there, inf where no path can.
        final: float64 [nodes], penalty (nats) for ending there, inf where no path can.

    Raises:
        ValueError: shapes or nodes do not fit, or a penalty is NaN or -inf.
    """

    source: IntArray
    destination: IntArray
    input: IntArray
    output: IntArray
    penalty: FloatArray
    start: FloatArray
    final: FloatArray

    def __post_init__(self) -> None:
        arcs = [self.source, self.destination, self.input, self.output, self.penalty]
        if any(a.shape != self.source.shape or a.ndim != 1 for a in arcs) or self.start.shape != self.final.shape:
            raise ValueError(
                "arrays of a graph differ in length; give one entry per arc, and per node for start, final"
            )
        ends = np.concatenate([self.source, self.destination])
        if len(ends) and not 0 <= ends.min() <= ends.max() < len(self.start):
            raise ValueError(f"an arc leads outside the graph's {len(self.start)} nodes; number them from 0")
        if len(ends) and min(self.input.min(), self.output.min()) < NULL:
            raise ValueError("a label is negative; labels count from 0, and NULL (-1) is the null label")
        if not all((penalties > -np.inf).all() for penalties in (self.penalty, self.start, self.final)):
            raise ValueError("a penalty is NaN or -inf; use inf for what cannot be taken")

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.start)


def build(arcs: Iterable[tuple[int, int, int, int, float]], start: dict[int, float], final: dict[int, float]) -> Graph:
    """Build a graph.

    Args:
        arcs: (source, destination, input, output, penalty) each.
        start: penalty for starting, by node.
        final: penalty for ending, by node.
    """
    listed = list(arcs)
    source, destination, read, written = (np.array([arc[field] for arc in listed], dtype=np.intp) for field in range(4))
    used = [*source.tolist(), *destination.tolist(), *start, *final]
    begin, end = np.full((2, max(used, default=-1) + 1), np.inf)
    begin[list(start)] = list(start.values())
    end[list(final)] = list(final.values())
    penalty = np.array([arc[4] for arc in listed], dtype=np.float64)
    return Graph(source, destination, read, written, penalty, begin, end)


def linear(values: ArrayLike) -> Graph:
    """The recognition graph of a strip: from each column to the next, one arc per class.

    Source: section VII, Fig. 25 (SDNN output graph).

    Args:
        values: [columns, classes], the scanner's penalties in nats.
    """
    penalty = np.asarray(values, dtype=np.float64)
    columns, classes = penalty.shape
    source = np.arange(columns).repeat(classes)
    label = np.tile(np.arange(classes), columns)
    begin, end = np.full((2, columns + 1), np.inf)
    begin[0] = end[-1] = 0.0
    return Graph(source, source + 1, label, label, penalty.reshape(-1).copy(), begin, end)


def chain(labels: Sequence[int]) -> Graph:
    """The path selector: an acceptor of one string of labels, at no penalty. Source: section VI-A."""
    return build(((i, i + 1, label, label, 0.0) for i, label in enumerate(labels)), {0: 0.0}, {len(labels): 0.0})


def character_model(characters: Iterable[int], blank: int, rubbish: int | None = None) -> Graph:
    """The transducer from the class of each column to the characters written; it may start and end anywhere.

    A character may stay on consecutive columns; blanks may stand between two characters, and must between two equal
    ones. Rubbish writes one label for a run of rubbish and blanks that begins and ends with rubbish. Every sequence of
    the classes named reads exactly one string of characters. Node 0 is the one of blanks. Source: section VII.

    Args:
        characters: classes of the characters.
        blank: class of blank.
        rubbish: class of rubbish; None = it may not be read.
    """
    states = {char: node for node, char in enumerate(characters, start=1)}
    arcs = [(0, 0, blank, NULL, 0.0)]
    for char, node in states.items():
        arcs += [(node, node, char, NULL, 0.0), (node, 0, blank, NULL, 0.0), (0, node, char, char, 0.0)]
        arcs += [(node, other, next_char, next_char, 0.0) for next_char, other in states.items() if other != node]
    final = {node: 0.0 for node in range(len(states) + 1)}
    if rubbish is not None:
        mark, gap = len(states) + 1, len(states) + 2
        arcs += [(node, mark, rubbish, rubbish, 0.0) for node in range(mark)]
        arcs += [(mark, mark, rubbish, NULL, 0.0), (gap, mark, rubbish, NULL, 0.0)]
        arcs += [(mark, gap, blank, NULL, 0.0), (gap, gap, blank, NULL, 0.0)]
        arcs += [(after, node, char, char, 0.0) for after in (mark, gap) for char, node in states.items()]
        final |= {mark: 0.0, gap: 0.0}
    return build(arcs, {0: 0.0}, final)


def acceptor(automaton: Automaton, alphabet: str) -> Graph:
    """A grammar as a transducer from classes to indices into `automaton.symbols`.

    Source: section VIII (grammar graph).

    Args:
        automaton: of the grammar.
        alphabet: the characters of the first classes, in order; blank and rubbish follow. Any other symbol is a
            separator: a mark (it reads rubbish) or nothing at all (it reads NULL).
    """
    lookup = [alphabet.find(symbol) for symbol in automaton.symbols]
    read = np.array(lookup, dtype=np.intp)[automaton.symbol]
    separators = np.flatnonzero(read < 0)
    taken = np.concatenate([np.arange(len(read)), separators])
    labels = np.concatenate([read, np.full(len(separators), len(alphabet) + 1, dtype=np.intp)])
    end = automaton.end_penalty.astype(np.float64)
    begin = np.full(len(end), np.inf)
    begin[0] = 0.0
    return Graph(
        automaton.source[taken].astype(np.intp),
        automaton.destination[taken].astype(np.intp),
        labels,
        automaton.symbol[taken].astype(np.intp),
        automaton.penalty[taken].astype(np.float64),
        begin,
        end,
    )


def reverse(graph: Graph) -> Graph:
    """The same arcs, in the same order, walked from the end to the start."""
    return replace(graph, source=graph.destination, destination=graph.source, start=graph.final, final=graph.start)


def pick(graph: Graph, arcs: IntArray | NDArray[np.bool_]) -> Graph:
    """The same nodes with some of the arcs, given by number or by a mask."""
    return replace(
        graph,
        source=graph.source[arcs],
        destination=graph.destination[arcs],
        input=graph.input[arcs],
        output=graph.output[arcs],
        penalty=graph.penalty[arcs],
    )


def trim(graph: Graph) -> Graph:
    """Leave out the arcs and nodes through which no path of finite penalty runs; the rest keeps its order."""
    graph = pick(graph, np.isfinite(graph.penalty))
    useful = _reached(graph) & _reached(reverse(graph))
    number = np.cumsum(useful) - 1
    kept = pick(graph, useful[graph.source] & useful[graph.destination])
    return replace(
        kept,
        source=number[kept.source],
        destination=number[kept.destination],
        start=kept.start[useful],
        final=kept.final[useful],
    )


def _reached(graph: Graph) -> NDArray[np.bool_]:
    """Which nodes can be reached from the start: bool [nodes]."""
    by_source = Bins(graph.source, graph.nodes)
    reached = np.isfinite(graph.start)
    frontier = np.flatnonzero(reached)
    while len(frontier):
        _, arcs = by_source.members(frontier)
        found = np.unique(graph.destination[arcs])
        frontier = found[~reached[found]]
        reached[frontier] = True
    return reached


class Bins:
    """Items sorted into numbered bins."""

    def __init__(self, number: IntArray, bins: int) -> None:
        self._items = np.argsort(number, kind="stable")
        self._first = np.searchsorted(number[self._items], np.arange(bins + 1))

    def members(self, bins: IntArray) -> tuple[IntArray, IntArray]:
        """List the items of several bins, one bin after the other: index into `bins`, and the item."""
        first = self._first[bins]
        count = self._first[bins + 1] - first
        owner = np.arange(len(bins)).repeat(count)
        rank = np.arange(len(owner)) - (np.cumsum(count) - count).repeat(count)
        return owner, self._items[first.repeat(count) + rank]


def compose(first: Graph, second: Graph) -> Graph:
    """Feed what `first` writes into `second`: one path for each pair of paths that agree, and no dead ends.

    A node of the result stands for two tokens, one in each graph, and for whose turn it is. Arcs that agree on the
    label between them move both tokens; a null transition moves one alone. Between two agreements the first token makes
    all of its null moves before the second makes any: counted in every order, a pair of paths would lower the forward
    score. Breadth first, vectorised over arcs; the graphs may be cyclic. Nodes are numbered in the order of their
    tokens. Source: section VIII (two tokens, the map from pairs of nodes to nodes, null transitions, dead ends).
    """
    moves = _Moves(first, second)
    ones, twos = np.flatnonzero(np.isfinite(first.start)), np.flatnonzero(np.isfinite(second.start))
    known = frontier = moves.key(ones.repeat(len(twos)), np.tile(twos, len(ones)), np.intp(0))
    steps = [moves.out_of(frontier)]
    while len(frontier):
        reached = np.unique(moves.destination(*steps[-1]))
        frontier = reached[~np.isin(reached, known, assume_unique=True)]
        known = np.union1d(known, frontier)
        steps.append(moves.out_of(frontier))
    origin, arc_one, arc_two = (np.concatenate(column) for column in zip(*steps, strict=True))
    one, two, turn = moves.tokens(known)
    # Index -1 stands for a token that does not move: it reads and writes nothing, and pays nothing.
    return trim(
        Graph(
            source=np.searchsorted(known, origin),
            destination=np.searchsorted(known, moves.destination(origin, arc_one, arc_two)),
            input=np.append(first.input, NULL)[arc_one],
            output=np.append(second.output, NULL)[arc_two],
            penalty=np.append(first.penalty, 0.0)[arc_one] + np.append(second.penalty, 0.0)[arc_two],
            start=np.where(turn == 0, first.start[one] + second.start[two], np.inf),
            final=first.final[one] + second.final[two],
        )
    )


class _Moves:
    """The moves of two tokens; a position (key) is the node of each, and a turn: 1 after the second moved alone."""

    def __init__(self, first: Graph, second: Graph) -> None:
        self.first, self.second = first, second
        # Labels shifted by one, so that NULL has a bin too.
        self.labels = int(max(first.output.max(initial=NULL), second.input.max(initial=NULL))) + 2
        self.by_node = Bins(first.source, first.nodes)
        self.by_label = Bins(second.source * self.labels + second.input + 1, second.nodes * self.labels)

    def key(self, one: IntArray, two: IntArray, turn: IntArray | np.intp) -> IntArray:
        """Number the positions."""
        return (one * self.second.nodes + two) * 2 + turn

    def tokens(self, key: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Node of the first token, node of the second, and the turn."""
        return key // (2 * self.second.nodes), key // 2 % self.second.nodes, key % 2

    def out_of(self, keys: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """All moves out of some positions: the position, the first token's arc and the second's, -1 if it stays."""
        one, two, turn = self.tokens(keys)
        mover, arc = self.by_node.members(one)
        alone = np.flatnonzero((self.first.output[arc] == NULL) & (turn[mover] == 0))
        agreeing = np.flatnonzero(self.first.output[arc] != NULL)
        pair, partner = self.by_label.members(two[mover[agreeing]] * self.labels + self.first.output[arc[agreeing]] + 1)
        together = agreeing[pair]
        second_mover, second_alone = self.by_label.members(two * self.labels)
        stays_one, stays_two = np.full(len(second_alone), -1), np.full(len(alone), -1)
        return (
            keys[np.concatenate([mover[together], mover[alone], second_mover])],
            np.concatenate([arc[together], arc[alone], stays_one]),
            np.concatenate([partner, stays_two, second_alone]),
        )

    def destination(self, keys: IntArray, arc_one: IntArray, arc_two: IntArray) -> IntArray:
        """The positions to which moves lead."""
        one, two, _ = self.tokens(keys)
        one = np.where(arc_one < 0, one, np.append(self.first.destination, 0)[arc_one])
        two = np.where(arc_two < 0, two, np.append(self.second.destination, 0)[arc_two])
        return self.key(one, two, (arc_one < 0).astype(np.intp))
