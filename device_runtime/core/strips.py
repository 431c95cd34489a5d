"""The compiled core's calls for images: a grey field becomes a strip, its polarity is told, a strip gets another width.

Arguments and results travel in one block of memory for each thread, because ctypes' own structures cost more than the
calls.
"""

from __future__ import annotations

import ctypes
from struct import Struct
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.arena import ARENA
from device_runtime.core.block import RESULT_AT, Block, PerThread, core_function
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.types import Strip

Gray = NDArray[np.uint8]
Ink = Literal["dark", "light", "unclear", "panel"]

_INKS: tuple[Ink, ...] = ("dark", "light", "unclear", "panel")  # by the number of the header's pe_ink

# The header's structures, as this machine lays them out.
_STRIP, _POINTER, _NUMBER = Struct("@P5i6d"), Struct("@P"), Struct("@i")


class _Calls(Block):
    """A thread's block, and the functions that are given its parts."""

    def __init__(self) -> None:
        super().__init__(RESULT_AT + _STRIP.size)
        address, number = ctypes.c_void_p, ctypes.c_int32
        self.normalize = core_function("pe_normalize", address, ctypes.c_double, address, address)
        self.polarity = core_function("pe_polarity", address, address, address)
        self.resize = core_function("pe_resize", address, number, number, address, address)


_calls = PerThread(_Calls)


def normalize(field: Gray, body_height_px: float) -> Strip:
    """Make a strip of a field; image/normalize.py says of what and how.

    Args:
        field: uint8 [H, W], grey, dark writing on light paper.
        body_height_px: height that the writing gets; finite.
    """
    here = _calls()
    here.run(field, lambda arena: here.normalize(here.gray, body_height_px, arena, here.result))
    at, width, has_ink, second_line, left, right, *matrix = _STRIP.unpack_from(here.block, RESULT_AT)
    image_from_strip = np.array(matrix).reshape(2, 3)
    cut = (left == 1, right == 1)
    return Strip(ARENA.pixels(at, STRIP_HEIGHT_PX, width), image_from_strip, has_ink == 1, second_line == 1, cut)


def polarity(field: Gray) -> Ink:
    """Tell what the ink of a field is; "panel": there may be a dark panel with light writing, look closer.

    Args:
        field: uint8 [H, W], grey.
    """
    here = _calls()
    here.run(field, lambda arena: here.polarity(here.gray, arena, here.result))
    return _INKS[_NUMBER.unpack_from(here.block, RESULT_AT)[0]]


def resize(gray: Gray, width_px: int, height_px: int) -> Gray:
    """Resize a grey image: down by a whole factor of its rows first, then linearly.

    Args:
        gray: uint8 [H, W].
        width_px: of the result.
        height_px: of the result.

    Returns:
        uint8 [height_px, width_px].
    """
    here = _calls()
    here.run(gray, lambda arena: here.resize(here.gray, height_px, width_px, arena, here.result))
    return ARENA.pixels(_POINTER.unpack_from(here.block, RESULT_AT)[0], height_px, width_px)
