"""The TFLite file holds the numbers of the ONNX file, integers only; what cannot be converted is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from ai_edge_litert import schema_py_generated as schema
from onnx import helper, numpy_helper

from convert.errors import ConvertError
from convert.onnx_files.reader import read_onnx
from convert.tflite_writer import write_tflite
from device_runtime.bundle import MODEL_FILE, ONNX_FILE
from device_runtime.engines.net import Conv, Pad
from device_runtime.engines.tflite_reader import read_net
from tests.stub import stub_bundle


@pytest.fixture
def model() -> onnx.ModelProto:
    return onnx.load(stub_bundle() / ONNX_FILE)


@pytest.fixture(scope="module")
def tflite() -> Any:
    data = (stub_bundle() / MODEL_FILE).read_bytes()
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))


def test_only_integer_tensors_and_two_operators(tflite: Any) -> None:
    graph = tflite.subgraphs[0]
    assert {tensor.type for tensor in graph.tensors} == {schema.TensorType.INT8, schema.TensorType.INT32}
    codes = {code.builtinCode for code in tflite.operatorCodes}
    assert codes == {schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.PAD}
    for end in (graph.inputs[0], graph.outputs[0]):
        assert graph.tensors[end].type == schema.TensorType.INT8
        assert graph.tensors[end].shapeSignature[2] == -1 < graph.tensors[end].shape[2]


def test_scales_weights_and_biases_are_those_of_the_onnx_file(tflite: Any, model: onnx.ModelProto) -> None:
    graph = tflite.subgraphs[0]
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    convolutions = [op for op in graph.operators if isinstance(op.builtinOptions, schema.Conv2DOptionsT)]
    assert len(convolutions) == 9
    for i, operator in enumerate(convolutions):
        weight, bias = (graph.tensors[j] for j in operator.inputs[1:])
        target = graph.tensors[operator.outputs[0]].quantization
        assert weight.quantization.scale.tobytes() == stored[f"layers.{i}.weight_scale"].tobytes()
        assert bias.quantization.scale.tobytes() == stored[f"layers.{i}.bias_scale"].tobytes()
        assert target.scale.tobytes() == stored[f"layers.{i}.scale"].tobytes()
        assert target.zeroPoint[0] == stored[f"layers.{i}.zero_point"]
        values = np.frombuffer(tflite.buffers[weight.buffer].data.tobytes(), np.int8).reshape(weight.shape)
        assert np.array_equal(values.transpose(0, 3, 1, 2), stored[f"layers.{i}.weight"])
        assert tflite.buffers[bias.buffer].data.tobytes() == stored[f"layers.{i}.bias"].tobytes()


def test_reading_the_file_back_gives_the_same_net(model: onnx.ModelProto) -> None:
    net = read_onnx(model)
    again = read_net(write_tflite(net))
    assert (again.height_px, again.input, again.output) == (net.height_px, net.input, net.output)
    for step, other in zip(net.steps, again.steps, strict=True):
        if isinstance(step, Pad):
            assert isinstance(other, Pad) and (step.rows, step.columns) == (other.rows, other.columns)
            continue
        assert isinstance(other, Conv)
        assert np.array_equal(step.weight, other.weight) and np.array_equal(step.bias, other.bias)
        assert step.weight_scale.tobytes() == other.weight_scale.tobytes()
        assert (step.stride, step.same, step.relu) == (other.stride, other.same, other.relu)
        assert (step.input, step.output) == (other.input, other.output)


def test_an_unknown_operator_is_named_with_its_node(model: onnx.ModelProto) -> None:
    relu = next(node for node in model.graph.node if node.op_type == "Relu")
    relu.op_type, relu.name = "Sigmoid", "squash_3"
    with pytest.raises(ConvertError, match=r"Sigmoid \(node 'squash_3'\)"):
        read_onnx(model)


def test_a_layer_without_quantisation_is_named(model: onnx.ModelProto) -> None:
    conv = next(node for node in model.graph.node if node.op_type == "Conv")
    name = conv.input[1]
    maker = next(node for node in model.graph.node if name in node.output)
    model.graph.node.remove(maker)
    model.graph.initializer.append(numpy_helper.from_array(np.zeros((4, 1, 5, 5), np.float32), name))
    with pytest.raises(ConvertError, match=rf"Conv \(node '{conv.name}'\): input 1 is no quantised constant"):
        read_onnx(model)


def _replace(model: onnx.ModelProto, name: str, factor: float) -> None:
    tensor = next(tensor for tensor in model.graph.initializer if tensor.name == name)
    tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * np.float32(factor), name))


def test_a_bias_on_another_scale_is_refused(model: onnx.ModelProto) -> None:
    _replace(model, "layers.1.bias_scale", 1.01)
    with pytest.raises(ConvertError, match="bias is not at the scale"):
        read_onnx(model)


def test_groups_and_dilations_are_refused(model: onnx.ModelProto) -> None:
    conv = next(node for node in model.graph.node if node.op_type == "Conv")
    kept = [attribute for attribute in conv.attribute if attribute.name != "dilations"]
    del conv.attribute[:]
    conv.attribute.extend([*kept, helper.make_attribute("dilations", [2, 2])])
    with pytest.raises(ConvertError, match="dilations"):
        read_onnx(model)


def test_a_branch_in_the_graph_is_refused(model: onnx.ModelProto) -> None:
    relu = next(node for node in model.graph.node if node.op_type == "Relu")
    model.graph.node.append(helper.make_node("Relu", [relu.input[0]], ["elsewhere"], name="branch"))
    with pytest.raises(ConvertError, match="branch"):
        read_onnx(model)
