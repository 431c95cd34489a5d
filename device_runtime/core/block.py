"""What the core's calls for images share: its functions, a thread's block of memory, an image as it is handed over."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from struct import Struct
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.arena import ARENA
from device_runtime.core.library import library

Gray = NDArray[np.uint8]
Calls = TypeVar("Calls")

# The header's image, as this machine lays it out; what is beside it stands at multiples of 64 bytes of a block.
_GRAY, _GRAY_AT = Struct("@PiiN"), 0
RESULT_AT = 64


def core_function(name: str, *arguments: type) -> Callable[..., int]:
    """One of the core's functions, of its own type: the library's attributes are shared.

    Args:
        name: of the function.
        arguments: their types.

    Raises:
        RuntimeError: there is no compiled core.
    """
    core = library()
    if core is None:
        raise RuntimeError("there is no compiled core here")
    function = core[name]
    function.argtypes, function.restype = arguments, ctypes.c_int
    return function


def with_rows(gray: Gray) -> tuple[Gray, int, int, int]:
    """An image whose rows have no gaps between their pixels, its height and width, and the bytes from row to row.

    Args:
        gray: uint8 [H, W].

    Raises:
        TypeError: the image is of another type.
    """
    if gray.dtype != np.uint8:
        raise TypeError(f"a grey image is uint8, not {gray.dtype}")
    (height, width), (stride, step) = gray.shape, gray.strides
    if step != 1 or stride < width:
        gray = np.ascontiguousarray(gray)
        stride = width
    return gray, height, width, stride


class PerThread(threading.local, Generic[Calls]):
    """What each thread has of its own, made when it is first asked for."""

    def __init__(self, make: Callable[[], Calls]) -> None:
        """Prepare.

        Args:
            make: makes it, in the thread that asks.
        """
        self._make = make
        self._made: Calls | None = None

    def __call__(self) -> Calls:
        """This thread's; raises what making it raises."""
        if self._made is None:
            self._made = self._make()
        return self._made


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
        gray, height, width, stride = with_rows(gray)
        _GRAY.pack_into(self.block, _GRAY_AT, gray.ctypes.data, height, width, stride)
        try:
            ARENA.call(call)
        except ValueError as error:
            raise ValueError(
                f"the core refuses this for an image of {width} x {height} px: sides of what is given and asked for "
                "are 1 to 65535 px, and a body height is a finite number"
            ) from error
