"""Two TFLite files side by side: a single number that differs is found, and what only looks different is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from convert.crosscheck.compare import Comparison, Count, compare, compare_outputs
from convert.crosscheck.graph import read_graph
from convert.errors import ConvertError
from device_runtime.bundle import MODEL_FILE
from tests.stub import random_strips, stub_bundle

Change = Callable[[Any], None]
CONV_2D = schema.BuiltinOperator.CONV_2D


@pytest.fixture(scope="module")
def model() -> bytes:
    return (stub_bundle() / MODEL_FILE).read_bytes()


def _changed(model: bytes, change: Change) -> bytes:
    """The file with something changed in the objects of its schema."""
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    change(tree)
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _convolution(tree: Any, number: int) -> Any:
    codes = [code.builtinCode for code in tree.operatorCodes]
    return [op for op in tree.subgraphs[0].operators if codes[op.opcodeIndex] == CONV_2D][number]


def _tensor(tree: Any, number: int, place: int) -> Any:
    """An input of a convolution: 0 its map, 1 its weights, 2 its biases."""
    return tree.subgraphs[0].tensors[_convolution(tree, number).inputs[place]]


def _add(tree: Any, place: int, dtype: type[np.int8 | np.int32], amount: int) -> None:
    """Add to one constant of the third convolution."""
    buffer = tree.buffers[_tensor(tree, 2, place).buffer]
    values: NDArray[Any] = np.array(buffer.data, np.uint8).view(dtype)
    values[5] += amount
    buffer.data = values.view(np.uint8)


def _next_scale(tree: Any, place: int) -> None:
    grid = _tensor(tree, 2, place).quantization
    grid.scale = np.array(grid.scale)
    grid.scale[0] = np.nextafter(grid.scale[0], np.float32(1))


def _next_zero_point(tree: Any, place: int) -> None:
    grid = _tensor(tree, 2, place).quantization
    grid.zeroPoint = np.array(grid.zeroPoint) + 1


def _totals(found: Comparison) -> tuple[Count, Count, Count]:
    nothing = Count(0, 0, 0.0)
    kinds = ("values", "scales", "zero_points")
    first, second, third = (sum((getattr(pair, kind) for pair in found.tensors), nothing) for kind in kinds)
    return first, second, third


def test_a_file_agrees_with_itself_and_every_number_was_looked_at(model: bytes) -> None:
    found = compare(model, model)
    assert found.agrees and not found.structure
    graph = read_graph(model)
    assert len(found.tensors) == len(graph.tensors)
    values, scales, zero_points = _totals(found)
    assert values.numbers == sum(t.values.size for t in graph.tensors if t.values is not None) > 1000
    assert scales.numbers == zero_points.numbers == sum(len(t.scales) for t in graph.tensors) > 100
    assert [pair.operator for pair in found.tensors if pair.part == "weight"] == [
        f"{i} CONV_2D" for i in (2, 4, 5, 7, 9, 10, 11, 12, 13)
    ]


@pytest.mark.parametrize(
    ("change", "part", "kind", "largest"),
    [
        (lambda tree: _add(tree, 1, np.int8, -1), "weight", "values", 1),
        (lambda tree: _add(tree, 2, np.int32, 4), "bias", "values", 4),
        (lambda tree: _next_scale(tree, 1), "weight", "scales", None),
        (lambda tree: _next_scale(tree, 2), "bias", "scales", None),
        (lambda tree: _next_scale(tree, 0), "map", "scales", None),
        (lambda tree: _next_zero_point(tree, 0), "map", "zero_points", 1),
    ],
)
def test_one_number_that_differs_is_found_where_it_is(
    model: bytes, change: Change, part: str, kind: str, largest: float | None
) -> None:
    other = _changed(model, change)
    for found in (compare(model, other), compare(other, model)):
        assert not found.agrees and not found.structure
        (pair,) = [pair for pair in found.tensors if not pair.agrees]
        # A convolution's map of inputs belongs to the operator before it.
        assert (pair.operator, pair.part) == ("4 CONV_2D" if part == "map" else "5 CONV_2D", part)
        count = getattr(pair, kind)
        assert count.differing == 1 and count.largest > 0
        assert largest is None or count.largest == largest
        assert sum(total.differing for total in _totals(found)) == 1


def _stride(tree: Any) -> None:
    _convolution(tree, 0).builtinOptions.strideH = 1


def _no_relu(tree: Any) -> None:
    _convolution(tree, 3).builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.NONE


def _older(tree: Any) -> None:
    next(code for code in tree.operatorCodes if code.builtinCode == CONV_2D).version = 1


def _turned(tree: Any) -> None:
    weight = _tensor(tree, 1, 1)
    weight.shape = weight.shape[[0, 2, 3, 1]]


def _without_the_last(tree: Any) -> None:
    graph = tree.subgraphs[0]
    graph.outputs = graph.operators.pop().inputs[:1]


def _without_bias(tree: Any) -> None:
    head = _convolution(tree, 6)
    head.inputs = np.array([*head.inputs[:2], -1], np.int32)


def _other_axis(tree: Any) -> None:
    _tensor(tree, 4, 1).quantization.quantizedDimension = 3


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (_stride, r"^2 CONV_2D: strideH 2 against 1$"),
        (_no_relu, r"^7 CONV_2D: fusedActivationFunction 1 against 0$"),
        (_older, r"^2 CONV_2D: version 3 against 1$"),
        (_turned, r"^4 CONV_2D weight: int8 \[6, 3, 3, 4\] constant against int8 \[6, 3, 4, 3\] constant$"),
        (_without_the_last, r"^13 operators against 12$"),
        (_without_bias, r"^CONV_2D: input 2 is given in one file only$"),
        (_other_axis, r"^9 CONV_2D weight: 12 scales, 12 zero points along axis 0 against .* axis 3$"),
    ],
)
def test_another_structure_is_named(model: bytes, change: Change, line: str) -> None:
    found = compare(model, _changed(model, change))
    assert not found.agrees
    assert any(re.search(line, entry) for entry in found.structure), found.structure


def _shuffled(tree: Any) -> None:
    """Other names and another order of tensors and buffers; the same net."""
    graph = tree.subgraphs[0]
    order = np.random.default_rng(3).permutation(len(graph.tensors))
    places = np.argsort(order)
    graph.tensors = [graph.tensors[i] for i in order]
    for i, tensor in enumerate(graph.tensors):
        tensor.name = f"t{i}"
    for part in (graph, *graph.operators):
        part.inputs, part.outputs = places[part.inputs].astype(np.int32), places[part.outputs].astype(np.int32)
    for buffer in range(1, len(tree.buffers) // 2):
        other = len(tree.buffers) - buffer
        tree.buffers[buffer], tree.buffers[other] = tree.buffers[other], tree.buffers[buffer]
        for tensor in graph.tensors:
            tensor.buffer = {buffer: other, other: buffer}.get(tensor.buffer, tensor.buffer)


def test_names_and_order_do_not_matter(model: bytes) -> None:
    found = compare(model, _changed(model, _shuffled))
    assert found.agrees, found.structure


def _one_scale(tree: Any) -> None:
    grid = _tensor(tree, 2, 1).quantization
    grid.scale, grid.zeroPoint = np.full(8, 0.5, np.float32), np.zeros(8, np.int64)


def _one_scale_for_all(tree: Any) -> None:
    grid = _tensor(tree, 2, 1).quantization
    grid.scale, grid.zeroPoint, grid.quantizedDimension = np.array([0.5], np.float32), np.zeros(1, np.int64), 3


def test_one_scale_for_all_channels_is_that_scale_for_each(model: bytes) -> None:
    each, one = _changed(model, _one_scale), _changed(model, _one_scale_for_all)
    assert compare(each, one).agrees and compare(one, each).agrees
    assert _totals(compare(one, model))[1].differing > 0


def test_outputs_are_compared_score_by_score(model: bytes) -> None:
    strips = [(strip[np.newaxis, ..., np.newaxis].astype(np.int16) - 128).astype(np.int8) for strip in _wide(5)]
    scores = sum(strip.shape[2] // 4 * 24 for strip in strips)
    assert compare_outputs(model, model, strips) == Count(scores, 0, 0.0)

    def raise_a_bias(tree: Any) -> None:
        buffer = tree.buffers[_tensor(tree, 6, 2).buffer]
        values = np.array(buffer.data, np.uint8).view(np.int32)
        values[0] += 1 << 10
        buffer.data = values.view(np.uint8)

    found = compare_outputs(model, _changed(model, raise_a_bias), strips)
    assert found.numbers == scores and 0 < found.differing <= scores // 24 and found.largest >= 1


def _wide(count: int) -> list[Any]:
    return [strip for strip in random_strips(2 * count, seed=5) if strip.shape[1] >= 16][:count]


def test_a_file_of_another_kind_is_refused(model: bytes) -> None:
    with pytest.raises(ConvertError, match="no TFLite file"):
        compare(model, b"PK nothing of the kind")
