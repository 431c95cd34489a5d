"""The lattice of an over-segmented strip: its frames are pieces of ink, its characters arcs of the segmentation graph.

Arcs are held by the number of pieces in them, so that following all of them is one addition for each number. What is
dropped between two characters, and a mark that stands there, are single pieces.

In scanned columns two equal characters need a blank between them, and the search counts on it. Pieces need none. So
each cut is two nodes of the lattice: at the first characters have ended, at the second the next ones begin, and a gap
of no pieces leads from one to the other. Two characters, equal or not, then never touch in the eyes of the search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.recognition.costs import Costs
from device_runtime.recognition.garbage_model import to_fixed_point
from device_runtime.recognition.lattice import (
    MARKED,
    OPEN,
    FloatArray,
    IntArray,
    marked_gap,
    marked_gap_back,
    running_sums,
    self_loop,
    self_loop_back,
)
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip
from train.gtn.garbage import AFTER, BEFORE, LINE, Machine, Reads
from train.segmentation.segment_scorer import ArcRecognizer
from train.segmentation.segmentation_graph import MOST_PIECES, SegmentationGraph, segment

_KINDS = (Reads.DIGIT, Reads.BLANK, Reads.RUBBISH)  # a speck is a blank


@dataclass(frozen=True, eq=False)
class SegmentLattice:
    """A segmentation graph with its scores as a `Lattice`; build it with `segment_lattice`.

    Attributes:
        graph: the cuts and the arcs between them.
        alphabet: the characters in the order of their classes.
        arcs: float64 [pieces, classes, cuts], score of the arc that begins at a cut and holds so many pieces (from 1
            on), -inf where there is none. Only single pieces are specks (blank).
        before: float64 [nodes], log mass of what may stand left of a code.
        after: float64 [nodes], log mass of what may stand right of a code.
        free: log mass of all readings.
    """

    graph: SegmentationGraph
    alphabet: str
    arcs: FloatArray
    before: FloatArray
    after: FloatArray
    free: float

    @property
    def cuts(self) -> int:
        """Number of cuts, both edges included."""
        return len(self.graph.cuts)

    @property
    def nodes(self) -> int:
        """Two for each cut."""
        return 2 * self.cuts

    @property
    def number(self) -> str:
        """The longest number on the best path of all; of equal ones the first."""
        signs = self.alphabet + "_ "
        kinds = self._best[0][self.graph.destination - self.graph.source - 1, self.graph.source]
        written = "".join(signs[kinds[arc]] for arc in self.best_arcs())
        return max(written.replace("_", "").split(" "), key=len)

    def best_arcs(self) -> list[int]:
        """Arcs of the best path of all, each as its best class, in order."""
        graph = self.graph
        scores = self._best[1][graph.destination - graph.source - 1, graph.source].tolist()
        reached, came = [0.0] + [-np.inf] * (self.cuts - 1), [-1] * self.cuts
        # In order of their sources, so that a node is final when the first arc leaves it.
        for arc, (source, end) in enumerate(zip(graph.source.tolist(), graph.destination.tolist(), strict=True)):
            if reached[source] + scores[arc] > reached[end]:
                reached[end], came[end] = reached[source] + scores[arc], arc
        arcs = []
        cut = self.cuts - 1
        while cut:
            arcs.append(came[cut])
            cut = int(graph.source[came[cut]])
        return arcs[::-1]

    @property
    def _best(self) -> tuple[IntArray, FloatArray]:
        """Best class of each arc, and its score: [pieces, cuts] both."""
        return self.arcs.argmax(axis=1), self.arcs.max(axis=1)

    def character(self, add: np.ufunc, begins: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        begins = begins[:, _BEGIN::2]
        ended = np.full((len(chars), self.cuts), -np.inf)
        for length, scores in enumerate(self.arcs[: self.cuts - 1], start=1):
            ways = begins[:, :-length] + scores[chars, :-length]
            add(ended[:, length:], ways, out=ended[:, length:])
        return _at_nodes(ended, _ENDED)

    def character_back(self, add: np.ufunc, ended: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        ended = ended[:, _ENDED::2]
        begins = np.full((len(chars), self.cuts), -np.inf)
        for length, scores in enumerate(self.arcs[: self.cuts - 1], start=1):
            ways = ended[:, length:] + scores[chars, :-length]
            add(begins[:, :-length], ways, out=begins[:, :-length])
        return _at_nodes(begins, _BEGIN)

    def gap(self, add: np.ufunc, ended: FloatArray, junction: int) -> FloatArray:
        """As in `Lattice`; without a mark it may hold no piece."""
        ended = ended[:, _ENDED::2]
        if junction == MARKED:
            found = marked_gap(add, ended, self._specks(), self._marks, self._specks_or_marks(add))
        else:
            sums = self._specks_or_marks(add) if junction == OPEN else self._specks()
            found = add(self_loop(add, ended, sums), ended)
        return _at_nodes(found, _BEGIN)

    def gap_back(self, add: np.ufunc, begins: FloatArray, junction: int) -> FloatArray:
        """As in `Lattice`."""
        begins = begins[:, _BEGIN::2]
        if junction == MARKED:
            found = marked_gap_back(add, begins, self._specks(), self._marks, self._specks_or_marks(add))
        else:
            sums = self._specks_or_marks(add) if junction == OPEN else self._specks()
            found = add(self_loop_back(add, begins, sums), begins)
        return _at_nodes(found, _ENDED)

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Middle of the segment that ends there and fits the character best, and the character's share of its classes.

        A begin that is not before the end counts as the cut before it.
        """
        begin, end = begin // 2, end // 2
        ways = np.flatnonzero((self.graph.destination == end) & (self.graph.source >= min(begin, end - 1)))
        scores = self.arcs[end - self.graph.source[ways] - 1, :, self.graph.source[ways]]
        best = int(scores[:, char].argmax())
        middle = (self.graph.left_px[ways[best]] + self.graph.right_px[ways[best]]) / 2
        share = scores[best, char] - np.logaddexp.reduce(scores[best])
        return float(middle), float(np.exp(min(float(share), 0.0)))

    def at(self, costs: Costs) -> SegmentLattice:
        """As in `Lattice`; over-segmentation knows the foreign number's cost alone, which is the same for all."""
        return self

    @property
    def _marks(self) -> FloatArray:
        """Score of each piece as a mark: float64 [cuts - 1]."""
        return self.arcs[0, len(self.alphabet) + 1, :-1]

    def _specks(self) -> FloatArray:
        """Running sums over single pieces as specks: float64 [cuts]."""
        return running_sums(self.arcs[0, len(self.alphabet), :-1])

    def _specks_or_marks(self, add: np.ufunc) -> FloatArray:
        """Running sums over single pieces as specks and marks together: float64 [cuts]."""
        return running_sums(add(self.arcs[0, len(self.alphabet), :-1], self._marks))


_ENDED, _BEGIN = 0, 1  # of a cut's two nodes


def _at_nodes(scores: FloatArray, node: int) -> FloatArray:
    """Scores [..., cuts] at one node of each cut, nothing at the other: [..., nodes]."""
    found = np.full((*scores.shape[:-1], 2 * scores.shape[-1]), -np.inf)
    found[..., node::2] = scores
    return found


class SegmentRecognizer:
    """Makes the lattice of a strip by over-segmentation, with the scanner as recogniser of the segments."""

    def __init__(self, scanner: Scanner) -> None:
        self._recognize = ArcRecognizer(scanner)

    def __call__(self, strip: Strip) -> SegmentLattice:
        """Lattice of a strip; raises PosteyeError when it is wider than the model's widest."""
        graph = segment(strip.pixels)
        return segment_lattice(graph, self._recognize(strip, graph), self._recognize.alphabet)


def segment_lattice(graph: SegmentationGraph, scores: FloatArray, alphabet: str) -> SegmentLattice:
    """Make the lattice of a segmentation graph; scores: float64 [arcs, classes], as from `ArcRecogniser`."""
    cuts = len(graph.cuts)
    arcs = np.full((MOST_PIECES, len(alphabet) + 2, cuts), -np.inf)
    arcs[graph.destination - graph.source - 1, :, graph.source] = scores
    arcs[1:, len(alphabet)] = -np.inf
    # Scores of any digit, of specks and of rubbish: [3, pieces, cuts]; and the same of the strip seen from its end.
    kinds = np.stack([np.logaddexp.reduce(arcs[:, : len(alphabet)], axis=1), *arcs[:, len(alphabet) :].swapaxes(0, 1)])
    mirrored = np.full_like(kinds, -np.inf)
    for row in range(min(MOST_PIECES, cuts - 1)):
        begins = cuts - 1 - row
        mirrored[:, row, :begins] = kinds[:, row, :begins][:, ::-1]
    # What stands left and right of a code, by the cut where it begins and ends; and the whole line.
    before = _total(_sweep(kinds, BEFORE), BEFORE.final)
    after = _total(_sweep(mirrored, AFTER.reversed()), AFTER.start)[::-1]
    free = float(_total(_sweep(kinds, LINE), LINE.final)[-1])
    return SegmentLattice(
        graph,
        alphabet,
        arcs,
        _at_nodes(to_fixed_point(before), _BEGIN),
        _at_nodes(to_fixed_point(after), _ENDED),
        free,
    )


def _total(reached: FloatArray, states: frozenset[int]) -> FloatArray:
    """Log mass of being in one of some states, float64 [cuts], of scores [cuts, states]."""
    found: FloatArray = np.logaddexp.reduce(reached[:, sorted(states)], axis=1)
    return found


def _sweep(kinds: FloatArray, machine: Machine) -> FloatArray:
    """Forward scores of all ways through arcs and states, by cut and state: float64 [cuts, states].

    Source: the forward scorer, LeCun et al. 1998, section VI-E.

    Args:
        kinds: float64 [kinds, pieces, cuts], score of each arc as any digit, as a speck and as rubbish.
        machine: the states.
    """
    # Transitions sorted by destination, so that those into a state lie side by side.
    ordered = sorted(machine.transitions, key=lambda transition: transition.destination)
    source, destination = (np.array([getattr(t, end) for t in ordered]) for end in ("source", "destination"))
    reads = np.array([_KINDS.index(t.reads) for t in ordered])
    first = np.searchsorted(destination, np.arange(machine.states))
    steps = kinds[reads] - np.array([t.cost for t in ordered])[:, None, None]
    most = kinds.shape[1]
    reached = np.full((kinds.shape[2], machine.states), -np.inf)
    reached[0, sorted(machine.start)] = 0.0
    for cut in range(1, len(reached)):
        # Arcs of all lengths that end here: [transitions, lengths]; their sum by state.
        length = np.arange(min(most, cut))
        begin = cut - 1 - length
        ways = reached[begin][:, source].T + steps[:, length, begin]
        reached[cut] = np.logaddexp.reduceat(np.logaddexp.reduce(ways, axis=1), first)
    return reached
