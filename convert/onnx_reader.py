"""ONNX with QuantizeLinear and DequantizeLinear -> the chain of integer steps that kernels compute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from convert.errors import ConvertError
from device_runtime.engines.net import Conv, Grid, Net, Pad

_KNOWN = ("QuantizeLinear", "DequantizeLinear", "Conv", "Relu")


def read_onnx(model: onnx.ModelProto) -> Net:
    """Read the integer net out of a quantised ONNX model, every scale, weight and bias as it stands there.

    Raises ConvertError naming operator and node when the graph holds an unknown operator or is no plain chain
    of quantised convolutions.
    """
    return _Chain(model.graph).read()


class _Chain:
    """Walks from the graph's input to its output, one value at a time."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        for node in graph.node:
            if node.op_type not in _KNOWN:
                raise ConvertError(f"operator {node.op_type} (node {node.name!r}) cannot be converted to TFLite")
        self._graph = graph
        self._constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self._makers = {output: node for node in graph.node for output in node.output}
        self._users: dict[str, list[onnx.NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._users.setdefault(name, []).append(node)

    def read(self) -> Net:
        """The net; raises ConvertError."""
        value, result = self._graph.input[0], self._graph.output[0]
        height = value.type.tensor_type.shape.dim[2].dim_value
        name, grid = self._quantised(value.name)
        source = grid
        steps: list[Conv | Pad] = []
        while name != result.name:
            node = self._next(name, "Conv")
            name, relu = node.output[0], False
            if self._peek(name) == "Relu":
                name, relu = self._next(name, "Relu").output[0], True
            name, after = self._quantised(name)
            steps += self._convolution(node, relu, grid, after)
            grid = after
        if not steps:
            raise ConvertError("the ONNX graph holds no layer")
        return Net(height, source, tuple(steps))

    def _peek(self, name: str) -> str:
        users = self._users.get(name, [])
        return users[0].op_type if users else "nothing"

    def _next(self, name: str, expected: str) -> onnx.NodeProto:
        """The one node that takes a value, which must be of the expected operator."""
        users = self._users.get(name, [])
        if len(users) != 1 or users[0].op_type != expected or users[0].input[0] != name:
            found = ", ".join(f"{node.op_type} (node {node.name!r})" for node in users) or "nothing"
            raise ConvertError(f"after {name!r} one {expected} is expected, not {found}")
        return users[0]

    def _quantised(self, name: str) -> tuple[str, Grid]:
        """Pass QuantizeLinear and DequantizeLinear; the value behind them, and their grid."""
        first = self._next(name, "QuantizeLinear")
        second = self._next(first.output[0], "DequantizeLinear")
        (scale, zero_point), others = self._scale(first), self._scale(second)
        same = np.array_equal(scale, others[0]) and np.array_equal(zero_point, others[1])
        if not same or zero_point.dtype != np.int8 or scale.size != 1:
            raise ConvertError(
                f"{second.op_type} (node {second.name!r}) does not undo an int8 QuantizeLinear per tensor"
            )
        return second.output[0], Grid(float(scale), int(zero_point))

    def _scale(self, node: onnx.NodeProto) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """Scale and zero point of a QuantizeLinear or DequantizeLinear."""
        if len(node.input) != 3 or any(name not in self._constants for name in node.input[1:]):
            raise ConvertError(f"{node.op_type} (node {node.name!r}) has no constant scale and zero point")
        return self._constants[node.input[1]], self._constants[node.input[2]]

    def _constant(self, node: onnx.NodeProto, index: int, dtype: type[Any]) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """Integers and per-channel scales of a convolution's weights or biases."""
        maker = self._makers.get(node.input[index]) if index < len(node.input) else None
        if maker is None or maker.op_type != "DequantizeLinear" or maker.input[0] not in self._constants:
            raise ConvertError(f"{node.op_type} (node {node.name!r}): input {index} is no quantised constant")
        values, (scale, zero_point) = self._constants[maker.input[0]], self._scale(maker)
        axis = _attributes(maker).get("axis", 1)
        if values.dtype != dtype or zero_point.any() or scale.shape != values.shape[:1] or axis != 0:
            raise ConvertError(
                f"{maker.op_type} (node {maker.name!r}): {np.dtype(dtype)} with one scale for each output channel "
                "and zero point 0 is expected"
            )
        return values, scale

    def _convolution(self, node: onnx.NodeProto, relu: bool, before: Grid, after: Grid) -> list[Conv | Pad]:
        weight, weight_scale = self._constant(node, 1, np.int8)
        bias, bias_scale = self._constant(node, 2, np.int32)
        where = f"{node.op_type} (node {node.name!r})"
        if not np.array_equal(bias_scale, np.float32(before.scale) * weight_scale):
            raise ConvertError(f"{where}: the bias is not at the scale of input times weights")
        found = _attributes(node)
        if found.get("group", 1) != 1 or set(found.get("dilations", [1])) != {1} or weight.ndim != 4:
            raise ConvertError(f"{where}: groups, dilations and other than two dimensions cannot be converted")
        if found.get("auto_pad", b"NOTSET") != b"NOTSET":
            raise ConvertError(f"{where}: auto_pad cannot be converted")
        vertical, horizontal = found.get("strides", [1, 1])
        above, left, below, right = found.get("pads", [0, 0, 0, 0])
        kernel = weight.shape[2:]
        centred = kernel[0] % 2 == kernel[1] % 2 == 1 and vertical == horizontal == 1
        same = centred and [above, left] == [below, right] == [k // 2 for k in kernel] and max(kernel) > 1
        steps: list[Conv | Pad] = []
        if not same and any((above, left, below, right)):
            # TFLite's SAME pads less at the top and left when the stride is 2, so these zeros are made explicit.
            steps.append(Pad(f"{node.name}/pad", (above, below), (left, right), before))
        rearranged = np.ascontiguousarray(weight.transpose(0, 2, 3, 1))
        strides = (int(vertical), int(horizontal))
        steps.append(Conv(node.name, rearranged, weight_scale, bias, strides, same, relu, before, after))
        return steps


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    value: Callable[[onnx.AttributeProto], Any] = onnx.helper.get_attribute_value
    return {attribute.name: value(attribute) for attribute in node.attribute}
