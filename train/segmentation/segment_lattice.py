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

from device_runtime.exact import FloatArray, exact_exp, to_fixed_point
from device_runtime.recognition.costs import Costs
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN, IntArray
from device_runtime.recognition.scanner import Scanner
from device_runtime.recognition.semiring import MAX_PLUS, SUM_PRODUCT, Semiring, cross_mark, cross_mark_back
from device_runtime.types import Strip
from train.gtn.garbage import AFTER, BEFORE, LINE, Machine, Reads
from train.segmentation.segment_scorer import ArcRecognizer
from train.segmentation.segmentation_graph import MOST_PIECES, SegmentationGraph, segment

_KINDS = (Reads.DIGIT, Reads.BLANK, Reads.RUBBISH)  # a speck is a blank


@dataclass(frozen=True, eq=False)
class SegmentWalk:
    """The steps over a segmentation graph, as in `Walk`.

    Attributes:
        semiring: of all scores.
        before: float64 [nodes], score of what may stand left of a code.
        after: float64 [nodes], score of what may stand right of a code.
        arcs: float64 [pieces, classes, cuts], score of the arc that begins at a cut and holds so many pieces (from 1
            on), the semiring's zero where there is none. Only single pieces are specks (blank).
    """

    semiring: Semiring
    before: FloatArray
    after: FloatArray
    arcs: FloatArray

    @property
    def _cuts(self) -> int:
        return self.arcs.shape[2]

    def character(self, begins: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Walk`."""
        add, times, begins = self.semiring.add, self.semiring.times, begins[:, _BEGIN::2]
        ended = np.full((len(chars), self._cuts), self.semiring.zero)
        for length, scores in enumerate(self.arcs[: self._cuts - 1], start=1):
            ways = times(begins[:, :-length], scores[chars, :-length])
            add(ended[:, length:], ways, out=ended[:, length:])
        return _at_nodes(ended, _ENDED, self.semiring.zero)

    def character_back(self, ended: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Walk`."""
        add, times, ended = self.semiring.add, self.semiring.times, ended[:, _ENDED::2]
        begins = np.full((len(chars), self._cuts), self.semiring.zero)
        for length, scores in enumerate(self.arcs[: self._cuts - 1], start=1):
            ways = times(ended[:, length:], scores[chars, :-length])
            add(begins[:, :-length], ways, out=begins[:, :-length])
        return _at_nodes(begins, _BEGIN, self.semiring.zero)

    def gap(self, ended: FloatArray, junction: int) -> FloatArray:
        """As in `Walk`; without a mark it may hold no piece."""
        ended = ended[:, _ENDED::2]
        if junction == MARKED:
            found = cross_mark(self.semiring, ended, self._loops(PLAIN), self._marks, self._loops(OPEN))
        else:
            found = self.semiring.add(self.semiring.stay(ended, self._loops(junction)), ended)
        return _at_nodes(found, _BEGIN, self.semiring.zero)

    def gap_back(self, begins: FloatArray, junction: int) -> FloatArray:
        """As in `Walk`."""
        begins = begins[:, _BEGIN::2]
        if junction == MARKED:
            found = cross_mark_back(self.semiring, begins, self._loops(PLAIN), self._marks, self._loops(OPEN))
        else:
            found = self.semiring.add(self.semiring.stay_back(begins, self._loops(junction)), begins)
        return _at_nodes(found, _ENDED, self.semiring.zero)

    @property
    def _marks(self) -> FloatArray:
        """Score of each piece as a mark: float64 [cuts - 1]."""
        return self.arcs[0, -1, :-1]

    def _loops(self, junction: int) -> FloatArray:
        """Single pieces as specks, or as specks and marks together where a gap is OPEN."""
        specks = self.arcs[0, -2, :-1]
        return self.semiring.loops(self.semiring.add(specks, self._marks) if junction == OPEN else specks)


@dataclass(frozen=True, eq=False)
class SegmentLattice:
    """A segmentation graph with its scores as a `Lattice`; build it with `segment_lattice`.

    Attributes:
        graph: the cuts and the arcs between them.
        alphabet: the characters in the order of their classes.
        best: the walk over log-probabilities.
        sums: the walk over weights, in units of the mass of all readings up to each cut.
        units: float64 [cuts], the logarithms of these.
    """

    graph: SegmentationGraph
    alphabet: str
    best: SegmentWalk
    sums: SegmentWalk
    units: FloatArray

    @property
    def free_mass(self) -> float:
        """Mass of all readings, the unit itself."""
        return 1.0

    @property
    def free(self) -> float:
        """Log mass of all readings."""
        return float(self.units[-1])

    @property
    def arcs(self) -> FloatArray:
        """Score of each arc, as in `SegmentWalk`."""
        return self.best.arcs

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
        kinds = self._strongest[0][self.graph.destination - self.graph.source - 1, self.graph.source]
        written = "".join(signs[kinds[arc]] for arc in self.best_arcs())
        return max(written.replace("_", "").split(" "), key=len)

    def best_arcs(self) -> list[int]:
        """Arcs of the best path of all, each as its best class, in order."""
        graph = self.graph
        scores = self._strongest[1][graph.destination - graph.source - 1, graph.source].tolist()
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
    def _strongest(self) -> tuple[IntArray, FloatArray]:
        """Best class of each arc, and its score: [pieces, cuts] both."""
        return self.arcs.argmax(axis=1), self.arcs.max(axis=1)

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


_ENDED, _BEGIN = 0, 1  # of a cut's two nodes


def _at_nodes(scores: FloatArray, node: int, zero: float) -> FloatArray:
    """Scores [..., cuts] at one node of each cut, the semiring's zero at the other: [..., nodes]."""
    found = np.full((*scores.shape[:-1], 2 * scores.shape[-1]), zero)
    found[..., node::2] = scores
    return found


class SegmentRecognizer:
    """Makes the lattice of a strip by over-segmentation.

    Attributes:
        scanner: recognises the segments.
    """

    def __init__(self, scanner: Scanner) -> None:
        self.scanner, self._recognize = scanner, ArcRecognizer(scanner)

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
    # Log masses of what stands left and right of a code, by the cut where it begins and ends; and of all readings up to
    # each cut.
    before = _total(_sweep(kinds, BEFORE), BEFORE.final)
    after = _total(_sweep(mirrored, AFTER.reversed()), AFTER.start)[::-1]
    units = _total(_sweep(kinds, LINE), LINE.final)
    # The same as weights, and those of the arcs: an arc's unit is that of its end over that of its beginning.
    weights = np.zeros_like(arcs)
    for row in range(min(MOST_PIECES, cuts - 1)):
        passed = units[row + 1 :] - units[: cuts - 1 - row]
        weights[row, :, : cuts - 1 - row] = exact_exp(arcs[row, :, : cuts - 1 - row] - passed)
    left, right = exact_exp(before - units), exact_exp(after - (units[-1] - units))
    return SegmentLattice(
        graph,
        alphabet,
        SegmentWalk(
            MAX_PLUS,
            _at_nodes(to_fixed_point(before), _BEGIN, -np.inf),
            _at_nodes(to_fixed_point(after), _ENDED, -np.inf),
            arcs,
        ),
        SegmentWalk(SUM_PRODUCT, _at_nodes(left, _BEGIN, 0.0), _at_nodes(right, _ENDED, 0.0), weights),
        units,
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
