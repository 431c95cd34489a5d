"""LeNet-5's ONNX and TFLite files hold the numbers of training; what is no LeNet-5 is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from ai_edge_litert import schema_py_generated as schema
from onnx import numpy_helper

from convert.chain import Depthwise, Distances, Tanh, products
from convert.errors import ConvertError
from convert.onnx_files.reader import read_chain, read_onnx
from device_runtime.engines.interpreter import InterpreterEngine
from device_runtime.engines.net import Conv, Grid
from tests.engines_here import requires
from tests.lenet_stub import converted, random_digits
from train.lenet1998.finetune import framed


@pytest.fixture
def model() -> onnx.ModelProto:
    return onnx.load_from_string(converted().onnx)


def node(model: onnx.ModelProto, kind: str) -> onnx.NodeProto:
    return next(node for node in model.graph.node if node.op_type == kind)


def test_the_chain_is_lenet_5_with_the_integers_of_training() -> None:
    steps = converted().chain.steps
    kinds = [Conv, Tanh, Depthwise, Tanh, Conv, Tanh, Depthwise, Tanh, Conv, Tanh, Conv, Tanh, Distances]
    assert [type(step) for step in steps] == kinds
    layers = [step for step in steps if isinstance(step, Conv | Depthwise)]
    trained = list(converted().trained.convs())
    for step, (layer, scale) in zip(layers, trained, strict=True):
        weight, weight_scale, bias, _ = (values.numpy() for values in layer.integers(scale))
        rearranged = weight[:, 0] if isinstance(step, Depthwise) else weight.transpose(0, 2, 3, 1)
        assert np.array_equal(step.weight, rearranged) and np.array_equal(step.bias, bias)
        assert np.array_equal(step.weight_scale, weight_scale)
        assert step.stride == ((2, 2) if isinstance(step, Depthwise) else (1, 1))
    assert converted().chain.output == Grid(0.25, -128)


def test_products_are_those_of_the_layers() -> None:
    c1, s2, c3, s4 = 28 * 28 * 150, 14 * 14 * 24, 10 * 10 * 16 * 150, 25 * 64
    head = 84 + 12 * 84 + 10 * 96
    assert products(converted().chain, 32) == c1 + s2 + c3 + s4 + 48_000 + 10_080 + head


def test_only_integer_tensors_and_five_operators() -> None:
    tflite = schema.ModelT.InitFromObj(schema.Model.GetRootAs(converted().tflite, 0))
    graph: Any = tflite.subgraphs[0]
    assert {tensor.type for tensor in graph.tensors} == {schema.TensorType.INT8, schema.TensorType.INT32}
    kinds = schema.BuiltinOperator
    expected = {kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D, kinds.TANH, kinds.MUL, kinds.CONCATENATION}
    assert {code.builtinCode for code in tflite.operatorCodes} == expected
    assert len(graph.operators) == 16 and tflite.description == b"LeNet-5, int8"
    assert list(graph.tensors[graph.inputs[0]].shape) == [1, 32, 32, 1]
    assert list(graph.tensors[graph.outputs[0]].shape) == [1, 1, 1, 10]
    assert list(graph.tensors[graph.outputs[0]].shapeSignature) == [1, 1, -1, 10]


@requires("litert")
def test_digits_side_by_side_give_their_penalties_every_eighth_column() -> None:
    engine = InterpreterEngine("litert", converted().tflite)
    strips = (framed(random_digits(3, seed=1), 32).astype(np.int16) - 128).astype(np.int8)[..., np.newaxis]
    alone = [engine.scores(strip[np.newaxis])[0, 0, 0] for strip in strips]
    together = engine.scores(np.concatenate(strips, axis=1)[np.newaxis])
    assert together.shape == (1, 1, 17, 10)
    assert np.array_equal(together[0, 0, ::8], alone)


def test_a_bundle_takes_no_such_net(model: onnx.ModelProto) -> None:
    with pytest.raises(ConvertError, match="a bundle's model has convolutions only"):
        read_onnx(model)


def test_tanh_on_another_grid_is_refused(model: onnx.ModelProto) -> None:
    scale = next(tensor for tensor in model.graph.initializer if tensor.name == "tanh_scale")
    scale.CopyFrom(numpy_helper.from_array(np.array(1 / 64, np.float32), "tanh_scale"))
    with pytest.raises(ConvertError, match=r"Tanh \(node .* scale 1/128"):
        read_chain(model)


def test_a_head_that_is_no_squared_distance_is_refused(model: onnx.ModelProto) -> None:
    square = node(model, "Mul")
    square.input[1] = next(other for other in model.graph.node if other.op_type == "DequantizeLinear").output[0]
    with pytest.raises(ConvertError, match=r"Mul \(node .*"):
        read_chain(model)


def test_groups_of_several_channels_are_refused(model: onnx.ModelProto) -> None:
    grouped = [n for n in model.graph.node if any(a.name == "group" and a.i == 6 for a in n.attribute)]
    next(a for a in grouped[0].attribute if a.name == "group").i = 3
    with pytest.raises(ConvertError, match="of groups only one a channel"):
        read_chain(model)
