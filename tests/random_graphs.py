"""Small random graphs, and all of their paths, one by one: what the engine and its twin are compared with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from train.gtn.graph import NULL, Graph

Walk = tuple[list[int], float]  # arcs in order, penalty


@st.composite
def graphs(draw: st.DrawFn, nodes: int = 5, arcs: int = 9, labels: int = 3, nulls: bool = True) -> Graph:
    """Acyclic transducers; several starts and ends, parallel arcs, null labels, negative and infinite penalties."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, size = int(random.integers(0, arcs + 1)), int(random.integers(2, nodes + 1))
    ends = np.array([random.choice(size, 2, replace=False) for _ in range(count)], dtype=np.intp).reshape(-1, 2)
    lowest = NULL if nulls else 0
    order = random.permutation(size)  # node numbers tell nothing of the topological order
    return Graph(
        source=order[ends.min(1)],
        destination=order[ends.max(1)],
        input=random.integers(lowest, labels, count),
        output=random.integers(lowest, labels, count),
        penalty=_penalties(random, count, 0.1),
        start=_penalties(random, size, 0.4),
        final=_penalties(random, size, 0.4),
    )


def _penalties(random: np.random.Generator, count: int, impossible: float) -> np.ndarray:
    """Multiples of 1/8, so that sums are exact and ties happen."""
    penalties = random.integers(-8, 40, count) / 8
    return np.where(random.random(count) < impossible, np.inf, penalties)


def walks(graph: Graph) -> list[Walk]:
    """Every path of finite penalty."""

    def onward(node: int, arcs: list[int], penalty: float) -> Iterator[Walk]:
        if penalty + graph.final[node] < np.inf:
            yield arcs, penalty + float(graph.final[node])
        for arc in np.flatnonzero((graph.source == node) & np.isfinite(graph.penalty)).tolist():
            yield from onward(int(graph.destination[arc]), [*arcs, arc], penalty + float(graph.penalty[arc]))

    starts = np.flatnonzero(np.isfinite(graph.start)).tolist()
    return [walk for node in starts for walk in onward(node, [], float(graph.start[node]))]


def word(labels: np.ndarray, arcs: list[int]) -> tuple[int, ...]:
    """The labels that a path reads or writes, without null labels."""
    return tuple(int(label) for label in labels[arcs] if label != NULL) if arcs else ()
