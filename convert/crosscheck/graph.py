"""Reads any TFLite file as a graph of tensors and operators, for comparing one file with another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from convert.errors import ConvertError

_DTYPES: dict[int, np.dtype[Any]] = {
    schema.TensorType.INT8: np.dtype(np.int8),
    schema.TensorType.INT32: np.dtype(np.int32),
    schema.TensorType.FLOAT32: np.dtype(np.float32),
}


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of a file.

    Attributes:
        dtype: Of its numbers.
        shape: -1 where the size follows the input.
        scales: float32, one for the whole tensor or one for each index of `axis`; empty when it is on no grid.
        zero_points: int64, like the scales.
        axis: Along which the scales differ.
        values: Its numbers when they are constant.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int
    values: NDArray[Any] | None

    def __str__(self) -> str:
        return f"{self.dtype} {list(self.shape)}"


@dataclass(frozen=True, eq=False)
class Operator:
    """An operator of a file.

    Attributes:
        kind: Its name in the schema.
        version: Of the operator.
        options: By name.
        inputs: Numbers of tensors in the graph.
        outputs: Numbers of tensors in the graph.
    """

    kind: str
    version: int
    options: dict[str, Any]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Graph:
    """All tensors and operators of a file.

    Attributes:
        tensors: By number.
        operators: In the order in which they run.
        inputs: Numbers of the tensors that go in.
        outputs: Numbers of the tensors that come out.
    """

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def maker(self, tensor: int) -> int | None:
        """The number of the operator that computes a tensor; None for constants and for what goes into the graph."""
        return next((i for i, operator in enumerate(self.operators) if tensor in operator.outputs), None)


def read_graph(data: bytes) -> Graph:
    """Read a TFLite file of one graph whose tensors are int8, int32 or float32.

    Raises:
        ConvertError: For any other.
    """
    if data[4:8] != b"TFL3":
        raise ConvertError("the model is no TFLite file")
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    if len(model.subgraphs) != 1:
        raise ConvertError(f"the model holds {len(model.subgraphs)} graphs; one can be compared")
    graph = model.subgraphs[0]
    return Graph(
        tuple(_tensor(tensor, model.buffers) for tensor in graph.tensors),
        tuple(_operator(operator, model.operatorCodes) for operator in graph.operators),
        _numbers(graph.inputs),
        _numbers(graph.outputs),
    )


def _tensor(tensor: Any, buffers: list[Any]) -> Tensor:
    if tensor.type not in _DTYPES:
        raise ConvertError(f"tensor {tensor.name!r} has type {tensor.type} of the TFLite schema; it cannot be compared")
    dtype = _DTYPES[tensor.type]
    signature = tensor.shapeSignature
    shape = _numbers(tensor.shape if signature is None or not len(signature) else signature)
    data = buffers[tensor.buffer].data
    values = None if data is None or not len(data) else np.asarray(data, np.uint8).view(dtype).reshape(shape)
    grid = tensor.quantization
    if grid is None or grid.scale is None:
        return Tensor(dtype, shape, np.empty(0, np.float32), np.empty(0, np.int64), 0, values)
    scales, zero_points = np.asarray(grid.scale, np.float32), np.asarray(grid.zeroPoint, np.int64)
    return Tensor(dtype, shape, scales, zero_points, grid.quantizedDimension, values)


def _operator(operator: Any, codes: list[Any]) -> Operator:
    code = codes[operator.opcodeIndex]
    options = vars(operator.builtinOptions) if operator.builtinOptions is not None else {}
    inputs, outputs = _numbers(operator.inputs), _numbers(operator.outputs)
    # Operators below 127 may stand in an older one-byte field alone; readers take the greater of the two.
    return Operator(_name(max(code.builtinCode, code.deprecatedBuiltinCode)), code.version, options, inputs, outputs)


def _name(code: int) -> str:
    return next((name for name, value in vars(schema.BuiltinOperator).items() if value == code), f"operator {code}")


def _numbers(values: Any) -> tuple[int, ...]:
    return () if values is None else tuple(int(value) for value in values)
