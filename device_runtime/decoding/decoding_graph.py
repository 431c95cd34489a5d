"""The decoding graph of a grammar: its automaton composed with the character model, compiled once for the search.

An arc of the graph writes one character of the alphabet and says what may stand before it on the strip: blanks, or a
separator's mark, or either. Beside it stands the relaxed grammar: for each number of characters written so far, which
characters may follow in any code. It allows at least the codes of the grammar, and its best completions are quickly
found, so they bound the search from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from device_runtime.exact import FloatArray, exact_exp, sum_in_order, to_fixed_point
from device_runtime.grammar.automaton import LONGEST_CODE, Automaton
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN, IntArray


@dataclass(frozen=True, eq=False)
class Layer:
    """What the relaxed grammar allows after a number of characters.

    Attributes:
        chars: for each junction, int [n], the characters that may follow it.
        gains: for each junction, float64 [n], the best log-prior of each of these.
        end: best log-prior of ending here, -inf if no code does.
    """

    chars: tuple[IntArray, IntArray, IntArray]
    gains: tuple[FloatArray, FloatArray, FloatArray]
    end: float

    @cached_property
    def factors(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The gains as factors of a weight."""
        plain, opened, marked = self.gains
        return exact_exp(plain), exact_exp(opened), exact_exp(marked)

    @cached_property
    def end_factor(self) -> float:
        """The end as a factor of a weight."""
        return exact_exp(self.end)


@dataclass(frozen=True, eq=False)
class DecodingGraph:
    """A grammar ready for the search; build it with `make_decoding_graph`.

    Log-priors are in fixed point, so that the score of a path does not depend on the order of its sums.

    Attributes:
        leaving: int [nodes + 1], the arcs of node n are leaving[n] .. leaving[n + 1] - 1.
        char: int [arcs], the character that an arc writes, as an index into `alphabet`.
        junction: int [arcs], what may stand before it: PLAIN, OPEN or MARKED.
        destination: int [arcs], the node that an arc leads to.
        gain: float64 [arcs], log-prior.
        separator: [arcs], "" or what is written before the character.
        end: float64 [nodes], log-prior of ending there.
        layers: the relaxed grammar.
        exact: whether the relaxed grammar is the grammar itself.
        junctions: those that occur.
        density: the share of all texts of a length that are codes, summed over the lengths: 1 for five digits, 0.43 for
            the ZIP codes there are.
        alphabet: the characters.
    """

    leaving: IntArray
    char: IntArray
    junction: IntArray
    destination: IntArray
    gain: FloatArray
    separator: list[str]
    end: FloatArray
    layers: tuple[Layer, ...]
    exact: bool
    junctions: tuple[int, ...]
    density: float
    alphabet: str

    @property
    def shortest(self) -> int:
        """Characters in the shortest code, separators left out."""
        return next(written for written, layer in enumerate(self.layers) if layer.end > -np.inf)

    def arcs_leaving(self, nodes: IntArray) -> tuple[IntArray, IntArray]:
        """All arcs that leave some nodes.

        Returns:
            For each the index into `nodes` of the one that it leaves, and the arc: int [arcs] both.
        """
        if len(nodes) == 1:
            arcs = np.arange(self.leaving[nodes[0]], self.leaving[nodes[0] + 1])
            return np.zeros_like(arcs), arcs
        counts = self.leaving[nodes + 1] - self.leaving[nodes]
        parent = np.arange(len(nodes)).repeat(counts)
        start = self.leaving[nodes] - (counts.cumsum() - counts)
        return parent, start.take(parent) + np.arange(len(parent))

    def write(self, arcs: Sequence[int]) -> str:
        """The code that a path of arcs writes, separators included."""
        return "".join(self.separator[arc] + self.alphabet[self.char[arc]] for arc in arcs)

    def arcs_of(self, code: str) -> tuple[int, ...] | None:
        """The path of arcs that writes a code, or None when the grammar does not have it."""
        node, arcs, separator = 0, [], ""
        for char in code:
            if char not in self.alphabet:
                separator = char
                continue
            leaving = range(int(self.leaving[node]), int(self.leaving[node + 1]))
            wanted = self.alphabet.index(char)
            arc = next((a for a in leaving if self.char[a] == wanted and self.separator[a] == separator), None)
            if arc is None:
                return None
            arcs.append(arc)
            node, separator = int(self.destination[arc]), ""
        return tuple(arcs) if arcs and not separator and self.end[node] > -np.inf else None

    def prior_of(self, arcs: Sequence[int]) -> float:
        """The log-prior of the code that a path of arcs writes."""
        return sum_in_order(self.gain[list(arcs)].tolist()) + float(self.end[self.destination[arcs[-1]]])

    def alone(self, arcs: Sequence[int]) -> DecodingGraph:
        """The graph of one code, which a path of arcs writes; its log-prior is left out."""
        chosen, count = list(arcs), len(arcs)
        char, junction = self.char[chosen], self.junction[chosen]
        ends = [-np.inf] * count + [0.0]
        # Layer i has the one character that may follow i others, across its junction; the last one has none.
        chars = [
            tuple(char[i : i + 1][junction[i : i + 1] == kind] for kind in (PLAIN, OPEN, MARKED))
            for i in range(count + 1)
        ]
        layers = [
            Layer(of, tuple(np.zeros(len(mine)) for mine in of), end)  # type: ignore[arg-type]
            for of, end in zip(chars, ends, strict=True)
        ]
        return DecodingGraph(
            leaving=np.append(np.arange(count + 1), count),
            char=char,
            junction=junction,
            destination=np.arange(1, count + 1),
            gain=np.zeros(count),
            separator=[self.separator[arc] for arc in chosen],
            end=np.array(ends),
            layers=tuple(layers),
            exact=True,
            junctions=tuple(np.unique(junction).tolist()),
            density=self.density,
            alphabet=self.alphabet,
        )

    def allows(self, characters: str) -> bool:
        """Tell whether a code of the grammar, its separators left out, is written so."""
        nodes = {0}
        for char in characters:
            wanted = self.alphabet.index(char)
            arcs = [a for node in nodes for a in range(int(self.leaving[node]), int(self.leaving[node + 1]))]
            nodes = {int(self.destination[a]) for a in arcs if self.char[a] == wanted}
        return any(self.end[node] > -np.inf for node in nodes) and bool(characters)


def make_decoding_graph(automaton: Automaton, alphabet: str) -> DecodingGraph:
    """Compile an automaton over an alphabet and separators.

    A separator that the grammar demands may be a mark, a gap or nothing on the strip (OPEN); where the same character
    may also follow without it, only a mark shows that it is there (MARKED).
    """
    # Arcs of the automaton: which character each writes, int [arcs], -1 for a separator.
    to_char = np.array([alphabet.find(symbol) for symbol in automaton.symbols])
    char = to_char[automaton.symbol]
    source, destination = automaton.source.astype(np.intp), automaton.destination.astype(np.intp)
    penalty = automaton.penalty.astype(np.float64)
    plain = char >= 0
    leaving = np.searchsorted(source, np.arange(len(automaton.end_penalty) + 1))
    # A separator and a character that may follow it become one arc.
    before = np.flatnonzero(~plain)
    count = np.diff(leaving)[destination[before]]
    after = np.arange(count.sum()) + np.repeat(leaving[destination[before]] - (count.cumsum() - count), count)
    before = np.repeat(before, count)
    arcs = (
        (source[plain], source[before]),
        (char[plain], char[after]),
        (destination[plain], destination[after]),
        (penalty[plain], penalty[before] + penalty[after]),
        (np.full(int(plain.sum()), -1), automaton.symbol[before]),
    )
    source, char, destination, penalty, mark = map(np.concatenate, arcs)
    # Sorted by source, so that the arcs of a node lie side by side.
    order = np.lexsort((mark, char, source))
    source, char, destination, penalty, mark = (column[order] for column in (source, char, destination, penalty, mark))
    nodes = len(automaton.end_penalty)
    # Where a character may also follow without a separator, only a mark shows that there is one.
    without = np.zeros((nodes, len(alphabet)), bool)
    without[source[mark < 0], char[mark < 0]] = True
    junction = np.where(mark < 0, PLAIN, np.where(without[source, char], MARKED, OPEN))
    gain, end = to_fixed_point(-penalty), to_fixed_point(-automaton.end_penalty.astype(np.float64))
    leaving = np.searchsorted(source, np.arange(nodes + 1))
    layers, exact = _relax(source, char, junction, destination, gain, end, len(alphabet))
    return DecodingGraph(
        leaving=leaving,
        char=char.astype(np.intp),
        junction=junction,
        destination=destination,
        gain=gain,
        separator=[automaton.symbols[m] if m >= 0 else "" for m in mark],
        end=end,
        layers=layers,
        exact=exact,
        junctions=tuple(np.unique(junction).tolist()),
        density=_density(source, destination, end, len(alphabet)),
        alphabet=alphabet,
    )


def _density(source: IntArray, destination: IntArray, end: FloatArray, characters: int) -> float:
    """Chance that characters drawn at random spell a code, summed over the lengths of codes."""
    total = 0.0
    reached = np.zeros(len(end))
    reached[0] = 1.0
    for _ in range(LONGEST_CODE):
        reached = np.bincount(destination, reached[source] / characters, len(end)).astype(np.float64)
        total += sum_in_order(reached[end > -np.inf].tolist())
    return total


def _relax(
    source: IntArray,
    char: IntArray,
    junction: IntArray,
    destination: IntArray,
    gain: FloatArray,
    end: FloatArray,
    characters: int,
) -> tuple[tuple[Layer, ...], bool]:
    """The layers of the relaxed grammar, and whether each has a single node, so that nothing is relaxed."""
    reached = np.zeros(len(end), bool)
    reached[0] = True
    layers: list[Layer] = []
    exact = True
    while reached.any():
        exact = exact and int(reached.sum()) == 1
        # The best log-prior of each junction and character that leaves the nodes reached: [3, characters].
        arcs = np.flatnonzero(reached[source])
        best = np.full((3, characters), -np.inf)
        np.maximum.at(best, (junction[arcs], char[arcs]), gain[arcs])
        chars = [np.flatnonzero(best[kind] > -np.inf) for kind in (PLAIN, OPEN, MARKED)]
        gains = [best[kind][chars[kind]] for kind in (PLAIN, OPEN, MARKED)]
        layers.append(Layer(tuple(chars), tuple(gains), float(end[reached].max())))  # type: ignore[arg-type]
        reached = np.zeros_like(reached)
        reached[destination[arcs]] = True
    return tuple(layers), exact
