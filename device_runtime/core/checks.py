"""The compiled core's calls for what decides whether a code is believed: boxes, strokes, blots, words, posteriors."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from struct import Struct
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.block import RESULT_AT, Block, PerThread, core_function
from device_runtime.core.structs import INVALID

Gray = NDArray[np.uint8]
Fault = Literal["struck", "blot"]
Columns = tuple[int, int]  # the first, and one past the last
Run = tuple[int, int, int, int]  # left, top, right, bottom

_FAULTS: tuple[Fault | None, ...] = (None, "struck", "blot")  # by the number of the header's pe_fault

# What the header has, as this machine lays it out: a place, a run, and the results.
_PLACE, _RUN = Struct("@4i6d"), Struct("@4i")
_NUMBER, _RUNS = Struct("@i"), Struct("@Pi")
_PLACE_AT = RESULT_AT + 64


class _Calls(Block):
    """A thread's block, and the functions that are given its parts."""

    def __init__(self) -> None:
        super().__init__(_PLACE_AT + _PLACE.size)
        self.place = self.result + _PLACE_AT - RESULT_AT
        self.count = self.result + _RUNS.size - _NUMBER.size
        address, number = ctypes.c_void_p, ctypes.c_int32
        self.may_have_boxes = core_function("pe_may_have_boxes", address, address, address)
        self.spoiled = core_function("pe_spoiled", address, address, address, address)
        self.ink_runs = core_function("pe_ink_runs", address, number, address, address, address)
        self.calibrate = core_function("pe_calibrate", address, number, ctypes.c_double, ctypes.c_double)


_calls = PerThread(_Calls)


def may_have_boxes(gray: Gray) -> bool:
    """Whether a field may have preprinted boxes; image/boxes.py says of what and how.

    Args:
        gray: uint8 [H, W].
    """
    here = _calls()
    here.run(gray, lambda arena: here.may_have_boxes(here.gray, arena, here.result))
    return bool(_NUMBER.unpack_from(here.block, RESULT_AT)[0])


def spoiled(gray: Gray, image_from_strip: NDArray[np.float64], seen: Columns, code: Columns | None) -> Fault | None:
    """What speaks against a code; decoding/spoiled.py says of what and how.

    Args:
        gray: the field, uint8 [H, W].
        image_from_strip: float64 [2, 3], the map to it.
        seen: columns of the strip that are looked at.
        code: those of the code, counted from the first of them; None = no stroke through it is looked for.
    """
    here = _calls()
    _PLACE.pack_into(here.block, _PLACE_AT, *seen, *(code or (-1, -1)), *image_from_strip.ravel().tolist())
    here.run(gray, lambda arena: here.spoiled(here.gray, here.place, arena, here.result))
    return _FAULTS[_NUMBER.unpack_from(here.block, RESULT_AT)[0]]


def ink_runs(pixels: Gray, level: int) -> list[Run]:
    """The runs of columns with ink, from left to right, each with the box around its ink.

    Args:
        pixels: of a strip or a part of it, uint8 [H, W].
        level: of 0..255; what is brighter is ink.
    """
    here = _calls()
    here.run(pixels, lambda arena: here.ink_runs(here.gray, level, arena, here.result, here.count))
    at, count = _RUNS.unpack_from(here.block, RESULT_AT)
    return list(_RUN.iter_unpack(ctypes.string_at(at, count * _RUN.size)))


def calibrated(posteriors: Sequence[float], temperature: float, offset: float) -> list[float]:
    """Calibrated values (0..1) of posteriors; calibration.py says how.

    Args:
        posteriors: numbers of 0..1.
        temperature: above 0.
        offset: between -1000 and 1000.

    Raises:
        ValueError: one of them is out of its range.
    """
    if not posteriors:  # of an empty array the core gets no address
        return []
    values = array("d", posteriors)
    if _calls().calibrate(values.buffer_info()[0], len(values), temperature, offset) == INVALID:
        raise ValueError("the core refuses to calibrate this: a posterior is no number, or a scale is out of its range")
    return values.tolist()
