"""A virtual serial cable: two pseudo-terminals joined by a thread, for tests and the demo (Linux, macOS)."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable
from types import TracebackType

Tamper = Callable[[bytes], bytes]


def _unchanged(data: bytes) -> bytes:
    return data


class Cable:
    """A cable whose two ends open like serial ports; use it with `with`.

    Args:
        to_sorter: what happens to bytes on their way to the sorter; it gets them in pieces of any length and returns
            those
            that arrive.
        to_reader: the same for the other direction.

    Attributes:
        reader_end: device name for the reader.
        sorter_end: device name for the sorter.
    """

    def __init__(self, to_sorter: Tamper = _unchanged, to_reader: Tamper = _unchanged) -> None:
        masters, self._slaves = [], []
        for _ in range(2):
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            masters.append(master)
            # Kept open: a master whose slave nobody has open reads as an error.
            self._slaves.append(slave)
        self.reader_end, self.sorter_end = map(os.ttyname, self._slaves)
        self._lanes = ((masters[0], masters[1], to_sorter), (masters[1], masters[0], to_reader))
        self._wake_in, self._wake_out = os.pipe()
        self._thread = threading.Thread(target=self._carry, name="cable", daemon=True)
        self._thread.start()

    def __enter__(self) -> Cable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def unplug(self) -> None:
        """Pull the cable out of both ends: whoever has one open gets an error. A second call does nothing."""
        if not self._slaves:
            return
        os.write(self._wake_out, b"x")
        self._thread.join()
        for descriptor in (self._wake_in, self._wake_out, *(lane[0] for lane in self._lanes), *self._slaves):
            os.close(descriptor)
        self._slaves = []

    def _carry(self) -> None:
        """Move bytes both ways until unplugged; bytes that an end does not take are lost, as on a real wire."""
        masters = [lane[0] for lane in self._lanes]
        while True:
            ready, _, _ = select.select([*masters, self._wake_in], [], [])
            if self._wake_in in ready:
                return
            for source, sink, tamper in self._lanes:
                if source in ready:
                    data = tamper(os.read(source, 4096))
                    with contextlib.suppress(BlockingIOError):
                        os.write(sink, data)
