"""The chain of integer steps -> a full-integer TFLite flatbuffer, every number as it stands in the chain."""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from convert.chain import Chain, Depthwise, Distances, Step, Tanh
from device_runtime.engines.net import Conv, Grid, Net, Pad

DRAWN_WIDTH_PX = 160  # the width in `shape`; `shape_signature` says that any width will do
_SCANNER = "posteye scanner, int8"
_OPERATORS = schema.BuiltinOperator
_VERSIONS = {  # the first with int8
    _OPERATORS.CONV_2D: 3,
    _OPERATORS.PAD: 2,
    _OPERATORS.DEPTHWISE_CONV_2D: 3,
    _OPERATORS.TANH: 2,
    _OPERATORS.MUL: 2,
    _OPERATORS.CONCATENATION: 2,
}
_Shape = tuple[int, int, int]  # rows, columns, channels


def write_tflite(net: Net | Chain, description: str = _SCANNER, drawn_width_px: int = DRAWN_WIDTH_PX) -> bytes:
    """Write a net as a TFLite file without a float operator.

    Args:
        net: Its steps.
        description: What the file says of itself.
        drawn_width_px: The width that the file shows; any other will do.

    Returns:
        A file that takes int8 [1, 32, W, 1] and gives int8 [1, 1, columns, outputs].

    Source: TFLite schema version 3.
    """
    return _Writer().write(net, description, drawn_width_px)


class _Writer:
    """Collects tensors, buffers and operators in the order in which they are met."""

    def __init__(self) -> None:
        self._graph = schema.SubGraphT()
        self._graph.name, self._graph.tensors, self._graph.operators = "main", [], []
        self._buffers = [schema.BufferT()]  # buffer 0 is empty by convention
        self._codes: list[Any] = []

    def write(self, net: Net | Chain, description: str, width_px: int) -> bytes:
        shape = (net.height_px, width_px, 1)
        current = self._map("strip", shape, net.input)
        self._graph.inputs = np.array([current], np.int32)
        for step in net.steps:
            current, shape = self._step(step, current, shape)
        self._graph.outputs = np.array([current], np.int32)
        model = schema.ModelT()
        model.version, model.description = 3, description
        model.subgraphs, model.buffers, model.operatorCodes = [self._graph], self._buffers, self._codes
        builder = flatbuffers.Builder(1 << 17)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _step(self, step: Step, source: int, shape: _Shape) -> tuple[int, _Shape]:
        if isinstance(step, Pad):
            return self._pad(step, source, shape)
        if isinstance(step, Conv):
            return self._conv(step, source, shape)
        if isinstance(step, Depthwise):
            return self._depthwise(step, source, shape)
        if isinstance(step, Distances):
            return self._distances(step, source, shape)
        return self._tanh(step, source, shape)

    def _conv(self, conv: Conv, source: int, shape: _Shape) -> tuple[int, _Shape]:
        out, height, width, _ = conv.weight.shape
        weight = self._constant(f"{conv.name}/weight", conv.weight, conv.weight_scale)
        bias = self._constant(f"{conv.name}/bias", conv.bias, np.float32(conv.input.scale) * conv.weight_scale)
        rows, columns = shape[:2]
        if not conv.same:
            rows, columns = (rows - height) // conv.stride[0] + 1, (columns - width) // conv.stride[1] + 1
        target = self._map(conv.name, (rows, columns, out), conv.output)
        options = schema.Conv2DOptionsT()
        options.padding = schema.Padding.SAME if conv.same else schema.Padding.VALID
        options.strideH, options.strideW = conv.stride
        kinds = schema.ActivationFunctionType
        options.fusedActivationFunction = kinds.RELU if conv.relu else kinds.NONE
        kind = schema.BuiltinOptions.Conv2DOptions
        self._operator(_OPERATORS.CONV_2D, [source, weight, bias], target, kind, options)
        return target, (rows, columns, out)

    def _pad(self, pad: Pad, source: int, shape: _Shape) -> tuple[int, _Shape]:
        sizes = np.array([(0, 0), pad.rows, pad.columns, (0, 0)], np.int32)
        amounts = self._constant(f"{pad.name}/sizes", sizes, None)
        wider = (shape[0] + sum(pad.rows), shape[1] + sum(pad.columns), shape[2])
        target = self._map(pad.name, wider, pad.grid)
        kind = schema.BuiltinOptions.PadOptions
        self._operator(_OPERATORS.PAD, [source, amounts], target, kind, schema.PadOptionsT())
        return target, wider

    def _depthwise(self, layer: Depthwise, source: int, shape: _Shape) -> tuple[int, _Shape]:
        channels, height, width = layer.weight.shape
        last = np.ascontiguousarray(layer.weight.transpose(1, 2, 0))[np.newaxis]  # [1, height, width, channels]
        weight = self._constant(f"{layer.name}/weight", last, layer.weight_scale, axis=3)
        bias = self._constant(f"{layer.name}/bias", layer.bias, np.float32(layer.input.scale) * layer.weight_scale)
        rows, columns = (shape[0] - height) // layer.stride[0] + 1, (shape[1] - width) // layer.stride[1] + 1
        target = self._map(layer.name, (rows, columns, channels), layer.output)
        options = schema.DepthwiseConv2DOptionsT()
        options.padding, options.depthMultiplier = schema.Padding.VALID, 1
        options.strideH, options.strideW = layer.stride
        kind = schema.BuiltinOptions.DepthwiseConv2DOptions
        self._operator(_OPERATORS.DEPTHWISE_CONV_2D, [source, weight, bias], target, kind, options)
        return target, (rows, columns, channels)

    def _tanh(self, tanh: Tanh, source: int, shape: _Shape) -> tuple[int, _Shape]:
        target = self._map(tanh.name, shape, tanh.output)
        self._operator(_OPERATORS.TANH, [source], target, schema.BuiltinOptions.NONE, None)
        return target, shape

    def _distances(self, head: Distances, source: int, shape: _Shape) -> tuple[int, _Shape]:
        squares = self._map(f"{head.name}/squares", shape, head.squares)
        options = schema.BuiltinOptions
        self._operator(_OPERATORS.MUL, [source, source], squares, options.MulOptions, schema.MulOptionsT())
        sums, (rows, columns, channels) = self._conv(head.sums, squares, shape)
        joined_shape = (rows, columns, shape[2] + channels)
        joined = self._map(f"{head.name}/joined", joined_shape, head.sums.output)
        along_channels = schema.ConcatenationOptionsT()
        along_channels.axis = 3
        kind = options.ConcatenationOptions
        self._operator(_OPERATORS.CONCATENATION, [source, sums], joined, kind, along_channels)
        return self._conv(head.distances, joined, joined_shape)

    def _map(self, name: str, shape: _Shape, grid: Grid) -> int:
        rows, columns, channels = shape
        tensor = self._tensor(name, (1, rows, columns, channels), schema.TensorType.INT8)
        tensor.shapeSignature = np.array([1, rows, -1, channels], np.int32)
        tensor.quantization = _quantization(np.array([grid.scale], np.float32), grid.zero_point)
        return len(self._graph.tensors) - 1

    def _constant(self, name: str, values: NDArray[Any], scale: NDArray[np.float32] | None, axis: int = 0) -> int:
        kinds = schema.TensorType
        tensor = self._tensor(name, values.shape, kinds.INT8 if values.dtype == np.int8 else kinds.INT32)
        if scale is not None:
            tensor.quantization = _quantization(scale, 0, axis)
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        tensor.buffer = len(self._buffers)
        self._buffers.append(buffer)
        return len(self._graph.tensors) - 1

    def _tensor(self, name: str, shape: tuple[int, ...], kind: int) -> Any:
        tensor = schema.TensorT()
        tensor.name, tensor.type, tensor.shape = name, kind, np.array(shape, np.int32)
        tensor.buffer = 0
        self._graph.tensors.append(tensor)
        return tensor

    def _operator(self, code: int, inputs: list[int], output: int, kind: int, options: Any) -> None:
        known = [entry.builtinCode for entry in self._codes]
        if code not in known:
            entry = schema.OperatorCodeT()
            entry.builtinCode = entry.deprecatedBuiltinCode = code  # both fields, while the code is below 127
            entry.version = _VERSIONS[code]
            self._codes.append(entry)
            known.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = known.index(code)
        operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array([output], np.int32)
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self._graph.operators.append(operator)


def _quantization(scale: NDArray[np.float32], zero_point: int, axis: int = 0) -> Any:
    """One scale for the tensor, or one for each place along an axis."""
    parameters = schema.QuantizationParametersT()
    parameters.scale = scale
    parameters.zeroPoint = np.full(scale.shape, zero_point, np.int64)
    parameters.quantizedDimension = axis
    return parameters
