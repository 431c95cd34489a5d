"""Forward scores of codes: of given ones, and of a whole grammar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from device_runtime.decoding.decoding_graph import DecodingGraph
from device_runtime.decoding.steps import begin_next, completions
from device_runtime.exact import FloatArray, sum_in_order, sums_in_order
from device_runtime.recognition.lattice import PLAIN, Lattice


def masses(
    graph: DecodingGraph, lattice: Lattice, codes: Sequence[tuple[int, ...]], *, blanks_only: bool = False
) -> FloatArray:
    """Forward scores (masses, priors left out) of codes, in the unit of `lattice.free_mass`.

    Args:
        graph: the grammar's decoding graph.
        lattice: of the strip.
        codes: each by its arcs of the graph.
        blanks_only: count only paths on which nothing but blanks stands in the place of a separator.

    Returns:
        float64 [codes].
    """
    walk = lattice.sums
    # The arcs of all codes step by step, int [steps, codes]; shorter codes are filled up with arc 0.
    lengths = np.array([len(arcs) for arcs in codes])
    longest = int(lengths.max())
    steps = np.array([(*arcs, *[0] * (longest - len(arcs))) for arcs in codes], dtype=np.intp).T
    rows = np.arange(len(codes))
    total = np.zeros(len(codes))
    ended = begins = walk.before[None].repeat(len(codes), axis=0)
    for step, arcs in enumerate(steps, start=1):
        if step > 1:
            begins = begin_next(graph, walk, ended, steps[step - 2], rows, arcs, blanks_only=blanks_only)
        ended = walk.character(begins, graph.char.take(arcs))
        over = (lengths == step).nonzero()[0]
        if len(over):
            total[over] = sums_in_order(ended.take(over, axis=0) * walk.after, axis=1)
    return total


def mass_of_all(graph: DecodingGraph, lattice: Lattice) -> float:
    """Mass of all codes of a grammar together, of which nothing was relaxed (`graph.exact`)."""
    walk = lattice.sums
    onward = completions(graph, walk)
    if not onward:
        return 0.0
    chars, factors = graph.layers[0].chars[PLAIN], graph.layers[0].factors[PLAIN]
    ended = walk.character(walk.before[None], chars)
    completion = onward[0] if len(onward[0]) == 1 else onward[0].take(chars, axis=0)
    return sum_in_order((sums_in_order(ended * completion, axis=1) * factors).tolist())
