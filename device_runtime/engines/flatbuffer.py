"""Reads a TFLite file of the kind that `posteye convert` writes, and refuses anything else.

Field numbers are those of the public TFLite schema (schema.fbs, version 3). Nothing in the file is trusted.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from flatbuffers import number_types as flags
from flatbuffers.table import Table
from numpy.typing import NDArray

from device_runtime.engines.net import Conv, Grid, Net, Pad
from device_runtime.errors import BundleError

_INT32, _INT8 = 2, 9  # TensorType
_CONV_2D, _PAD = 3, 34  # BuiltinOperator
_SAME, _VALID = 0, 1  # Padding
_NO_ACTIVATION, _RELU = 0, 1  # ActivationFunctionType
_MOST_ENTRIES = 256  # of any table list; our models have about forty tensors
_WIDEST_PAD_PX = 64


class _Record:
    """One flatbuffer table; `slot` is the field's number in the schema."""

    def __init__(self, data: bytes, position: int) -> None:
        if not 0 < position <= len(data) - 4:
            raise BundleError("model.tflite is damaged: it points outside itself")
        self._data = data
        self._table = Table(data, position)

    def _where(self, slot: int) -> int:
        offset: int = self._table.Offset(4 + 2 * slot)
        return offset

    def number(self, slot: int, kind: Any, default: int) -> int:
        offset = self._where(slot)
        return int(self._table.Get(kind, self._table.Pos + offset)) if offset else default

    def record(self, slot: int) -> _Record:
        offset = self._where(slot)
        _require(offset != 0, f"a record lacks field {slot}")
        return _Record(self._data, self._table.Indirect(self._table.Pos + offset))

    def values(self, slot: int, dtype: str) -> NDArray[Any]:
        """A vector of numbers; empty when the field is absent."""
        offset = self._where(slot)
        if not offset:
            return np.empty(0, dtype)
        start, count = self._table.Vector(offset), self._table.VectorLen(offset)
        return np.frombuffer(self._data, dtype, count, start)

    def records(self, slot: int) -> list[_Record]:
        jumps = self.values(slot, "<u4")
        _require(len(jumps) <= _MOST_ENTRIES, f"{len(jumps)} entries in one list")
        start = self._table.Vector(self._where(slot)) if len(jumps) else 0
        return [_Record(self._data, start + 4 * i + int(jump)) for i, jump in enumerate(jumps)]


class _Graph:
    """The tensors, buffers and operator codes of a model, by index."""

    def __init__(self, model: _Record, subgraph: _Record) -> None:
        self.tensors = subgraph.records(0)
        self.buffers = model.records(4)
        # Operators below 127 stand in an older one-byte field as well; readers take the greater of the two.
        self.codes = [max(c.number(0, flags.Int8Flags, 0), c.number(3, flags.Int32Flags, 0)) for c in model.records(1)]

    def tensor(self, index: int, dtype: int) -> _Record:
        _require(0 <= index < len(self.tensors), f"there is no tensor {index}")
        tensor = self.tensors[index]
        _require(tensor.number(1, flags.Int8Flags, 0) == dtype, f"tensor {index} has an unexpected type")
        return tensor

    def grid(self, index: int) -> Grid:
        """Scale and zero point of an int8 map."""
        quantization = self.tensor(index, _INT8).record(4)
        scales, zeros = _scales(quantization), quantization.values(3, "<i8")
        _require(len(scales) == len(zeros) == 1 and -128 <= zeros[0] <= 127, f"tensor {index} is not on an int8 grid")
        return Grid(float(scales[0]), int(zeros[0]))

    def constant(self, index: int, dtype: int, axes: int) -> NDArray[Any]:
        """The numbers of a constant tensor, int8 or int32."""
        tensor = self.tensor(index, dtype)
        shape = tensor.values(0, "<i4")
        _require(len(shape) == axes and bool((shape > 0).all()), f"tensor {index} has an unexpected shape")
        number = tensor.number(2, flags.Uint32Flags, 0)
        _require(number < len(self.buffers), f"there is no buffer {number}")
        return self.buffers[number].values(0, "u1").view("i1" if dtype == _INT8 else "<i4").reshape(tuple(shape))


def read_net(data: bytes) -> Net:
    """Read the net out of a TFLite file.

    Raises BundleError when the file is damaged or holds something that the NumPy engine cannot compute.
    """
    _require(data[4:8] == b"TFL3", "it is no TFLite file")
    try:
        return _read(data)
    except (struct.error, IndexError, OverflowError, TypeError, ValueError) as error:
        # All that broken offsets and lengths can raise in `flatbuffers` and in numpy's vector views.
        raise BundleError(f"model.tflite is damaged: {error}") from error


def _read(data: bytes) -> Net:
    model = _Record(data, struct.unpack_from("<I", data)[0])
    subgraphs = model.records(2)
    _require(len(subgraphs) == 1, f"{len(subgraphs)} graphs instead of one")
    graph = _Graph(model, subgraphs[0])
    ends = [subgraphs[0].values(slot, "<i4") for slot in (1, 2)]
    _require(all(len(end) == 1 for end in ends), "one input and one output are expected")
    current = first = int(ends[0][0])
    shape = graph.tensor(first, _INT8).values(0, "<i4")
    _require(len(shape) == 4 and shape[0] == shape[3] == 1 and 0 < shape[1] <= 1024, "the input is no strip")
    rows, channels = int(shape[1]), 1
    steps: list[Conv | Pad] = []
    for number, operator in enumerate(subgraphs[0].records(3)):
        inputs, outputs = operator.values(1, "<i4"), operator.values(2, "<i4")
        _require(len(outputs) == 1 and len(inputs) > 0 and inputs[0] == current, "the operators are no chain")
        current = int(outputs[0])
        index = operator.number(0, flags.Uint32Flags, 0)
        code = graph.codes[index] if index < len(graph.codes) else -1
        step = _step(graph, operator, code, f"operator {number}", [int(i) for i in inputs], current)
        rows, channels = _shape_after(step, rows, channels)
        steps.append(step)
    _require(current == int(ends[1][0]) and bool(steps) and rows == 1, "the operators do not lead to the output")
    return Net(int(shape[1]), graph.grid(first), tuple(steps))


def _step(graph: _Graph, operator: _Record, code: int, name: str, inputs: list[int], output: int) -> Conv | Pad:
    if code == _CONV_2D and len(inputs) == 3:
        return _conv(graph, operator.record(4), name, inputs, output)
    if code == _PAD and len(inputs) == 2:
        return _pad(graph, name, inputs, output)
    raise BundleError(f"model.tflite: {name} has code {code}; the NumPy engine computes CONV_2D and PAD only")


def _conv(graph: _Graph, options: _Record, name: str, inputs: list[int], output: int) -> Conv:
    weight, bias = graph.constant(inputs[1], _INT8, 4), graph.constant(inputs[2], _INT32, 1)
    quantization = graph.tensor(inputs[1], _INT8).record(4)
    scales = _scales(quantization)
    _require(len(weight) == len(bias) == len(scales), f"{name} has uneven weights, scales and biases")
    _require(not quantization.values(3, "<i8").any(), f"{name} has weights with a zero point")
    _require(quantization.number(6, flags.Int32Flags, 0) == 0, f"{name} has scales along an unexpected axis")
    padding = options.number(0, flags.Int8Flags, _SAME)
    stride = (options.number(2, flags.Int32Flags, 0), options.number(1, flags.Int32Flags, 0))
    activation = options.number(3, flags.Int8Flags, _NO_ACTIVATION)
    dilation = {options.number(slot, flags.Int32Flags, 1) for slot in (4, 5)}
    kernel = weight.shape[1:3]
    _require(
        min(stride) >= 1 and dilation == {1} and activation in (_NO_ACTIVATION, _RELU), f"{name} is of no known kind"
    )
    centred = stride == (1, 1) and kernel[0] % 2 == kernel[1] % 2 == 1
    _require(
        padding == _VALID or (padding == _SAME and centred), f"{name} has a padding that this program does not use"
    )
    relu = activation == _RELU
    ends = graph.grid(inputs[0]), graph.grid(output)
    return Conv(name, weight, scales, bias, stride, padding == _SAME, relu, *ends)


def _pad(graph: _Graph, name: str, inputs: list[int], output: int) -> Pad:
    sizes = graph.constant(inputs[1], _INT32, 2)
    _require(sizes.shape == (4, 2) and not sizes[[0, 3]].any(), f"{name} pads more than rows and columns")
    _require(bool(((sizes >= 0) & (sizes <= _WIDEST_PAD_PX)).all()), f"{name} pads by an impossible size")
    grid = graph.grid(inputs[0])
    _require(grid == graph.grid(output), f"{name} changes the grid")
    (above, below), (left, right) = sizes[1:3].tolist()
    return Pad(name, (above, below), (left, right), grid)


def _shape_after(step: Conv | Pad, rows: int, channels: int) -> tuple[int, int]:
    """Rows and channels of a map after the step; the columns depend on the strip."""
    if isinstance(step, Pad):
        return rows + sum(step.rows), channels
    out, height, _, depth = step.weight.shape
    _require(depth == channels and (step.same or height <= rows), f"{step.name} does not fit the map before it")
    return (rows if step.same else (rows - height) // step.stride[0] + 1), out


def _scales(quantization: _Record) -> NDArray[np.float32]:
    scales = quantization.values(2, "<f4")
    _require(bool((np.isfinite(scales) & (scales > 0)).all()), "a scale is not a positive number")
    return scales


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        raise BundleError(f"model.tflite is damaged or not ours: {complaint}")
