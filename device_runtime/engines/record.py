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
    """Raise BundleError with the complaint unless the condition holds."""
    if not condition:
        raise BundleError(f"model.tflite is damaged or not ours: {complaint}")


class Record:
    """One table of a file, and the fields that it may have.

    kind: its name in messages. slots: the numbers of the fields in the schema that are understood; a table with another
    one is refused with BundleError, for it means something that this program would not see.
    """

    def __init__(self, data: bytes, position: int, kind: str, slots: frozenset[int]) -> None:
        self._data, self._kind, self._position = data, kind, position
        vtable = position - int(self._unpack("<i", position))
        size, extent = int(self._unpack("<H", vtable)), int(self._unpack("<H", vtable + 2))
        self._inside(vtable, size)
        self._inside(position, extent)
        require(size >= 4 and size % 2 == 0, f"{kind}: a list of fields of {size} bytes")
        offsets = np.frombuffer(data, "<u2", size // 2 - 2, vtable + 4) if size > 4 else np.empty(0, "<u2")
        self._places = {slot: position + int(offset) for slot, offset in enumerate(offsets) if offset}
        strange = sorted(self._places.keys() - slots)
        require(not strange, f"{kind}: the converter never writes field {strange[:1]}")

    def number(self, slot: int, form: str, default: int) -> int:
        """A number in the form of `struct`, such as "<i"; the default when the field is absent."""
        place = self._places.get(slot)
        return default if place is None else int(self._unpack(form, place))

    def record(self, slot: int, kind: str, slots: frozenset[int]) -> Record:
        """The table that a field points at."""
        require(slot in self._places, f"{self._kind}: field {slot} is missing")
        return Record(self._data, self._follow(self._places[slot]), kind, slots)

    def values(self, slot: int, dtype: str) -> NDArray[Any]:
        """A vector of numbers; empty when the field is absent."""
        if slot not in self._places:
            return np.empty(0, dtype)
        start = self._follow(self._places[slot])
        count = int(self._unpack("<I", start))
        self._inside(start + 4, count * np.dtype(dtype).itemsize)
        return np.frombuffer(self._data, dtype, count, start + 4) if count else np.empty(0, dtype)

    def records(self, slot: int, kind: str, slots: frozenset[int]) -> list[Record]:
        """A list of tables; empty when the field is absent."""
        jumps = self.values(slot, "<u4")
        require(len(jumps) <= _MOST_ENTRIES, f"{len(jumps)} entries in one list")
        start = self._follow(self._places[slot]) + 4 if len(jumps) else 0
        return [Record(self._data, start + 4 * i + int(jump), kind, slots) for i, jump in enumerate(jumps)]

    def _follow(self, place: int) -> int:
        return place + int(self._unpack("<I", place))

    def _unpack(self, form: str, place: int) -> Any:
        self._inside(place, struct.calcsize(form))
        return struct.unpack_from(form, self._data, place)[0]

    def _inside(self, place: int, size: int) -> None:
        require(0 <= place <= len(self._data) - size, f"{self._kind}: it points outside the file")
