"""The compiled core's calls for images: a grey field becomes a strip, its polarity is told, a strip gets another width.

Each thread has an arena of its own, which grows when a field needs more. Arguments and results travel in one block of
memory, because ctypes' own structures cost more than the calls.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from struct import Struct
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.library import library
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.types import Strip

Gray = NDArray[np.uint8]
Ink = Literal["dark", "light", "unclear", "panel"]

_FIRST_ARENA_BYTES = 1 << 20  # enough for fields of some 400 px at working height
_KEPT_ARENA_BYTES = 1 << 24  # what took more is given back at the next call
_ARENA_FULL = 1
_INKS: tuple[Ink, ...] = ("dark", "light", "unclear", "panel")  # by the number of the header's pe_ink

# The header's structures, as this machine lays them out, at multiples of 64 bytes of the block.
_GRAY, _GRAY_AT = Struct("@PiiN"), 0
_ARENA, _ARENA_AT = Struct("@PNNN"), 64
_STRIP, _RESULT_AT = Struct("@P5i6d"), 128
_POINTER, _NUMBER = Struct("@P"), Struct("@i")
_BLOCK_BYTES = _RESULT_AT + _STRIP.size


class _Workspace:
    """A thread's arena, and the block that its calls are given."""

    def __init__(self, core: ctypes.CDLL) -> None:
        self.block = ctypes.create_string_buffer(_BLOCK_BYTES)
        start = ctypes.addressof(self.block)
        self.gray, self.arena, self.result = start + _GRAY_AT, start + _ARENA_AT, start + _RESULT_AT
        address, number = ctypes.c_void_p, ctypes.c_int32
        self.normalize = _function(core, "pe_normalize", address, ctypes.c_double, address, address)
        self.polarity = _function(core, "pe_polarity", address, address, address)
        self.resize = _function(core, "pe_resize", address, number, number, address, address)
        self.take(_FIRST_ARENA_BYTES)

    def take(self, size: int) -> None:
        """Lend the core this many bytes from now on."""
        self.size = size
        self.memory = np.empty(size, np.uint8)
        self.memory_at = self.memory.ctypes.data
        _ARENA.pack_into(self.block, _ARENA_AT, self.memory_at, size, 0, 0)

    def give(self, gray: Gray) -> Gray:
        """Put an image into the block; returns what must stay alive for the call."""
        height, width = gray.shape
        if gray.dtype != np.uint8:
            raise TypeError(f"a grey image is uint8, not {gray.dtype}")
        stride, step = gray.strides
        if step != 1 or stride < width:
            gray = np.ascontiguousarray(gray)
            stride = width
        if self.size > _KEPT_ARENA_BYTES:
            self.take(_FIRST_ARENA_BYTES)
        _GRAY.pack_into(self.block, _GRAY_AT, gray.ctypes.data, height, width, stride)
        return gray

    def check(self, status: int, gray: Gray) -> None:
        """After a call that did not succeed: make the arena as large as it asked for, for another try.

        Raises:
            ValueError: it was not for want of memory.
        """
        if status != _ARENA_FULL:
            raise ValueError(
                f"the core refuses this for an image of {gray.shape[1]} x {gray.shape[0]} px: sides of what is given "
                "and asked for are 1 to 65535 px, and a body height is a finite number"
            )
        wanted = _ARENA.unpack_from(self.block, _ARENA_AT)[-1]
        self.take(max(2 * self.size, wanted))

    def pixels(self, address: int, height: int, width: int) -> Gray:
        """A copy of pixels in the arena, uint8 [height, width]."""
        first = address - self.memory_at
        return self.memory[first : first + height * width].reshape(height, width).copy()


def _function(core: ctypes.CDLL, name: str, *arguments: type) -> Callable[..., int]:
    """One of the core's functions, of its own type: the library's attributes are shared."""
    function = core[name]
    function.argtypes, function.restype = arguments, ctypes.c_int
    return function


class _Local(threading.local):
    workspace: _Workspace | None = None


_local = _Local()


def _workspace() -> _Workspace:
    """This thread's workspace.

    Raises:
        RuntimeError: there is no compiled core.
    """
    here = _local.workspace
    if here is None:
        core = library()
        if core is None:
            raise RuntimeError("there is no compiled core here")
        here = _local.workspace = _Workspace(core)
    return here


def normalize(field: Gray, body_height_px: float) -> Strip:
    """Make a strip of a field; image/normalize.py says of what and how.

    Args:
        field: uint8 [H, W], grey, dark writing on light paper.
        body_height_px: height that the writing gets; finite.
    """
    here = _workspace()
    field = here.give(field)
    while status := here.normalize(here.gray, body_height_px, here.arena, here.result):
        here.check(status, field)
    at, width, has_ink, second_line, left, right, *matrix = _STRIP.unpack_from(here.block, _RESULT_AT)
    image_from_strip = np.array(matrix).reshape(2, 3)
    cut = (left == 1, right == 1)
    return Strip(here.pixels(at, STRIP_HEIGHT_PX, width), image_from_strip, has_ink == 1, second_line == 1, cut)


def polarity(field: Gray) -> Ink:
    """Tell what the ink of a field is; "panel": there may be a dark panel with light writing, look closer.

    Args:
        field: uint8 [H, W], grey.
    """
    here = _workspace()
    field = here.give(field)
    while status := here.polarity(here.gray, here.arena, here.result):
        here.check(status, field)
    return _INKS[_NUMBER.unpack_from(here.block, _RESULT_AT)[0]]


def resize(gray: Gray, width_px: int, height_px: int) -> Gray:
    """Resize a grey image: down by a whole factor of its rows first, then linearly.

    Args:
        gray: uint8 [H, W].
        width_px: of the result.
        height_px: of the result.

    Returns:
        uint8 [height_px, width_px].
    """
    here = _workspace()
    gray = here.give(gray)
    while status := here.resize(here.gray, height_px, width_px, here.arena, here.result):
        here.check(status, gray)
    return here.pixels(_POINTER.unpack_from(here.block, _RESULT_AT)[0], height_px, width_px)
