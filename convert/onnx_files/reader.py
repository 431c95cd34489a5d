"""ONNX with QuantizeLinear and DequantizeLinear -> the chain of integer steps that kernels compute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from convert.chain import TANH_GRID, Chain, Depthwise, Distances, Step, Tanh
from convert.errors import ConvertError
from device_runtime.engines.net import Conv, Grid, Net, Pad

_KNOWN = ("QuantizeLinear", "DequantizeLinear", "Conv", "Relu", "Tanh", "Mul", "Concat")


def read_onnx(model: onnx.ModelProto) -> Net:
    """Read the scanner's integer net out of a quantised ONNX model, every scale, weight and bias as it stands there.

    Raises:
        ConvertError: Naming operator and node, when the graph holds an unknown operator or is no plain chain of
            quantised convolutions.
    """
    chain = read_chain(model)
    net = chain.as_net()
    if net is None:
        raise ConvertError("a bundle's model has convolutions only: no Tanh, no distances, no channel by itself")
    return net


def read_chain(model: onnx.ModelProto) -> Chain:
    """Read any integer chain: convolutions, depthwise ones and Tanh, with squared distances at its end.

    Raises:
        ConvertError: As `read_onnx` does.
    """
    return _Walk(model.graph).read()


class _Walk:
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

    def read(self) -> Chain:
        """The chain; raises ConvertError."""
        value, result = self._graph.input[0], self._graph.output[0]
        height = value.type.tensor_type.shape.dim[2].dim_value
        name, grid = self._quantized(value.name)
        source = grid
        steps: list[Step] = []
        while name != result.name:
            users = {node.op_type for node in self._users.get(name, [])}
            if users == {"Mul", "Concat"}:
                name, found = self._distances(name, grid)
            elif users == {"Tanh"}:
                name, found = self._tanh(name, grid)
            else:
                name, found = self._layer(name, grid)
            steps += found
            grid = steps[-1].grid if isinstance(steps[-1], Pad) else steps[-1].output
        if not steps:
            raise ConvertError("the ONNX graph holds no layer")
        return Chain(height, source, tuple(steps))

    def _layer(self, name: str, before: Grid) -> tuple[str, Sequence[Step]]:
        """A convolution with the Relu and the quantisation behind it, and the padding that it needs."""
        node = self._next(name, "Conv")
        name, relu = node.output[0], False
        if self._peek(name) == "Relu":
            name, relu = self._next(name, "Relu").output[0], True
        name, after = self._quantized(name)
        if _attributes(node).get("group", 1) != 1:
            return name, [self._depthwise(node, relu, before, after)]
        return name, self._convolution(node, relu, before, after)

    def _tanh(self, name: str, before: Grid) -> tuple[str, Sequence[Step]]:
        node = self._next(name, "Tanh")
        name, after = self._quantized(node.output[0])
        if after != TANH_GRID:
            raise ConvertError(f"Tanh (node {node.name!r}): TFLite's int8 TANH has scale 1/128 and zero point 0 only")
        return name, [Tanh(node.name, before)]

    def _distances(self, name: str, before: Grid) -> tuple[str, Sequence[Step]]:
        """x * x -> a convolution; x and that side by side -> another."""
        square, joint = (next(n for n in self._users[name] if n.op_type == kind) for kind in ("Mul", "Concat"))
        what = f"Mul (node {square.name!r}) and Concat (node {joint.name!r})"
        squares, grid = self._quantized(square.output[0])
        sums, first = self._layer(squares, grid)
        if [list(square.input), list(joint.input)] != [[name, name], [name, sums]] or len(self._users[name]) != 3:
            raise ConvertError(f"{what} are not x * x and x with its sums")
        joined, after = self._quantized(joint.output[0])
        end, second = self._layer(joined, after)
        convolutions = [step for step in (*first, *second) if isinstance(step, Conv)]
        if len(convolutions) != len(first) + len(second) or _attributes(joint).get("axis") != 1:
            raise ConvertError(f"{what}: plain convolutions on channels side by side are expected")
        if not before == convolutions[0].output == after:
            raise ConvertError(f"{what}: both inputs of Concat and its output must be on one grid")
        return end, [Distances(joint.name, grid, *convolutions)]

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

    def _quantized(self, name: str) -> tuple[str, Grid]:
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

    def _numbers(self, node: onnx.NodeProto, before: Grid) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[Any]]:
        """Weights, their scales and biases of a convolution of two dimensions without dilations."""
        weight, weight_scale = self._constant(node, 1, np.int8)
        bias, bias_scale = self._constant(node, 2, np.int32)
        where, found = f"{node.op_type} (node {node.name!r})", _attributes(node)
        if not np.array_equal(bias_scale, np.float32(before.scale) * weight_scale):
            raise ConvertError(f"{where}: the bias is not at the scale of input times weights")
        if set(found.get("dilations", [1])) != {1} or weight.ndim != 4:
            raise ConvertError(f"{where}: dilations and other than two dimensions cannot be converted")
        if found.get("auto_pad", b"NOTSET") != b"NOTSET":
            raise ConvertError(f"{where}: auto_pad cannot be converted")
        return weight, weight_scale, bias

    def _depthwise(self, node: onnx.NodeProto, relu: bool, before: Grid, after: Grid) -> Depthwise:
        weight, weight_scale, bias = self._numbers(node, before)
        found = _attributes(node)
        if found["group"] != len(weight) or weight.shape[1] != 1 or relu or any(found.get("pads", [0])):
            raise ConvertError(
                f"{node.op_type} (node {node.name!r}): of groups only one a channel can be converted, without padding "
                "and Relu"
            )
        vertical, horizontal = found.get("strides", [1, 1])
        strides = (int(vertical), int(horizontal))
        return Depthwise(node.name, np.ascontiguousarray(weight[:, 0]), weight_scale, bias, strides, before, after)

    def _convolution(self, node: onnx.NodeProto, relu: bool, before: Grid, after: Grid) -> list[Conv | Pad]:
        weight, weight_scale, bias = self._numbers(node, before)
        found = _attributes(node)
        vertical, horizontal = found.get("strides", [1, 1])
        above, left, below, right = found.get("pads", [0, 0, 0, 0])
        kernel = weight.shape[2:]
        centered = kernel[0] % 2 == kernel[1] % 2 == 1 and vertical == horizontal == 1
        same = centered and [above, left] == [below, right] == [k // 2 for k in kernel] and max(kernel) > 1
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
