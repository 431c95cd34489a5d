"""The memory that a thread lends the core for a call: it grows when the core asks for more."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.structs import ARENA_FULL, INVALID, Arena
from device_runtime.errors import PosteyeError

_FIRST_BYTES = 1 << 20  # most fields need less
_KEPT_BYTES = 1 << 24  # what took more is given back before the next call
LIMIT_BYTES = 1 << 30


class ThreadArena(threading.local):
    """An arena, another one in each thread.

    Args:
        first_bytes: how large it is at first.
        limit_bytes: how large it may become.
    """

    def __init__(self, first_bytes: int = _FIRST_BYTES, limit_bytes: int = LIMIT_BYTES) -> None:
        self._first_bytes, self._limit_bytes = min(first_bytes, limit_bytes), limit_bytes
        self._arena = Arena()
        self._address = ctypes.addressof(self._arena)
        self._lend(self._first_bytes)

    @property
    def size(self) -> int:
        """How many bytes it has in this thread."""
        return int(self._arena.size)

    def call(self, run: Callable[[int], int]) -> None:
        """Call the core, again with more memory as long as it asks for it.

        What it left in the arena is there until the next call.

        Args:
            run: takes the arena's address and returns a pe_status.

        Raises:
            PosteyeError: it takes more memory than it may.
            ValueError: the core refuses what it is given.
        """
        if self.size > _KEPT_BYTES:
            self._lend(self._first_bytes)
        status = run(self._address)
        while status == ARENA_FULL:
            if self.size >= self._limit_bytes:
                raise _too_much(self._limit_bytes)
            size = min(max(2 * self.size, int(self._arena.wanted)), self._limit_bytes)
            try:
                self._lend(size)
            except MemoryError:
                raise _too_much(self.size) from None
            status = run(self._address)
        if status == INVALID:
            raise ValueError("the core refuses what it was given: a size or a value is out of its range")

    def pixels(self, address: int, height: int, width: int) -> NDArray[np.uint8]:
        """A copy of pixels that the core left in it: uint8 [height, width]."""
        first = address - self._begin
        return self._memory[first : first + height * width].reshape(height, width).copy()

    def _lend(self, size: int) -> None:
        self._memory = np.empty(size, np.uint8)  # pages that nobody touches take no memory
        self._begin = self._memory.ctypes.data
        self._arena.memory, self._arena.size = self._begin, size


def _too_much(size: int) -> PosteyeError:
    return PosteyeError(
        f"reading the field takes more than {size >> 20} MB of memory: crop the image to the code, or allow fewer codes"
    )


ARENA = ThreadArena()  # of all that call the core
