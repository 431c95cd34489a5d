"""The lattice of some codes in one strip: its recognition graph composed with a transducer that writes them in a line.

Beside the code stands what the garbage model allows (`garbage.py`), so that best paths and forward scores are
those on which the decoder decides, column by column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.types import Penalties
from train.gtn.garbage import AFTER, BEFORE, Machine, Reads
from train.gtn.graph import NULL, Graph, build, compose, linear
from train.gtn.paths import arc_posteriors, depths, viterbi

FloatArray = NDArray[np.float64]
Arc = tuple[int, int, int, int, float]
(_BEFORE,) = BEFORE.start  # the node where a line begins, and from which a code is written
_AFTER = BEFORE.states  # the first node of the garbage model right of the code


@dataclass(frozen=True, eq=False)
class CodePath:
    """A code's best path.

    Attributes:
        code: the code.
        penalty: of the path, nats.
        classes: int [columns], the class that it emits in each column.
    """

    code: str
    penalty: float
    classes: NDArray[np.intp]


def code_lattice(codes: Sequence[str], penalties: Penalties) -> Graph:
    """Compose a strip's columns with all lines that hold one of the codes; it reads classes, and writes characters.

    A separator may be a mark, a gap, or nothing. Raises ValueError for a character that is not in the alphabet.
    """
    return compose(linear(penalties.values), _writer(codes, penalties))


def best_path(code: str, penalties: Penalties) -> CodePath:
    """The best path of a code in a strip; raises ValueError when the columns are too few for it."""
    lattice = code_lattice([code], penalties)
    found = viterbi(lattice)
    if not np.isfinite(found.penalty):
        raise ValueError(f"{len(penalties.values)} columns are too few for {code!r}")
    return CodePath(code, found.penalty, lattice.input[found.arcs])


def flow(lattice: Graph, penalties: Penalties) -> FloatArray:
    """Share of all ways through a `code_lattice` that goes from a class in one column to a class in the next.

    float64 [columns - 1, classes, classes], 0..1. Raises ValueError when no code fits in the columns.
    """
    columns, classes = penalties.values.shape
    share = arc_posteriors(lattice)
    into, out = np.zeros((2, lattice.nodes, classes))
    np.add.at(into, (lattice.destination, lattice.input), share)
    np.add.at(out, (lattice.source, lattice.input), share)
    # What leaves a node does not depend on how it was reached.
    out /= np.maximum(out.sum(axis=1, keepdims=True), 1e-300)
    depth = depths(lattice)
    levels = [np.flatnonzero(depth == column) for column in range(1, columns)]
    return np.stack([into[nodes].T @ out[nodes] for nodes in levels]) if levels else np.zeros((0, classes, classes))


def _writer(codes: Sequence[str], penalties: Penalties) -> Graph:
    """All lines that hold one of the codes: garbage model, code, garbage model."""
    reads = {
        Reads.DIGIT: tuple(range(penalties.blank)),
        Reads.BLANK: (penalties.blank,),
        Reads.RUBBISH: (penalties.rubbish,),
    }
    arcs = [*_garbage(BEFORE, 0, reads), *_garbage(AFTER, _AFTER, reads)]
    final = [_AFTER + state for state in AFTER.final]
    free = _AFTER + AFTER.states
    for code in codes:
        written, last = _written(code, penalties, free)
        arcs += written
        # Where the code has ended it goes on as the machine does from its start.
        for way in AFTER.transitions:
            if way.source in AFTER.start:
                arcs += _read(last, _AFTER + way.destination, reads[way.reads], way.cost)
        final.append(last)
        free = last + 1
    return build(arcs, {_BEFORE: 0.0}, dict.fromkeys(final, 0.0))


def _garbage(machine: Machine, first: int, reads: dict[Reads, tuple[int, ...]]) -> list[Arc]:
    """The arcs of a machine whose states are the nodes from `first` on."""
    return [
        arc
        for way in machine.transitions
        for arc in _read(first + way.source, first + way.destination, reads[way.reads], way.cost)
    ]


def _written(code: str, penalties: Penalties, free: int) -> tuple[list[Arc], int]:
    """The arcs that write a code from _BEFORE on, with nodes numbered from `free`; and the node where it ends."""
    arcs: list[Arc] = []
    before, last = _BEFORE, NULL
    between: tuple[int, ...] = (penalties.blank,)
    for char in code:
        if char in SEPARATORS:
            between = (penalties.blank, penalties.rubbish)
            continue
        kind = penalties.alphabet.index(char)
        node = free
        if before != _BEFORE:
            gap, node = free, free + 1
            arcs += [*_read(before, gap, between), *_read(gap, gap, between), (gap, node, kind, kind, 0.0)]
        if kind != last:
            arcs.append((before, node, kind, kind, 0.0))
        arcs.append((node, node, kind, NULL, 0.0))
        before, last, between, free = node, kind, (penalties.blank,), node + 1
    return arcs, before


def _read(source: int, destination: int, kinds: Iterable[int], penalty: float = 0.0) -> list[Arc]:
    return [(source, destination, kind, NULL, penalty) for kind in kinds]
