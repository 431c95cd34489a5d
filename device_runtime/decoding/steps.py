"""From one character to the next, through what stands between them: forwards, and backwards for all completions."""

from __future__ import annotations

import numpy as np

from device_runtime.decoding.decoding_graph import DecodingGraph, Layer
from device_runtime.exact import FloatArray
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN, IntArray, Walk
from device_runtime.recognition.semiring import MAX_PLUS, Semiring


def begin_next(
    graph: DecodingGraph,
    walk: Walk,
    ended: FloatArray,
    last: IntArray,
    parent: IntArray,
    arcs: IntArray,
    *,
    blanks_only: bool = False,
) -> FloatArray:
    """Scores where the character of each arc may begin.

    Args:
        graph: the grammar's decoding graph.
        walk: through the strip's lattice.
        ended: float64 [n, nodes], scores where the characters before have ended.
        last: int [n], the arcs that wrote these.
        parent: int [arcs], the row of `ended` that each arc goes on from.
        arcs: int [arcs], the arcs to take.
        blanks_only: nothing but blanks may stand in the place of a separator.

    Returns:
        float64 [arcs, nodes].
    """
    # Touching the character before, unless both are equal or a mark must stand between them.
    parted = graph.char.take(arcs) == graph.char.take(last).take(parent)
    # Through a gap, which depends on the row and the kind of junction alone: it is made before rows are repeated.
    if blanks_only or len(graph.junctions) == 1:
        kind = PLAIN if blanks_only else graph.junctions[0]
        begins = walk.gap(ended, kind).take(parent, axis=0)
    else:
        junction = graph.junction.take(arcs)
        begins = np.empty((len(parent), ended.shape[-1]))
        for kind in graph.junctions:
            rows = (junction == kind).nonzero()[0]
            if len(rows):
                begins[rows] = walk.gap(ended, kind).take(parent.take(rows), axis=0)
        parted |= junction == MARKED
    touching = ended.take(parent, axis=0)
    touching[parted] = walk.semiring.zero
    return np.asarray(walk.semiring.add(begins, touching, out=begins))


def completions(graph: DecodingGraph, walk: Walk) -> list[FloatArray]:
    """Scores of what may follow a character until the end of the line, in the relaxed grammar.

    Returns:
        By the number of characters written, from 1 on: float64 [characters or 1, nodes] each. Rows are the last
        character written; there is one row where it makes no difference.
    """
    nodes = len(walk.after)
    longest = min(len(graph.layers), nodes)
    found = [np.full((1, nodes), walk.semiring.zero)]
    for layer in graph.layers[longest - 1 : 0 : -1]:
        found.append(_before_next(graph, layer, walk, found[-1]))
    return found[:0:-1]


def _before_next(graph: DecodingGraph, layer: Layer, walk: Walk, following: FloatArray) -> FloatArray:
    """Completions after a character, from those after the one that follows it."""
    add, times = walk.semiring.add, walk.semiring.times
    in_logs = walk.semiring is MAX_PLUS
    # The code may end here: float64 [1, nodes].
    best = times(walk.after, layer.end if in_logs else layer.end_factor)[None] if layer.end > -np.inf else None
    priors = layer.gains if in_logs else layer.factors
    for junction, chars, prior in zip((PLAIN, OPEN, MARKED), layer.chars, priors, strict=True):
        if not len(chars):
            continue
        # Completions where each next character begins: [chars, nodes].
        ended = following if len(following) == 1 else following.take(chars, axis=0)
        begins = times(walk.character_back(ended, chars), prior[:, None])
        # Through a gap, whichever comes next: [1, nodes]; or touching, which an equal one may not: [characters, nodes].
        ways = walk.gap_back(walk.semiring.total(begins, axis=0)[None], junction)
        if junction != MARKED:
            ways = add(ways, _others(walk.semiring, begins, chars, len(graph.alphabet)))
        best = ways if best is None else add(best, ways)
    assert best is not None  # every node of a grammar goes on or ends
    return best


def _others(semiring: Semiring, begins: FloatArray, chars: IntArray, characters: int) -> FloatArray:
    """For each last character, the beginnings of all others: float64 [characters, nodes]."""
    add, rows = semiring.add, begins
    if len(chars) < characters:
        rows = np.full((characters, begins.shape[1]), semiring.zero)
        rows[chars] = begins
    # All rows above each one, then all below it.
    others = np.full_like(rows, semiring.zero)
    add.accumulate(rows[:-1], axis=0, out=others[1:])
    below = add.accumulate(rows[:0:-1], axis=0)[::-1]
    add(others[:-1], below, out=others[:-1])
    return others
