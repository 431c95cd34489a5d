"""Flatbuffer tables, read with every offset and length checked: nothing outside the file is ever looked at.

The layout is that of the public FlatBuffers description (tables, vtables, vectors; numbers are little-endian).
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import BundleError

_MOST_ENTRIES = 256  # of any list of tables; our models have about forty tensors


def require(condition: bool, complaint: str) -> None:
    """Refuse a model unless a condition holds.

    Args:
        condition: what must be true.
        complaint: what is wrong otherwise.

    Raises:
        BundleError: the condition is false.
    """
    if not condition:
        raise BundleError(f"model.tflite is damaged or not ours: {complaint}")


class Record:
    """One table of a file, and the fields that it may have.

    Args:
        data: the whole file.
        position: of the table.
        kind: its name in messages.
        slots: numbers of the fields in the schema that are understood; a table with another one is refused, for it
            means
            something that this program would not see.

    Raises:
        BundleError: the table is damaged or has another field.
    """

    def __init__(self, data: bytes, position: int, kind: str, slots: frozenset[int]) -> None:
        self._data, self._kind, self._position = data, kind, position
        vtable = position - int(self._unpack("<i", position))
        size, extent = int(self._unpack("<H", vtable)), int(self._unpack("<H", vtable + 2))
        self._inside(vtable, size)
        self._inside(position, extent)
        require(size >= 4 and size % 2 == 0, f"{kind}: a list of fields of {size} bytes")
        offsets = np.frombuffer(data, "<u2", size // 2 - 2, vtable + 4) if size > 4 else np.empty(0, "<u2")
        self._offsets = {slot: position + int(offset) for slot, offset in enumerate(offsets) if offset}
        strange = sorted(self._offsets.keys() - slots)
        require(not strange, f"{kind}: the converter never writes field {strange[:1]}")

    def number(self, slot: int, form: str, default: int) -> int:
        """Read a number.

        Args:
            slot: number of the field.
            form: as `struct` has it, such as "<i".
            default: returned when the field is absent.
        """
        offset = self._offsets.get(slot)
        return default if offset is None else int(self._unpack(form, offset))

    def record(self, slot: int, kind: str, slots: frozenset[int]) -> Record:
        """Read the table that a field points at.

        Args:
            slot: number of the field.
            kind: name of that table in messages.
            slots: fields that it may have.
        """
        require(slot in self._offsets, f"{self._kind}: field {slot} is missing")
        return Record(self._data, self._follow(self._offsets[slot]), kind, slots)

    def values(self, slot: int, dtype: str) -> NDArray[Any]:
        """Read a vector of numbers; empty when the field is absent.

        Args:
            slot: number of the field.
            dtype: as NumPy has it, such as "<i4".
        """
        if slot not in self._offsets:
            return np.empty(0, dtype)
        start = self._follow(self._offsets[slot])
        count = int(self._unpack("<I", start))
        self._inside(start + 4, count * np.dtype(dtype).itemsize)
        return np.frombuffer(self._data, dtype, count, start + 4) if count else np.empty(0, dtype)

    def records(self, slot: int, kind: str, slots: frozenset[int]) -> list[Record]:
        """Read a list of tables; empty when the field is absent.

        Args:
            slot: number of the field.
            kind: name of those tables in messages.
            slots: fields that they may have.
        """
        jumps = self.values(slot, "<u4")
        require(len(jumps) <= _MOST_ENTRIES, f"{len(jumps)} entries in one list")
        start = self._follow(self._offsets[slot]) + 4 if len(jumps) else 0
        return [Record(self._data, start + 4 * i + int(jump), kind, slots) for i, jump in enumerate(jumps)]

    def _follow(self, offset: int) -> int:
        return offset + int(self._unpack("<I", offset))

    def _unpack(self, form: str, offset: int) -> Any:
        self._inside(offset, struct.calcsize(form))
        return struct.unpack_from(form, self._data, offset)[0]

    def _inside(self, offset: int, size: int) -> None:
        require(0 <= offset <= len(self._data) - size, f"{self._kind}: it points outside the file")
