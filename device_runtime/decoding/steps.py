"""From one character to the next, through what stands between them: forwards, and backwards for all completions."""

from __future__ import annotations

import numpy as np

from device_runtime.decoding.decoding_graph import DecodingGraph, Layer
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN, FloatArray, IntArray, Lattice


def begin_next(
    add: np.ufunc,
    graph: DecodingGraph,
    lattice: Lattice,
    ended: FloatArray,
    last: IntArray,
    parent: IntArray,
    arcs: IntArray,
    *,
    blanks_only: bool = False,
) -> FloatArray:
    """Scores where the character of each arc may begin.

    Args:
        add: the semiring's sum.
        graph: the grammar's decoding graph.
        lattice: of the strip.
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
        begins = lattice.gap(add, ended, kind).take(parent, axis=0)
    else:
        junction = graph.junction.take(arcs)
        begins = np.empty((len(parent), lattice.nodes))
        for kind in graph.junctions:
            rows = (junction == kind).nonzero()[0]
            if len(rows):
                begins[rows] = lattice.gap(add, ended, kind).take(parent.take(rows), axis=0)
        parted |= junction == MARKED
    touching = ended.take(parent, axis=0)
    touching[parted] = -np.inf
    return np.asarray(add(begins, touching, out=begins))


def completions(add: np.ufunc, graph: DecodingGraph, lattice: Lattice) -> list[FloatArray]:
    """Scores of what may follow a character until the end of the line, summed by `add`, in the relaxed grammar.

    Returns:
        By the number of characters written, from 1 on: float64 [characters or 1, nodes] each. Rows are the last
        character written; there is one row where it makes no difference.
    """
    longest = min(len(graph.layers), lattice.nodes)
    found = [np.full((1, lattice.nodes), -np.inf)]
    for layer in graph.layers[longest - 1 : 0 : -1]:
        found.append(_before_next(add, graph, layer, lattice, found[-1]))
    return found[:0:-1]


def _before_next(
    add: np.ufunc, graph: DecodingGraph, layer: Layer, lattice: Lattice, following: FloatArray
) -> FloatArray:
    """Completions after a character, from those after the one that follows it."""
    # The code may end here: float64 [1, nodes].
    best = (lattice.after + layer.end)[None] if layer.end > -np.inf else None
    for junction, chars, gains in zip((PLAIN, OPEN, MARKED), layer.chars, layer.gains, strict=True):
        if not len(chars):
            continue
        # Completions where each next character begins: [chars, nodes].
        ended = following if len(following) == 1 else following.take(chars, axis=0)
        begins = lattice.character_back(add, ended, chars)
        begins += gains[:, None]
        # Through a gap, whichever comes next: [1, nodes]; or touching, which an equal one may not: [characters, nodes].
        any_begins = add.reduce(begins, axis=0, keepdims=True)
        ways = lattice.gap_back(add, any_begins, junction)
        if junction != MARKED:
            ways = add(ways, _others(add, begins, chars, len(graph.alphabet)))
        best = ways if best is None else add(best, ways)
    assert best is not None  # every node of a grammar goes on or ends
    return best


def _others(add: np.ufunc, begins: FloatArray, chars: IntArray, characters: int) -> FloatArray:
    """For each last character, the beginnings of all others: float64 [characters, nodes]."""
    rows = begins
    if len(chars) < characters:
        rows = np.full((characters, begins.shape[1]), -np.inf)
        rows[chars] = begins
    # All rows above each one, then all below it.
    others = np.full_like(rows, -np.inf)
    add.accumulate(rows[:-1], axis=0, out=others[1:])
    below = add.accumulate(rows[:0:-1], axis=0)[::-1]
    add(others[:-1], below, out=others[:-1])
    return others
