"""Reads a TFLite file of the kind that `posteye convert` writes, and refuses anything else.

Field numbers are those of the public TFLite schema (schema.fbs, version 3). Nothing in the file is trusted: a field, an
operator or a number that the converter never writes is an error, so that a file means one thing to every engine.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines.limits import MOST_BYTES, Shape, check_net, shape_after
from device_runtime.engines.net import Conv, Grid, Net, Pad
from device_runtime.engines.record import Record, require
from device_runtime.errors import BundleError

INT32, INT8 = 2, 9  # TensorType
CONV_2D, PAD = 3, 34  # BuiltinOperator
VERSIONS = {CONV_2D: 3, PAD: 2}  # the first with int8
CONV_OPTIONS, PAD_OPTIONS = 1, 22  # BuiltinOptions
SAME, VALID = 0, 1  # Padding
NO_ACTIVATION, RELU = 0, 1  # ActivationFunctionType

_MODEL = frozenset({0, 1, 2, 3, 4})  # version, operator codes, subgraphs, description, buffers
_CODE = frozenset({0, 2, 3})  # one-byte code, version, code
_SUBGRAPH = frozenset({0, 1, 2, 3, 4})  # tensors, inputs, outputs, operators, name
_TENSOR = frozenset({0, 1, 2, 3, 4, 7})  # shape, type, buffer, name, quantization, shape signature
_QUANTIZATION = frozenset({2, 3, 6})  # scale, zero point, axis
_BUFFER = frozenset({0})  # data
_OPERATOR = frozenset({0, 1, 2, 3, 4})  # code, inputs, outputs, kind of options, options
_CONV = frozenset({0, 1, 2, 3, 4, 5})  # padding, strides across and down, activation, dilations
_NO_FIELD: frozenset[int] = frozenset()


class _Graph:
    """The tensors, buffers and operator codes of a model, by index.

    Attributes:
        tensors: tables of tensors.
        buffers: tables of buffers.
        codes: operator codes.
        used: indices of the tensors that were asked for.
    """

    def __init__(self, model: Record, subgraph: Record) -> None:
        self.tensors = subgraph.records(0, "tensor", _TENSOR)
        self.buffers = model.records(4, "buffer", _BUFFER)
        self.codes = [_code(code) for code in model.records(1, "operator code", _CODE)]
        self.used: list[int] = []

    def grid(self, index: int) -> Grid:
        """Return scale and zero point of an int8 map, which has no numbers of its own."""
        tensor = self._tensor(index, INT8)
        require(not len(self._buffer(tensor)), f"tensor {index} is no constant but has numbers")
        quantization = tensor.record(4, "quantization", _QUANTIZATION)
        scales, zeros = quantization.values(2, "<f4"), quantization.values(3, "<i8")
        require(len(scales) == len(zeros) == 1 and -128 <= zeros[0] <= 127, f"tensor {index} is not on an int8 grid")
        return Grid(float(scales[0]), int(zeros[0]))

    def check_map(self, index: int, shape: Shape) -> None:
        """Require that a map has a shape, and that it says that its width may change."""
        rows, columns, channels = shape
        drawn, signature = (self.tensors[index].values(slot, "<i4").tolist() for slot in (0, 7))
        require(drawn == [1, rows, columns, channels], f"tensor {index} has an unexpected shape")
        require(signature == [1, rows, -1, channels], f"tensor {index} is not of any width")

    def constant(self, index: int, dtype: int, axes: int) -> NDArray[Any]:
        """Return the numbers of a constant tensor.

        Args:
            index: of the tensor.
            dtype: INT8 or INT32.
            axes: how many it must have.
        """
        tensor = self._tensor(index, dtype)
        shape = tensor.values(0, "<i4").tolist()
        require(len(shape) == axes and min(shape) > 0, f"tensor {index} has an unexpected shape")
        require(not len(tensor.values(7, "<i4")), f"tensor {index} is a constant of a changing shape")
        data = self._buffer(tensor)
        size = math.prod(shape) * (1 if dtype == INT8 else 4)
        require(len(data) == size, f"tensor {index} has {len(data)} bytes instead of {size}")
        return data.view("i1" if dtype == INT8 else "<i4").reshape(shape)

    def scales(self, index: int) -> NDArray[np.float32]:
        """Return the scales of a constant, float32, one for each place along its first axis."""
        quantization = self.tensors[index].record(4, "quantization", _QUANTIZATION)
        scales, zeros = quantization.values(2, "<f4"), quantization.values(3, "<i8")
        require(len(zeros) == len(scales) and not zeros.any(), f"tensor {index} has a zero point")
        require(quantization.number(6, "<i", 0) == 0, f"tensor {index} has scales along an unexpected axis")
        return scales

    def _tensor(self, index: int, dtype: int) -> Record:
        require(0 <= index < len(self.tensors), f"there is no tensor {index}")
        self.used.append(index)
        tensor = self.tensors[index]
        require(tensor.number(1, "<b", 0) == dtype, f"tensor {index} has an unexpected type")
        return tensor

    def _buffer(self, tensor: Record) -> NDArray[Any]:
        number = tensor.number(2, "<I", 0)
        require(number < len(self.buffers), f"there is no buffer {number}")
        return self.buffers[number].values(0, "u1")


@lru_cache(maxsize=2)  # a bundle is checked when it is loaded, and an engine built from it next: of two bundles
def read_net(data: bytes) -> Net:
    """Read the net out of a TFLite file.

    Args:
        data: the whole file.

    Raises:
        BundleError: the file is damaged, holds something that the converter does not write, or asks for more work or
            memory than a reader's model may.
    """
    require(len(data) <= MOST_BYTES, f"it has {len(data)} bytes, more than {MOST_BYTES}")
    require(data[4:8] == b"TFL3", "it is no TFLite file")
    net = _read(data)
    check_net(net)
    return net


def _read(data: bytes) -> Net:
    # The only graph of the file, its input and output.
    model = Record(data, int.from_bytes(data[:4], "little"), "model", _MODEL)
    require(model.number(0, "<I", 0) == 3, "it is not of version 3 of the schema")
    subgraphs = model.records(2, "graph", _SUBGRAPH)
    require(len(subgraphs) == 1, f"{len(subgraphs)} graphs instead of one")
    graph = _Graph(model, subgraphs[0])
    first, last = _only(subgraphs[0], 1), _only(subgraphs[0], 2)
    source = graph.grid(first)
    drawn = graph.tensors[first].values(0, "<i4").tolist()
    require(len(drawn) == 4 and min(drawn) > 0, "the input is no image")
    shape: Shape = (drawn[1], drawn[2], 1)
    graph.check_map(first, shape)
    # Its operators, each of which takes the map that the one before made.
    steps: list[Conv | Pad] = []
    current = first
    for number, operator in enumerate(subgraphs[0].records(3, "operator", _OPERATOR)):
        inputs, output = operator.values(1, "<i4").tolist(), _only(operator, 2)
        require(inputs[:1] == [current], "the operators are no chain")
        ends = (_grid(steps, source), graph.grid(output))
        step = _step(graph, operator, f"operator {number}", inputs, ends)
        shape = shape_after(step, shape)
        graph.check_map(output, shape)
        steps.append(step)
        current = output
    require(current == last and bool(steps), "the operators do not lead to the output")
    require(sorted(graph.used) == list(range(len(graph.tensors))), "a tensor has two uses or none")
    return Net(drawn[1], source, tuple(steps))


def _grid(steps: list[Conv | Pad], source: Grid) -> Grid:
    """The grid after the steps."""
    if not steps:
        return source
    last = steps[-1]
    return last.output if isinstance(last, Conv) else last.grid


def _only(record: Record, slot: int) -> int:
    """The one number of a vector."""
    values = record.values(slot, "<i4").tolist()
    require(len(values) == 1, "one input and one output are expected")
    return int(values[0])


def _code(record: Record) -> int:
    # Operators below 127 stand in an older one-byte field as well; readers take the greater of the two.
    old, code = record.number(0, "<b", 0), record.number(3, "<i", 0)
    require(old == code, "an operator has two codes")
    require(
        code not in VERSIONS or record.number(2, "<i", 1) == VERSIONS[code], f"operator {code} is of another version"
    )
    return code


def _step(graph: _Graph, operator: Record, name: str, inputs: list[int], ends: tuple[Grid, Grid]) -> Conv | Pad:
    index, kind = operator.number(0, "<I", 0), operator.number(3, "<B", 0)
    code = graph.codes[index] if index < len(graph.codes) else -1
    if (code, len(inputs), kind) == (CONV_2D, 3, CONV_OPTIONS):
        return _conv(graph, operator.record(4, "convolution", _CONV), name, inputs, ends)
    if (code, len(inputs), kind) == (PAD, 2, PAD_OPTIONS):
        operator.record(4, "padding", _NO_FIELD)
        return _pad(graph, name, inputs, ends)
    raise BundleError(f"model.tflite: {name} has code {code}; the engines here compute CONV_2D and PAD only")


def _conv(graph: _Graph, options: Record, name: str, inputs: list[int], ends: tuple[Grid, Grid]) -> Conv:
    weight, bias = graph.constant(inputs[1], INT8, 4), graph.constant(inputs[2], INT32, 1)
    scales = graph.scales(inputs[1])
    require(len(weight) == len(bias) == len(scales), f"{name} has uneven weights, scales and biases")
    # The interpreters scale sums by the weights alone, so that other scales of the bias would say what nobody computes.
    with np.errstate(all="ignore"):  # scales that are no numbers are refused by check_net
        products = np.float32(ends[0].scale) * scales
    require(np.array_equal(graph.scales(inputs[2]), products, equal_nan=True), f"{name} has biases on another grid")
    padding = options.number(0, "<b", SAME)
    stride = (options.number(2, "<i", 0), options.number(1, "<i", 0))
    activation = options.number(3, "<b", NO_ACTIVATION)
    dilation = {options.number(slot, "<i", 1) for slot in (4, 5)}
    kernel = weight.shape[1:3]
    require(min(stride) >= 1 and dilation == {1} and activation in (NO_ACTIVATION, RELU), f"{name} is of no known kind")
    centered = stride == (1, 1) and kernel[0] % 2 == kernel[1] % 2 == 1
    require(padding == VALID or (padding == SAME and centered), f"{name} has a padding that this program does not use")
    return Conv(name, weight, scales, bias, stride, padding == SAME, activation == RELU, *ends)


def _pad(graph: _Graph, name: str, inputs: list[int], ends: tuple[Grid, Grid]) -> Pad:
    sizes = graph.constant(inputs[1], INT32, 2)
    require(sizes.shape == (4, 2) and not sizes[[0, 3]].any(), f"{name} pads more than rows and columns")
    require(ends[0] == ends[1], f"{name} changes the grid")
    (above, below), (left, right) = sizes[1:3].tolist()
    return Pad(name, (above, below), (left, right), ends[0])
