"""Compares two TFLite files number by number: operators, weights, biases, scales, zero points, and what they compute.

Nothing may differ: scales are compared as float32 bits, all else as integers. Two ways to say the same are equal: one
scale for a tensor, and that scale for every channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convert.crosscheck.graph import Graph, Operator, Tensor, read_graph
from device_runtime.engines.interpreter import InterpreterEngine

ENGINE = "litert"
_ABSENT = -1  # TFLite's number for an optional input that is not given
# What a constant input of an operator is called, by its place.
_PARTS = {
    ("CONV_2D", 1): "weight",
    ("CONV_2D", 2): "bias",
    ("DEPTHWISE_CONV_2D", 1): "weight",
    ("DEPTHWISE_CONV_2D", 2): "bias",
    ("PAD", 1): "sizes",
}


@dataclass(frozen=True)
class Count:
    """A comparison of numbers.

    Attributes:
        numbers: How many were compared.
        differing: How many of them differ.
        largest: The largest difference.
    """

    numbers: int
    differing: int
    largest: float

    def __add__(self, other: Count) -> Count:
        return Count(self.numbers + other.numbers, self.differing + other.differing, max(self.largest, other.largest))


NOTHING = Count(0, 0, 0.0)


@dataclass(frozen=True)
class TensorPair:
    """One tensor in both files.

    Attributes:
        operator: The one that it belongs to.
        part: Its part there.
        form: Its type and shape.
        values: How the integers of a constant differ.
        scales: How the scales of its grid differ, in their own unit.
        zero_points: How the zero points of its grid differ.
    """

    operator: str
    part: str
    form: str
    values: Count
    scales: Count
    zero_points: Count

    @property
    def agrees(self) -> bool:
        """Not one number differs."""
        return not (self.values.differing or self.scales.differing or self.zero_points.differing)


@dataclass(frozen=True)
class Comparison:
    """Two files, compared.

    Attributes:
        structure: A line for each operator, option or shape that differs.
        tensors: Those that both have.
    """

    structure: tuple[str, ...]
    tensors: tuple[TensorPair, ...]

    @property
    def agrees(self) -> bool:
        """The same operators on the same numbers."""
        return not self.structure and all(pair.agrees for pair in self.tensors)


def compare(ours: bytes, theirs: bytes) -> Comparison:
    """Compare two TFLite files, walking back from their outputs, so that neither names nor order matter.

    Raises:
        ConvertError: When a file cannot be read.
    """
    walk = _Walk(read_graph(ours), read_graph(theirs))
    walk.run()
    return Comparison(tuple(walk.structure), tuple(walk.pairs))


def compare_outputs(ours: bytes, theirs: bytes, inputs: Iterable[NDArray[np.int8]]) -> Count:
    """Run two TFLite files on the same inputs in the same interpreter.

    Args:
        ours: One file.
        theirs: The other.
        inputs: int8 [1, H, W, channels] each.

    Returns:
        The differences of the scores, in LSB.

    Raises:
        PosteyeError: When the interpreter is missing.
        BundleError: When it refuses a file.
    """
    engines = [InterpreterEngine(ENGINE, model) for model in (ours, theirs)]
    found = NOTHING
    for strip in inputs:
        first, second = (engine.scores(strip) for engine in engines)
        found += _count(first, second)
    return found


class _Walk:
    """Goes through two graphs in lock-step, from the outputs to the inputs, and notes each tensor once."""

    def __init__(self, ours: Graph, theirs: Graph) -> None:
        self._ours, self._theirs = ours, theirs
        self._seen: set[tuple[int, int]] = set()
        self._passed = 0
        self.structure: list[str] = []
        self.pairs: list[TensorPair] = []

    def run(self) -> None:
        for what in ("inputs", "outputs", "operators"):
            numbers = [len(getattr(graph, what)) for graph in (self._ours, self._theirs)]
            if numbers[0] != numbers[1]:
                self.structure.append(f"{numbers[0]} {what} against {numbers[1]}")
        for first, second in zip(self._ours.outputs, self._theirs.outputs, strict=False):
            self._computed(first, second)

    def _computed(self, first: int, second: int) -> None:
        """A tensor that an operator computes, or an input of the graph; what leads to it comes before it."""
        if (first, second) in self._seen:
            return
        self._seen.add((first, second))
        makers = self._ours.maker(first), self._theirs.maker(second)
        if makers[0] is None or makers[1] is None:
            if makers != (None, None) or self._place(self._ours, first) != self._place(self._theirs, second):
                self.structure.append("an operator takes an input of the model in one file, another map in the other")
            self._note("input", "map", first, second)
            return
        operators = self._ours.operators[makers[0]], self._theirs.operators[makers[1]]
        if operators[0].kind != operators[1].kind or len(operators[0].inputs) != len(operators[1].inputs):
            described = (f"{operator.kind} with {len(operator.inputs)} inputs" for operator in operators)
            self.structure.append(" against ".join(described) + ": what stands before them was not compared")
            return
        self._operator(*operators, first, second)

    def _operator(self, one: Operator, other: Operator, first: int, second: int) -> None:
        constants = []
        for number, (a, b) in enumerate(zip(one.inputs, other.inputs, strict=True)):
            if (a == _ABSENT) != (b == _ABSENT):
                self.structure.append(f"{one.kind}: input {number} is given in one file only")
            elif a != _ABSENT and self._ours.tensors[a].values is None:
                self._computed(a, b)
            elif a != _ABSENT:
                constants.append((number, a, b))
        self._passed += 1
        name = f"{self._passed} {one.kind}"
        for option, (a, b) in _differing(one, other):
            self.structure.append(f"{name}: {option} {a} against {b}")
        if one.outputs.index(first) != other.outputs.index(second):
            self.structure.append(f"{name}: another of its outputs is used")
        for number, a, b in constants:
            self._note(name, _PARTS.get((one.kind, number), "constant"), a, b)
        self._note(name, "map", first, second)

    def _note(self, operator: str, part: str, first: int, second: int) -> None:
        a, b = self._ours.tensors[first], self._theirs.tensors[second]
        if str(a) != str(b) or (a.values is None) != (b.values is None):
            self.structure.append(f"{operator} {part}: {_described(a)} against {_described(b)}")
            return
        size = max(len(a.scales), len(b.scales))
        if not _alike(a, b, size):
            self.structure.append(f"{operator} {part}: {_grid(a)} against {_grid(b)}")
            return
        values = NOTHING if a.values is None or b.values is None else _count(a.values, b.values)
        scales = _count(np.broadcast_to(a.scales, size), np.broadcast_to(b.scales, size))
        zero_points = _count(np.broadcast_to(a.zero_points, size), np.broadcast_to(b.zero_points, size))
        self.pairs.append(TensorPair(operator, part, str(a), values, scales, zero_points))

    @staticmethod
    def _place(graph: Graph, tensor: int) -> int:
        """Which of the graph's inputs a tensor is; -1 for none."""
        return graph.inputs.index(tensor) if tensor in graph.inputs else -1


def _differing(one: Operator, other: Operator) -> Iterator[tuple[str, tuple[Any, Any]]]:
    first, second = ({"version": operator.version, **operator.options} for operator in (one, other))
    for option in sorted(first.keys() | second.keys()):
        values = first.get(option, "absent"), second.get(option, "absent")
        if values[0] != values[1]:
            yield option, values


def _alike(a: Tensor, b: Tensor, size: int) -> bool:
    """Whether the scales can be compared: along the same axis, or one scale for all."""
    if any(len(t.scales) != len(t.zero_points) or len(t.scales) not in (1, size) for t in (a, b)):
        return False
    return size <= 1 or a.axis == b.axis or 1 in (len(a.scales), len(b.scales))


def _count(a: NDArray[Any], b: NDArray[Any]) -> Count:
    differences = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return Count(a.size, int((a != b).sum()), float(differences.max(initial=0.0)))


def _described(tensor: Tensor) -> str:
    return f"{tensor} {'computed' if tensor.values is None else 'constant'}"


def _grid(tensor: Tensor) -> str:
    return f"{len(tensor.scales)} scales, {len(tensor.zero_points)} zero points along axis {tensor.axis}"
