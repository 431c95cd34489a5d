"""The graphs of a batch as padded tables of incoming arcs, built from the device's topologies.

The graph of a label is character model o label. Its shape depends only on which neighbours are equal, where rubbish is,
and on the ends, so it is composed once per shape; a batch fills in the classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from train.data.target import SEEN, Target
from train.gtn.graph import NULL, Bins, Graph, chain, character_model, compose

_BLANK, _RUBBISH = -1, -2  # places of a shape that are no position in its label; a row's classes end with theirs


@dataclass(frozen=True)
class Tables:
    """Graphs whose every arc reads one column, as the arcs into each state, padded to the most of them.

    source, label: int64 [graphs, states, fan], the state an arc comes from and the class it reads.
    penalty: float64 [graphs, states, fan], nats, inf where there is no arc. start, final: float64 [graphs, states].
    A single graph stands for the whole batch.
    """

    source: Tensor
    label: Tensor
    penalty: Tensor
    start: Tensor
    final: Tensor

    def to(self, device: torch.device) -> Tables:
        """The same on another device."""
        return Tables(*(t.to(device) for t in (self.source, self.label, self.penalty, self.start, self.final)))


def tables(graphs: Sequence[Graph]) -> Tables:
    """Lay out any graphs without null input labels; what they write does not matter. ValueError for a null one."""
    if any((graph.input == NULL).any() for graph in graphs):
        raise ValueError("an arc reads the null label; in a training graph every arc must read one column")
    return _stack([_incoming(graph, graph.input) for graph in graphs])


def label_tables(targets: Sequence[str], alphabet: str) -> Tables:
    """The constrained graph of each target: character model o label.

    Targets are strings over the alphabet, `#` (rubbish that must be seen) and, at an end, `~` (rubbish may be there),
    as in `train.data.target`. Classes are the alphabet's characters, then blank, then rubbish. Raises
    ValueError for other marks, and for two runs of rubbish side by side, which read as one.
    """
    classes = alphabet + "_#"
    blank, rubbish = len(alphabet), len(alphabet) + 1
    rows = []
    for target in targets:
        marked, left, right = Target.parse(target, alphabet).spelled_out
        row = _shape_row(_shape(marked), left, right)
        by_place = np.array([*(classes.index(char) for char in marked), rubbish, blank])
        rows.append(replace(row, label=by_place[row.label]))
    return _stack(rows)


def free_tables(alphabet: str) -> Tables:
    """The free graph: the character model, which reads every sequence of classes as one string."""
    return tables([character_model(range(len(alphabet)), len(alphabet), len(alphabet) + 1)])


@dataclass(frozen=True, eq=False)
class _Row:
    """The tables of one graph: [states, fan] and [states]."""

    source: NDArray[np.intp]
    label: NDArray[np.intp]
    penalty: NDArray[np.float64]
    start: NDArray[np.float64]
    final: NDArray[np.float64]


def _incoming(graph: Graph, label: NDArray[np.intp]) -> _Row:
    state, arc = Bins(graph.destination, graph.nodes).members(np.arange(graph.nodes))
    place = np.arange(len(state)) - np.searchsorted(state, state)
    shape = (graph.nodes, int(place.max(initial=0)) + 1)
    source, labels, penalty = np.zeros(shape, np.intp), np.zeros(shape, np.intp), np.full(shape, np.inf)
    source[state, place], labels[state, place] = graph.source[arc], label[arc]
    penalty[state, place] = graph.penalty[arc]
    return _Row(source, labels, penalty, graph.start, graph.final)


def _stack(rows: Sequence[_Row]) -> Tables:
    """Pad to the most states and the most arcs into one; padding cannot be reached."""
    states = max(row.penalty.shape[0] for row in rows)
    fan = max(row.penalty.shape[1] for row in rows)
    source, label = np.zeros((2, len(rows), states, fan), np.int64)
    penalty = np.full((len(rows), states, fan), np.inf)
    start, final = np.full((2, len(rows), states), np.inf)
    for i, row in enumerate(rows):
        used = (i, slice(row.penalty.shape[0]), slice(row.penalty.shape[1]))
        source[used], label[used], penalty[used] = row.source, row.label, row.penalty
        start[used[:2]], final[used[:2]] = row.start, row.final
    return Tables(*(torch.from_numpy(array) for array in (source, label, penalty, start, final)))


def _shape(marked: str) -> tuple[int, ...]:
    """Rubbish as 3; characters as 0 and 1, which change wherever neighbours differ."""
    shape: list[int] = []
    for i, char in enumerate(marked):
        if char == SEEN:
            shape.append(3)
        elif i and shape[-1] != 3:
            shape.append(shape[-1] if char == marked[i - 1] else 1 - shape[-1])
        else:
            shape.append(0)
    return tuple(shape)


@lru_cache(maxsize=4096)
def _shape_row(shape: tuple[int, ...], left: bool, right: bool) -> _Row:
    """The tables of a shape; its labels are positions in the target, _BLANK or _RUBBISH."""
    last = len(shape)
    path = chain(shape)
    start, final = np.full((2, last + 1), np.inf)
    start[[0, 1] if left else [0]] = 0.0
    final[[last - 1, last] if right else [last]] = 0.0
    path = replace(path, output=np.arange(last), start=start, final=final)
    graph = compose(character_model(range(2), 2, 3), path)
    # A character is entered by the arc that writes it, and stays by arcs from its state to itself.
    position = np.full(graph.nodes, -1)
    writes = graph.output != NULL
    position[graph.destination[writes]] = graph.output[writes]
    label = np.where(graph.input < 2, position[graph.destination], np.where(graph.input == 2, _BLANK, _RUBBISH))
    return _incoming(graph, label)
