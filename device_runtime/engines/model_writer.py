"""Writes the file that an interpreter is given: a net that was read and checked, and nothing else of its file.

The interpreters look at model files through offsets that they trust, and a hostile one ends the process. They see only
what is written here, so that whatever else a file held (other fields, orders, overlaps) never reaches them. The file
itself, with names for people, is written by the converter on the workstation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from flatbuffers import number_types as forms
from numpy.typing import NDArray

from device_runtime.engines.limits import Shape, shape_after
from device_runtime.engines.net import Conv, Grid, Net, Pad
from device_runtime.engines.tflite_reader import (
    CONV_2D,
    CONV_OPTIONS,
    INT8,
    INT32,
    NO_ACTIVATION,
    PAD,
    PAD_OPTIONS,
    RELU,
    SAME,
    VALID,
    VERSIONS,
)

_DRAWN_PX = 160  # `shape` names a width; `shape_signature` says that any will do
_CODES = (CONV_2D, PAD)

_Field = tuple[int, Any, int]  # slot in the schema, form (None: points at a table or vector), value


def write_model(net: Net) -> bytes:
    """Write a net as a TFLite file (schema version 3).

    Args:
        net: one that `check_net` has passed.

    Returns:
        The bytes of the file.
    """
    return _Writer().write(net)


class _Writer:
    """Collects tensors, buffers and operators in the order in which they are met, by where they stand in the file."""

    def __init__(self) -> None:
        self._file = flatbuffers.Builder(1 << 17)
        self._buffers, self._tensors, self._operators = [self._table()], list[int](), list[int]()  # buffer 0 is empty

    def write(self, net: Net) -> bytes:
        """Write the file of a net."""
        shape: Shape = (net.height_px, _DRAWN_PX, 1)
        first = current = self._map(shape, net.input)
        for step in net.steps:
            shape = shape_after(step, shape)
            current = self._conv(step, current, shape) if isinstance(step, Conv) else self._pad(step, current, shape)
        codes = [
            self._table((0, forms.Int8Flags, code), (2, forms.Int32Flags, VERSIONS[code]), (3, forms.Int32Flags, code))
            for code in _CODES
        ]
        graph = self._table(
            (0, None, self._tables(self._tensors)),
            (1, None, self._vector(np.array([first], np.int32))),
            (2, None, self._vector(np.array([current], np.int32))),
            (3, None, self._tables(self._operators)),
        )
        model = self._table(
            (0, forms.Uint32Flags, 3),
            (1, None, self._tables(codes)),
            (2, None, self._tables([graph])),
            (4, None, self._tables(self._buffers)),
        )
        self._file.Finish(model, b"TFL3")
        return bytes(self._file.Output())

    def _conv(self, conv: Conv, source: int, shape: Shape) -> int:
        weight = self._constant(conv.weight, conv.weight_scale)
        bias = self._constant(conv.bias, np.float32(conv.input.scale) * conv.weight_scale)
        options = self._table(
            (0, forms.Int8Flags, SAME if conv.same else VALID),
            (1, forms.Int32Flags, conv.stride[1]),
            (2, forms.Int32Flags, conv.stride[0]),
            (3, forms.Int8Flags, RELU if conv.relu else NO_ACTIVATION),
        )
        return self._operator(CONV_2D, [source, weight, bias], self._map(shape, conv.output), CONV_OPTIONS, options)

    def _pad(self, pad: Pad, source: int, shape: Shape) -> int:
        sizes = self._constant(np.array([(0, 0), pad.rows, pad.columns, (0, 0)], np.int32), None)
        return self._operator(PAD, [source, sizes], self._map(shape, pad.grid), PAD_OPTIONS, self._table())

    def _operator(self, code: int, inputs: list[int], output: int, kind: int, options: int) -> int:
        fields = (
            (0, forms.Uint32Flags, _CODES.index(code)),
            (1, None, self._vector(np.array(inputs, np.int32))),
            (2, None, self._vector(np.array([output], np.int32))),
            (3, forms.Uint8Flags, kind),
            (4, None, options),
        )
        self._operators.append(self._table(*fields))
        return output

    def _map(self, shape: Shape, grid: Grid) -> int:
        rows, columns, channels = shape
        return self._tensor(
            (0, None, self._vector(np.array([1, rows, columns, channels], np.int32))),
            (1, forms.Int8Flags, INT8),
            (4, None, self._quantization(np.array([grid.scale], np.float32), grid.zero_point)),
            (7, None, self._vector(np.array([1, rows, -1, channels], np.int32))),
        )

    def _constant(self, values: NDArray[Any], scale: NDArray[np.float32] | None) -> int:
        self._buffers.append(self._table((0, None, self._vector(values.reshape(-1).view(np.uint8)))))
        fields: list[_Field] = [
            (0, None, self._vector(np.array(values.shape, np.int32))),
            (1, forms.Int8Flags, INT8 if values.dtype == np.int8 else INT32),
            (2, forms.Uint32Flags, len(self._buffers) - 1),
        ]
        if scale is not None:
            fields.append((4, None, self._quantization(scale, 0)))
        return self._tensor(*fields)

    def _tensor(self, *fields: _Field) -> int:
        self._tensors.append(self._table(*fields))
        return len(self._tensors) - 1

    def _quantization(self, scale: NDArray[np.float32], zero_point: int) -> int:
        zeros = np.full(scale.shape, zero_point, np.int64)
        return self._table((2, None, self._vector(scale)), (3, None, self._vector(zeros)))

    def _table(self, *fields: _Field) -> int:
        self._file.StartObject(max((slot for slot, _, _ in fields), default=-1) + 1)
        for slot, form, value in fields:
            if form is None:
                self._file.PrependUOffsetTRelativeSlot(slot, value, 0)
            else:
                self._file.Prepend(form, value)  # also where it is the schema's default
                self._file.Slot(slot)
        return int(self._file.EndObject())

    def _tables(self, offsets: Sequence[int]) -> int:
        self._file.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._file.PrependUOffsetTRelative(offset)
        return int(self._file.EndVector())

    def _vector(self, values: NDArray[Any]) -> int:
        return int(self._file.CreateNumpyVector(np.ascontiguousarray(values)))
