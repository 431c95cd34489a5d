"""The lattice of an over-segmented strip: its places are cuts, its characters arcs of the segmentation graph.

Arcs are held by the number of pieces in them, so that following all of them is one addition for each number. What is
dropped between two characters, and a mark that stands there, are single pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.recognition.costs import FOREIGN_NUMBER_PENALTY, Costs
from device_runtime.recognition.garbage_model import Surroundings, settle
from device_runtime.recognition.lattice import OPEN, FloatArray, IntArray, running
from device_runtime.recognition.scanner import Scanner
from device_runtime.recognition.stepped_lattice import Stepped
from device_runtime.types import Strip
from train.segmentation.segment_scorer import ArcRecogniser
from train.segmentation.segmentation_graph import MOST_PIECES, SegmentationGraph, segment

# The garbage model as transitions (from state, kind of arc, to state, log-prior); see `surroundings.py`.
_ANY_DIGIT, _SPECK, _RUBBISH = range(3)
_Transition = tuple[int, int, int, float]
# Beside a code: 0 outside of numbers, 1 inside one. A line: before (2), inside (3) and after (4) its first number, and
# inside of others (5).
_FORWARDS: tuple[_Transition, ...] = (
    *((state, kind, state, 0.0) for state in (0, 2, 4) for kind in (_SPECK, _RUBBISH)),
    *((state, kind, state, 0.0) for state in (1, 3, 5) for kind in (_ANY_DIGIT, _SPECK)),
    (0, _ANY_DIGIT, 1, -FOREIGN_NUMBER_PENALTY),
    (1, _RUBBISH, 0, 0.0),
    (2, _ANY_DIGIT, 3, 0.0),
    (3, _RUBBISH, 4, 0.0),
    (4, _ANY_DIGIT, 5, -FOREIGN_NUMBER_PENALTY),
    (5, _RUBBISH, 4, 0.0),
)
_FORWARD_START = (0.0, -np.inf, 0.0, -np.inf, -np.inf, -np.inf)
# From the end of the line back to a code: only specks since the code (0), outside of numbers (1), inside one (2).
_BACKWARDS: tuple[_Transition, ...] = (
    (0, _SPECK, 0, 0.0),
    (1, _RUBBISH, 0, 0.0),
    (1, _SPECK, 1, 0.0),
    (1, _RUBBISH, 1, 0.0),
    (2, _ANY_DIGIT, 1, -FOREIGN_NUMBER_PENALTY),
    (2, _ANY_DIGIT, 2, 0.0),
    (2, _SPECK, 2, 0.0),
    (1, _RUBBISH, 2, 0.0),
)
_BACKWARD_START = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class SegmentLattice(Stepped):
    """A segmentation graph with its scores as a `Lattice`; build it with `segment_lattice`.

    arcs: float64 [pieces, classes, places], score of the arc that begins at a place and holds so many pieces (from 1
    on), -inf where there is none. Only single pieces are specks (blank).
    """

    graph: SegmentationGraph
    alphabet: str
    arcs: FloatArray
    around: Surroundings

    equal_may_touch = True

    @property
    def places(self) -> int:
        """Number of cuts, both edges included."""
        return len(self.graph.cuts)

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
        reached, came = [0.0] + [-np.inf] * (self.places - 1), [-1] * self.places
        # In order of their sources, so that a node is final when the first arc leaves it.
        for arc, (source, end) in enumerate(zip(graph.source.tolist(), graph.destination.tolist(), strict=True)):
            if reached[source] + scores[arc] > reached[end]:
                reached[end], came[end] = reached[source] + scores[arc], arc
        arcs = []
        place = self.places - 1
        while place:
            arcs.append(came[place])
            place = int(graph.source[came[place]])
        return arcs[::-1]

    @property
    def _best(self) -> tuple[IntArray, FloatArray]:
        """Best class of each arc, and its score: [pieces, places] both."""
        return self.arcs.argmax(axis=1), self.arcs.max(axis=1)

    def character(self, add: np.ufunc, begins: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        ended = np.full((len(chars), self.places), -np.inf)
        for length, scores in enumerate(self.arcs[: self.places - 1], start=1):
            ways = begins[:, :-length] + scores[chars, :-length]
            add(ended[:, length:], ways, out=ended[:, length:])
        return ended

    def character_back(self, add: np.ufunc, ended: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        begins = np.full((len(chars), self.places), -np.inf)
        for length, scores in enumerate(self.arcs[: self.places - 1], start=1):
            ways = ended[:, length:] + scores[chars, :-length]
            add(begins[:, :-length], ways, out=begins[:, :-length])
        return begins

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Middle of the segment that ends there and fits the character best, and the character's share of its classes.

        A begin that is not before the end counts as the cut before it.
        """
        ways = np.flatnonzero((self.graph.destination == end) & (self.graph.source >= min(begin, end - 1)))
        scores = self.arcs[end - self.graph.source[ways] - 1, :, self.graph.source[ways]]
        best = int(scores[:, char].argmax())
        middle = (self.graph.left_px[ways[best]] + self.graph.right_px[ways[best]]) / 2
        share = scores[best, char] - np.logaddexp.reduce(scores[best])
        return float(middle), float(np.exp(min(float(share), 0.0)))

    @property
    def _marks(self) -> FloatArray:
        """Score of each piece as a mark: float64 [places - 1]."""
        return self.arcs[0, len(self.alphabet) + 1, :-1]

    def at(self, costs: Costs) -> SegmentLattice:
        """As in `Lattice`; over-segmentation knows the foreign number's cost alone, which is the same for all."""
        return self

    def _between(self, add: np.ufunc, junction: int) -> FloatArray:
        """Running sums over single pieces: of specks, or of specks and marks."""
        specks = self.arcs[0, len(self.alphabet), :-1]
        return running(add(specks, self._marks) if junction == OPEN else specks)


class SegmentRecogniser:
    """The road from a strip to a lattice by over-segmentation, with the scanner as recogniser of the segments."""

    def __init__(self, scanner: Scanner) -> None:
        self._recognise = ArcRecogniser(scanner)

    def __call__(self, strip: Strip) -> SegmentLattice:
        """Lattice of a strip; raises PosteyeError when it is wider than the model's widest."""
        graph = segment(strip.pixels)
        return segment_lattice(graph, self._recognise(strip, graph), self._recognise.alphabet)


def segment_lattice(graph: SegmentationGraph, scores: FloatArray, alphabet: str) -> SegmentLattice:
    """Make the lattice of a segmentation graph; scores: float64 [arcs, classes], as from `ArcRecogniser`."""
    arcs = np.full((MOST_PIECES, len(alphabet) + 2, len(graph.cuts)), -np.inf)
    arcs[graph.destination - graph.source - 1, :, graph.source] = scores
    arcs[1:, len(alphabet)] = -np.inf
    kinds = np.stack([np.logaddexp.reduce(arcs[:, : len(alphabet)], axis=1), *arcs[:, len(alphabet) :].swapaxes(0, 1)])
    forwards = _sweep(kinds, _FORWARDS, _FORWARD_START)
    mirrored = np.full_like(kinds, -np.inf)
    for row in range(min(MOST_PIECES, len(graph.cuts) - 1)):
        begins = len(graph.cuts) - 1 - row
        mirrored[:, row, :begins] = kinds[:, row, :begins][:, ::-1]
    backwards = _sweep(mirrored, _BACKWARDS, _BACKWARD_START)[::-1]
    free = float(np.logaddexp.reduce(forwards[-1, 2:]))
    return SegmentLattice(graph, alphabet, arcs, Surroundings(settle(forwards[:, 0]), settle(backwards[:, 0]), free))


def _sweep(kinds: FloatArray, transitions: tuple[_Transition, ...], start: tuple[float, ...]) -> FloatArray:
    """Forward scores of all ways through arcs and states, by place and state: float64 [places, states].

    kinds: float64 [kinds, pieces, places], score of each arc as each kind of thing.
    Source: the forward scorer, LeCun et al. 1998, section VI-E.
    """
    ordered = sorted(transitions, key=lambda transition: transition[2])
    source, kind, destination = (np.array(column) for column in list(zip(*ordered, strict=True))[:3])
    first = np.searchsorted(destination, np.arange(len(start)))
    steps = kinds[kind] + np.array([prior for *_, prior in ordered])[:, None, None]
    most = kinds.shape[1]
    reached = np.full((kinds.shape[2], len(start)), -np.inf)
    reached[0] = start
    for place in range(1, len(reached)):
        length = np.arange(min(most, place))
        begin = place - 1 - length
        ways = reached[begin][:, source].T + steps[:, length, begin]
        reached[place] = np.logaddexp.reduceat(np.logaddexp.reduce(ways, axis=1), first)
    return reached
