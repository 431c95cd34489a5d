"""The search for the best distinct codes of a grammar in a lattice: exact, by completions and prefixes.

Backwards through the relaxed grammar (`decoding_graph.py`) goes one pass for the score of the best completion of any
code, by the number of characters written and the last of them. Forwards, codes are written character by character.
Score so far plus best completion bounds what a prefix can come to, so of all prefixes of one length the best few are
kept. As many as there are codes wanted are enough where nothing was relaxed; elsewhere more are kept until no prefix
that was dropped could have come to one of the codes found, or the search has become as wide as it may.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.decoding.decoding_graph import DecodingGraph
from device_runtime.decoding.steps import begin_next, completions
from device_runtime.exact import FloatArray
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.recognition.lattice import MARKED, IntArray, Lattice, Walk

# How many prefixes of one length are kept where the grammar was relaxed, one after the other until it is proof.
# The last takes half a second; where it is no proof either, its best codes are taken for the best.
_WIDTHS = (16, 64, 256, 1024)
# Prefixes are written in blocks of so many numbers at most, so that a wide search in a long line takes little memory.
_BLOCK_CELLS = 1 << 18
_DROP_SEPARATORS = str.maketrans("", "", SEPARATORS)


@dataclass(frozen=True, eq=False)
class Code:
    """A code of a grammar.

    Attributes:
        code: the code, separators included.
        prior: its log-prior.
        arcs: of the decoding graph, one a character of the alphabet.
    """

    code: str
    prior: float
    arcs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class FoundCode(Code):
    """A code and its best path in the lattice.

    Attributes:
        score: Viterbi score (log-probability) with the code's log-prior in it.
        through: for each of these the score of the best path on which it ends at a node, float64 [nodes].
    """

    score: float
    through: tuple[FloatArray, ...]

    @property
    def ends(self) -> tuple[int, ...]:
        """The node at which each character of the alphabet ends, each behind the one before.

        Of the best path where it is the best of all; a lesser code's characters may be a node off, since `through`
        knows the best completion of any code.
        """
        ends: list[int] = []
        for scores in reversed(self.through):
            ends.append(int(scores[: ends[-1] if ends else None].argmax()))
        return tuple(reversed(ends))


def best_codes(graph: DecodingGraph, lattice: Lattice, wanted: int, reserve: int = 0) -> list[FoundCode]:
    """Find the best distinct codes, best first; fewer than wanted when fewer fit in the lattice.

    Codes that differ in separators alone are the same writing: the better one is kept, at a tie the one without.
    What stands around a code counts by its forward score, the code by its best path.

    Args:
        graph: the grammar's decoding graph.
        lattice: of the strip.
        wanted: how many codes.
        reserve: how many further codes to give where they are found, without proof that there are none better.
    """
    onward = completions(graph, lattice.best)
    asked = wanted + reserve
    room = 2 * asked if MARKED in graph.junctions else asked
    for width in (room,) if graph.exact else [max(room, width) for width in _WIDTHS]:
        found, dropped = _Search(graph, lattice.best, onward).run(asked, width)
        if graph.exact or dropped == -np.inf or (len(found) >= wanted and found[wanted - 1].score >= dropped):
            break
    return found


@dataclass(frozen=True, eq=False)
class _Prefixes:
    """The prefixes of one length that were kept, best first.

    Attributes:
        parent: int [n], for each the row of the prefix before it.
        arc: int [n], its last arc of the decoding graph.
        ended: float64 [n, nodes], scores where it has ended, priors left out.
        prior: float64 [n], its log-prior.
    """

    parent: IntArray
    arc: IntArray
    ended: FloatArray
    prior: FloatArray


@dataclass(frozen=True)
class _Written:
    """A code that was written: its score, log-prior, and which of the prefixes of its length it is."""

    code: str
    score: float
    prior: float
    length: int
    row: int


class _Search:
    """One search of a fixed width.

    Args:
        graph: the grammar's decoding graph.
        walk: through the strip's lattice.
        onward: its completions.
    """

    def __init__(self, graph: DecodingGraph, walk: Walk, onward: list[FloatArray]) -> None:
        self._graph = graph
        self._walk = walk
        self._onward = onward
        self._levels: list[_Prefixes] = []  # by number of characters
        self._written: list[_Written] = []  # best first

    def run(self, wanted: int, width: int) -> tuple[list[FoundCode], float]:
        """Write codes with so many prefixes of one length; also the best bound of a prefix that was dropped."""
        dropped = -np.inf
        for completion in self._onward:
            parent, arcs, prior = self._extensions()
            bound, ended = self._bounds(parent, arcs, prior, completion)
            # The best of them: int [kept], rows of all extensions.
            kept = (-bound).argsort(kind="stable")
            if len(kept) > width:
                dropped = max(dropped, float(bound[kept[width]]))
                kept = kept[:width]
            kept = kept[bound.take(kept) > -np.inf]
            if not len(kept):  # none fits, or all that did end here
                break
            parent, arcs, prior = parent.take(kept), arcs.take(kept), prior.take(kept)
            ended = self._extend(parent, arcs) if ended is None else ended.take(kept, axis=0)
            self._levels.append(_Prefixes(parent, arcs, ended, prior))
            if self._graph.layers[len(self._levels)].end > -np.inf and self._collect(wanted):
                best = self._written
                if len(best) == wanted and best[-1].score >= bound[kept[0]]:
                    break
        return [self._trace(code) for code in self._written], dropped

    def _extensions(self) -> tuple[IntArray, IntArray, FloatArray]:
        """All ways to write one character more: [extensions] each.

        Returns:
            The row of the prefix that each goes on from, its arc, and its log-prior.
        """
        graph = self._graph
        if not self._levels:
            arcs = np.arange(graph.leaving[0], graph.leaving[1])
            return np.zeros_like(arcs), arcs, graph.gain.take(arcs)
        last = self._levels[-1]
        parent, arcs = graph.arcs_leaving(graph.destination.take(last.arc))
        return parent, arcs, last.prior.take(parent) + graph.gain.take(arcs)

    def _bounds(
        self, parent: IntArray, arcs: IntArray, prior: FloatArray, completion: FloatArray
    ) -> tuple[FloatArray, FloatArray | None]:
        """What extensions can come to at best, float64 [extensions], in blocks of _BLOCK_CELLS.

        Returns:
            The bounds, and where the extensions have ended, as `_extend` gives it: None where it took several blocks.
        """
        size = max(1, _BLOCK_CELLS // len(self._walk.after))
        bounds = [np.zeros(0)]
        ended = None
        for at in range(0, len(arcs), size):
            rows = slice(at, at + size)
            ended = self._extend(parent[rows], arcs[rows])
            bounds.append((ended + self._after(completion, arcs[rows])).max(axis=1) + prior[rows])
        return np.concatenate(bounds), ended if len(bounds) == 2 else None

    def _extend(self, parent: IntArray, arcs: IntArray) -> FloatArray:
        """Scores where prefixes have ended that go on by arcs from rows of the last level: float64 [arcs, nodes]."""
        if self._levels:
            last = self._levels[-1]
            mine = slice(int(parent.min()), int(parent.max()) + 1)
            begins = begin_next(self._graph, self._walk, last.ended[mine], last.arc[mine], parent - mine.start, arcs)
        else:
            begins = self._walk.before[None]
        return self._walk.character(begins, self._graph.char.take(arcs))

    def _after(self, completion: FloatArray, arcs: IntArray) -> FloatArray:
        """The completions that follow the characters of arcs: float64 [arcs or 1, nodes]."""
        return completion if len(completion) == 1 else completion.take(self._graph.char.take(arcs), axis=0)

    def _collect(self, wanted: int) -> bool:
        """Put those of the longest prefixes that are codes among the best; tells whether there are any."""
        last = self._levels[-1]
        # Log-prior of ending after each prefix; rows of those that are codes.
        end = self._graph.end.take(self._graph.destination.take(last.arc))
        rows = (end > -np.inf).nonzero()[0]
        if not len(rows):
            return False
        prior = last.prior.take(rows) + end.take(rows)
        scores = (last.ended.take(rows, axis=0) + self._walk.after).max(axis=1) + prior
        for row, score, log_prior in zip(rows.tolist(), scores.tolist(), prior.tolist(), strict=True):
            if score == -np.inf:
                continue
            code = self._graph.write([arc for arc, _ in self._back(len(self._levels), row)])
            self._insert(_Written(code, score, log_prior, len(self._levels), row), wanted)
        return True

    def _insert(self, new: _Written, wanted: int) -> None:
        """Put a code behind all that are as good; of the same writing the better one stays."""
        bare = new.code.translate(_DROP_SEPARATORS)
        known = next((code for code in self._written if code.code.translate(_DROP_SEPARATORS) == bare), None)
        if known is not None:
            # At a tie the shorter one, which has no separator.
            if (new.score, -len(new.code)) <= (known.score, -len(known.code)):
                return
            self._written.remove(known)
        place = sum(code.score >= new.score for code in self._written)
        self._written.insert(place, new)
        del self._written[wanted:]

    def _back(self, length: int, row: int) -> list[tuple[int, int]]:
        """The arcs of a prefix in order, and the row of its level that each leads to."""
        found = []
        for level in reversed(self._levels[:length]):
            found.append((int(level.arc[row]), row))
            row = int(level.parent[row])
        return found[::-1]

    def _trace(self, written: _Written) -> FoundCode:
        """A code with its arcs and the scores along them."""
        path = self._back(written.length, written.row)
        through: list[FloatArray] = []
        for level, (arc, row), completion in zip(self._levels, path, self._onward, strict=False):
            onward = self._after(completion, np.array([arc]))[0] if len(through) + 1 < len(path) else self._walk.after
            through.append(level.ended[row] + onward)
        return FoundCode(written.code, written.prior, tuple(arc for arc, _ in path), written.score, tuple(through))
