"""The compiled core's calls for images: a grey field becomes a strip, its polarity is told, a strip gets another width.

Arguments and results travel in one block of memory for each thread, because ctypes' own structures cost more than the
calls.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from struct import Struct
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.arena import ARENA
from device_runtime.core.library import library
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.types import Strip

Gray = NDArray[np.uint8]
Ink = Literal["dark", "light", "unclear", "panel"]

_INKS: tuple[Ink, ...] = ("dark", "light", "unclear", "panel")  # by the number of the header's pe_ink

# The header's structures, as this machine lays them out, at multiples of 64 bytes of the block.
_GRAY, _GRAY_AT = Struct("@PiiN"), 0
_STRIP, RESULT_AT = Struct("@P5i6d"), 64
_POINTER, _NUMBER = Struct("@P"), Struct("@i")


class Block:
    """A thread's block: an image, and room for what else a call is given and for its result.

    Attributes:
        block: the memory.
        gray: address of the image in it.
        result: address of the room, at RESULT_AT.
    """

    def __init__(self, size_bytes: int) -> None:
        self.block = ctypes.create_string_buffer(size_bytes)
        start = ctypes.addressof(self.block)
        self.gray, self.result = start + _GRAY_AT, start + RESULT_AT

    def run(self, gray: Gray, call: Callable[[int], int]) -> None:
        """Call the core with an image in the block.

        Args:
            gray: uint8 [H, W].
            call: takes the arena's address and returns a pe_status.

        Raises:
            TypeError: the image is of another type.
            ValueError: a size or a height is out of its range.
        """
        if gray.dtype != np.uint8:
            raise TypeError(f"a grey image is uint8, not {gray.dtype}")
        (height, width), (stride, step) = gray.shape, gray.strides
        if step != 1 or stride < width:
            gray = np.ascontiguousarray(gray)
            stride = width
        _GRAY.pack_into(self.block, _GRAY_AT, gray.ctypes.data, height, width, stride)
        try:
            ARENA.call(call)
        except ValueError as error:
            raise ValueError(
                f"the core refuses this for an image of {width} x {height} px: sides of what is given and asked for "
                "are 1 to 65535 px, and a body height is a finite number"
            ) from error


def core_function(core: ctypes.CDLL, name: str, *arguments: type) -> Callable[..., int]:
    """One of the core's functions, of its own type: the library's attributes are shared."""
    function = core[name]
    function.argtypes, function.restype = arguments, ctypes.c_int
    return function


class _Calls(Block):
    """A thread's block, and the functions that are given its parts."""

    def __init__(self, core: ctypes.CDLL) -> None:
        super().__init__(RESULT_AT + _STRIP.size)
        address, number = ctypes.c_void_p, ctypes.c_int32
        self.normalize = core_function(core, "pe_normalize", address, ctypes.c_double, address, address)
        self.polarity = core_function(core, "pe_polarity", address, address, address)
        self.resize = core_function(core, "pe_resize", address, number, number, address, address)


class _Local(threading.local):
    calls: _Calls | None = None


_local = _Local()


def _calls() -> _Calls:
    """This thread's calls.

    Raises:
        RuntimeError: there is no compiled core.
    """
    here = _local.calls
    if here is None:
        core = library()
        if core is None:
            raise RuntimeError("there is no compiled core here")
        here = _local.calls = _Calls(core)
    return here


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
