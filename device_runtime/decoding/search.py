"""The search for the best distinct codes of a grammar in a lattice: exact, by completions and prefixes.

Backwards through the relaxed grammar (`plan.py`) goes one pass for the score of the best completion of any code, by the
number of characters written and the last of them. Forwards, codes are written character by character. Score so far plus
best completion bounds what a prefix can come to, so of all prefixes of one length the best few are kept. As many as
there are codes wanted are enough where nothing was relaxed; elsewhere more are kept until no prefix that was dropped
could have come to one of the codes found, or the search has become as wide as it may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from device_runtime.decoding.decoding_graph import Layer, Plan
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN, FloatArray, IntArray, Lattice

# How many prefixes of one length are kept where the grammar was relaxed, one after the other until it is proof.
# The last takes half a second; where it is no proof either, its best codes are taken for the best.
_WIDTHS = (16, 64, 256, 1024)
# Prefixes are written in blocks of so many numbers at most, so that a wide search in a long line takes little memory.
_BLOCK_CELLS = 1 << 18
_DROP_SEPARATORS = str.maketrans("", "", SEPARATORS)


@dataclass(frozen=True, eq=False)
class Found:
    """A code and its best path in the lattice.

    score: Viterbi score (log-probability) with the code's log-prior in it. arcs: of the plan, one a character of the
    alphabet. through: for each of these the score of the best path on which it ends at a place, float64 [places].
    """

    code: str
    score: float
    prior: float
    arcs: tuple[int, ...]
    through: tuple[FloatArray, ...]

    @property
    def ends(self) -> tuple[int, ...]:
        """The place at which each character of the alphabet ends, each behind the one before.

        Of the best path where it is the best of all; a lesser code's characters may be a place off, since `through`
        knows the best completion of any code.
        """
        ends: list[int] = []
        for scores in reversed(self.through):
            ends.append(int(scores[: ends[-1] if ends else None].argmax()))
        return tuple(reversed(ends))


def best_codes(plan: Plan, lattice: Lattice, wanted: int, reserve: int = 0) -> list[Found]:
    """Find the best distinct codes, best first; fewer than wanted when fewer fit in the lattice.

    reserve: how many further codes to give where they are found, without proof that there are none better.
    Codes that differ in separators alone are the same writing: the better one is kept, at a tie the one without.
    What stands around a code counts by its forward score, the code by its best path.
    """
    completions = _complete(np.maximum, plan, lattice)
    asked = wanted + reserve
    room = 2 * asked if MARKED in plan.junctions else asked
    for width in (room,) if plan.exact else [max(room, width) for width in _WIDTHS]:
        found, dropped = _write(plan, lattice, completions, asked, width)
        if plan.exact or dropped == -np.inf or (len(found) >= wanted and found[wanted - 1].score >= dropped):
            break
    return found


def mass_of_all(plan: Plan, lattice: Lattice) -> float:
    """Log mass of all codes of a grammar together, of which nothing was relaxed (`plan.exact`)."""
    completions = _complete(np.logaddexp, plan, lattice)
    if not completions:
        return -np.inf
    chars, gains = plan.layers[0].chars[PLAIN], plan.layers[0].gains[PLAIN]
    ended = lattice.character(np.logaddexp, lattice.before[None], chars)
    completion = completions[0] if len(completions[0]) == 1 else completions[0].take(chars, axis=0)
    return float(np.logaddexp.reduce(ended + completion + gains[:, None], axis=None))


def _complete(add: np.ufunc, plan: Plan, lattice: Lattice) -> list[FloatArray]:
    """Completions, summed by `add`, by number of characters written, from 1 on: float64 [characters or 1, places] each.

    Rows are the last character written; there is one row where it makes no difference.
    """
    longest = min(len(plan.layers), lattice.places)
    completions = [np.full((1, lattice.places), -np.inf)]
    for layer in plan.layers[longest - 1 : 0 : -1]:
        completions.append(_before_next(add, plan, layer, lattice, completions[-1]))
    return completions[:0:-1]


def _before_next(add: np.ufunc, plan: Plan, layer: Layer, lattice: Lattice, following: FloatArray) -> FloatArray:
    """Completions after a character, from those after the one that follows it."""
    best = (lattice.after + layer.end)[None] if layer.end > -np.inf else None
    for junction, chars, gains in zip((PLAIN, OPEN, MARKED), layer.chars, layer.gains, strict=True):
        if not len(chars):
            continue
        ended = following if len(following) == 1 else following.take(chars, axis=0)
        begins = lattice.character_back(add, ended, chars)
        begins += gains[:, None]
        any_begins = add.reduce(begins, axis=0, keepdims=True)
        ways = lattice.apart_back(add, any_begins, junction)
        if junction != MARKED:
            touching = any_begins if lattice.equal_may_touch else _others(add, begins, chars, len(plan.alphabet))
            ways = add(ways, touching)
        best = ways if best is None else add(best, ways)
    assert best is not None  # every node of a grammar goes on or ends
    return best


def _others(add: np.ufunc, begins: FloatArray, chars: IntArray, characters: int) -> FloatArray:
    """For each last character, the beginnings of all others: float64 [characters, places]."""
    rows = begins
    if len(chars) < characters:
        rows = np.full((characters, begins.shape[1]), -np.inf)
        rows[chars] = begins
    others = np.full_like(rows, -np.inf)
    add.accumulate(rows[:-1], axis=0, out=others[1:])
    later = add.accumulate(rows[:0:-1], axis=0)[::-1]
    add(others[:-1], later, out=others[:-1])
    return others


@dataclass(frozen=True, eq=False)
class _Prefixes:
    """The prefixes of one length that were kept, best first.

    parent: for each the row of the prefix before it. arc: its last arc of the plan, int [n]. ended: where it has ended,
    float64 [n, places], priors left out. prior: its log-prior.
    """

    parent: IntArray
    arc: IntArray
    ended: FloatArray
    prior: FloatArray


@dataclass(frozen=True)
class _Code:
    """A code that was written: its score, log-prior, and which of the prefixes of its length it is."""

    code: str
    score: float
    prior: float
    length: int
    row: int


def _write(
    plan: Plan, lattice: Lattice, completions: list[FloatArray], wanted: int, width: int
) -> tuple[list[Found], float]:
    """Write codes with so many prefixes of one length; also the best bound of a prefix that was dropped."""
    levels: list[_Prefixes] = []
    found: dict[str, _Code] = {}
    best: list[_Code] = []
    dropped = -np.inf
    for completion in completions:
        last = levels[-1] if levels else None
        if last:
            parent, arcs = _arcs_of(plan, plan.destination.take(last.arc))
            prior = last.prior.take(parent) + plan.gain.take(arcs)
        else:
            arcs = np.arange(plan.leaving[0], plan.leaving[1])
            parent, prior = np.zeros_like(arcs), plan.gain.take(arcs)
        size = max(1, _BLOCK_CELLS // lattice.places)
        bounds = []
        for at in range(0, len(arcs), size):
            rows = slice(at, at + size)
            ended = _extend(plan, lattice, last, parent[rows], arcs[rows])
            bounds.append((ended + _of_last(plan, completion, arcs[rows])).max(axis=1) + prior[rows])
        bound = np.concatenate([np.zeros(0), *bounds])
        kept = (-bound).argsort(kind="stable")
        if len(kept) > width:
            dropped = max(dropped, float(bound[kept[width]]))
            kept = kept[:width]
        kept = kept[bound.take(kept) > -np.inf]
        if not len(kept):  # none fits, or all that did end here
            break
        parent, prior = parent.take(kept), prior.take(kept)
        if len(bounds) == 1:
            ended, arcs = ended.take(kept, axis=0), arcs.take(kept)
        else:
            arcs = arcs.take(kept)
            ended = _extend(plan, lattice, last, parent, arcs)
        levels.append(_Prefixes(parent, arcs, ended, prior))
        if plan.layers[len(levels)].end > -np.inf and _collect(plan, lattice, levels, found):
            best = sorted(found.values(), key=lambda code: -code.score)[:wanted]
            if len(best) == wanted and best[-1].score >= bound[kept[0]]:
                break
    return [_trace(plan, lattice, completions, levels, code) for code in best], dropped


def _extend(plan: Plan, lattice: Lattice, last: _Prefixes | None, parent: IntArray, arcs: IntArray) -> FloatArray:
    """Where prefixes have ended that go on by arcs from the rows `parent` of the last ones: float64 [arcs, places]."""
    if last is None:
        begins = lattice.before[None]
    else:
        mine = slice(int(parent.min()), int(parent.max()) + 1)
        begins = begin_next(np.maximum, plan, lattice, last.ended[mine], last.arc[mine], parent - mine.start, arcs)
    return lattice.character(np.maximum, begins, plan.char.take(arcs))


def _of_last(plan: Plan, completion: FloatArray, arcs: IntArray) -> FloatArray:
    """The completions that follow the characters of arcs: float64 [arcs or 1, places]."""
    return completion if len(completion) == 1 else completion.take(plan.char.take(arcs), axis=0)


def _trace(plan: Plan, lattice: Lattice, completions: list[FloatArray], levels: list[_Prefixes], code: _Code) -> Found:
    """A code with its arcs and the scores along them."""
    arcs: list[int] = []
    through: list[FloatArray] = []
    row = code.row
    for length in range(code.length, 0, -1):
        level = levels[length - 1]
        arc = level.arc[row : row + 1]
        onward = lattice.after if length == code.length else _of_last(plan, completions[length - 1], arc)[0]
        arcs.append(int(arc[0]))
        through.append(level.ended[row] + onward)
        row = int(level.parent[row])
    return Found(code.code, code.score, code.prior, tuple(arcs[::-1]), tuple(through[::-1]))


def _arcs_of(plan: Plan, node: IntArray) -> tuple[IntArray, IntArray]:
    """All arcs that leave the nodes: the index of the node each leaves, and the arc, int [arcs] both."""
    if len(node) == 1:
        arcs = np.arange(plan.leaving[node[0]], plan.leaving[node[0] + 1])
        return np.zeros_like(arcs), arcs
    counts = plan.leaving[node + 1] - plan.leaving[node]
    parent = np.arange(len(node)).repeat(counts)
    start = plan.leaving[node] - (counts.cumsum() - counts)
    return parent, start.take(parent) + np.arange(len(parent))


def begin_next(
    add: np.ufunc,
    plan: Plan,
    lattice: Lattice,
    ended: FloatArray,
    last: IntArray,
    parent: IntArray,
    arcs: IntArray,
    *,
    blanks_only: bool = False,
) -> FloatArray:
    """Where the character of each arc may begin: float64 [arcs, places].

    ended: float64 [n, places] after the arcs `last`, int [n]; an arc goes on from the row `parent`, int [arcs].
    blanks_only: nothing but blanks may stand in the place of a separator.
    """
    apart = None
    if blanks_only or len(plan.junctions) == 1:
        kind = PLAIN if blanks_only else plan.junctions[0]
        begins = lattice.apart(add, ended, kind).take(parent, axis=0)
    else:
        junction = plan.junction.take(arcs)
        begins = np.empty((len(parent), lattice.places))
        for kind in plan.junctions:
            rows = (junction == kind).nonzero()[0]
            if len(rows):
                begins[rows] = lattice.apart(add, ended, kind).take(parent.take(rows), axis=0)
        apart = junction == MARKED
    if not lattice.equal_may_touch:
        equal = plan.char.take(arcs) == plan.char.take(last).take(parent)
        apart = equal if apart is None else apart | equal
    touching = ended.take(parent, axis=0)
    if apart is not None:
        touching[apart] = -np.inf
    return np.asarray(add(begins, touching, out=begins))


def _collect(plan: Plan, lattice: Lattice, levels: list[_Prefixes], found: dict[str, _Code]) -> bool:
    """Put those of the longest prefixes that are codes to the others found; tells whether there are any."""
    last = levels[-1]
    end = plan.end.take(plan.destination.take(last.arc))
    codes = (end > -np.inf).nonzero()[0]
    if not len(codes):
        return False
    prior = last.prior.take(codes) + end.take(codes)
    scores = (last.ended.take(codes, axis=0) + lattice.after).max(axis=1) + prior
    for row, score, log_prior in zip(codes.tolist(), scores.tolist(), prior.tolist(), strict=True):
        if score == -np.inf:
            continue
        arcs, at = [], row
        for level in reversed(levels):
            arcs.append(int(level.arc[at]))
            at = int(level.parent[at])
        code = plan.write(arcs[::-1])
        bare = code.translate(_DROP_SEPARATORS)
        known = found.get(bare)
        # At a tie the shorter one, which has no separator.
        if known is None or (score, -len(code)) > (known.score, -len(known.code)):
            found[bare] = _Code(code, score, log_prior, len(levels), row)
    return True


def masses(plan: Plan, lattice: Lattice, codes: Sequence[tuple[int, ...]], *, blanks_only: bool = False) -> FloatArray:
    """Forward score (log mass, priors left out) of codes given by their arcs of the plan: float64 [codes].

    blanks_only: count only paths on which nothing but blanks stands in the place of a separator.
    """
    lengths = np.array([len(arcs) for arcs in codes])
    longest = int(lengths.max())
    steps = np.array([(*arcs, *[0] * (longest - len(arcs))) for arcs in codes], dtype=np.intp).T
    rows = np.arange(len(codes))
    total = np.full(len(codes), -np.inf)
    ended = begins = lattice.before[None].repeat(len(codes), axis=0)
    for step, arcs in enumerate(steps, start=1):
        if step > 1:
            begins = begin_next(
                np.logaddexp, plan, lattice, ended, steps[step - 2], rows, arcs, blanks_only=blanks_only
            )
        ended = lattice.character(np.logaddexp, begins, plan.char.take(arcs))
        over = (lengths == step).nonzero()[0]
        if len(over):
            total[over] = np.logaddexp.reduce(ended.take(over, axis=0) + lattice.after, axis=1)
    return total
