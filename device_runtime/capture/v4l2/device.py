"""The kernel's side of a V4L2 device: the few calls that are made on it, one method each."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import select
from typing import Protocol


class Memory(Protocol):
    """A buffer that the driver fills."""

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a copy of a part."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


class Calls(Protocol):
    """What a device answers. Every call raises OSError, ENODEV when the device is gone."""

    def ioctl(self, request: int, argument: ctypes.Structure | ctypes.c_int32) -> None:
        """Make one call; the answer is written into the argument."""
        ...

    def map(self, length: int, offset: int) -> Memory:
        """Share the memory of a buffer."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Wait for a frame; whether one is there."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


class KernelDevice:
    """An open device.

    Args:
        path: e.g. /dev/video0.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self._number = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)

    def ioctl(self, request: int, argument: ctypes.Structure | ctypes.c_int32) -> None:
        """As of `Calls`."""
        while True:
            try:
                fcntl.ioctl(self._number, request, argument, True)
                return
            except InterruptedError:
                continue

    def map(self, length: int, offset: int) -> Memory:
        """As of `Calls`."""
        return mmap.mmap(self._number, length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE, offset=offset)

    def wait(self, timeout_s: float) -> bool:
        """As of `Calls`."""
        waiting = select.poll()
        waiting.register(self._number, select.POLLIN)
        for _, events in waiting.poll(timeout_s * 1000):
            if not events & select.POLLIN:  # it was unplugged
                raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            return True
        return False

    def close(self) -> None:
        """As of `Calls`."""
        os.close(self._number)
