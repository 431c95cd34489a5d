"""Ids of pieces that are never given twice, also when the journal was lost after they were given.

A small file beside the journal holds a number below which all ids may have been given. It is written, whole or not at
all, before an id from beyond it is given: a block at a time, so that a piece waits for no disk, and a disk may be full
for some time. What a station that is killed has not given of its block is skipped.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from device_runtime.errors import FileError, JournalError, WriteError
from device_runtime.files.atomic import write_text
from device_runtime.files.regular import read_regular

BLOCK = 100_000  # almost three hours at ten pieces a second
MOST = 2**32 - 1  # what the wire can name
_LIMIT_BYTES = 32


class Ids:
    """Gives ids. Safe to use from several threads.

    Args:
        path: of the file.
        last: the highest id in the journal; 0 where it has none.

    Raises:
        JournalError: the file is damaged and the journal is empty, so that nobody knows which ids were given.
    """

    def __init__(self, path: Path, last: int) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.next = _first(path, last)
        self._end = self.next  # ids below it may be given

    def take(self) -> int:
        """Return a new id.

        Raises:
            JournalError: the block is used up and another cannot be had, or there are no more ids.
        """
        with self._lock:
            if self.next >= self._end:
                self._reserve()
            self.next += 1
            return self.next - 1

    def refill(self) -> None:
        """Get the next block in time, if that can be done: a later call will try again."""
        with self._lock, suppress(JournalError):
            if self._end - self.next < BLOCK // 2:
                self._reserve()

    def give_back(self) -> None:
        """Let the next station go on where this one ends; without it, it skips what is left of the block."""
        with self._lock, suppress(WriteError):
            self._end = self.next
            write_text(self._path, f"{self.next}\n")

    def write(self) -> None:
        """Write down again what is reserved, in case the file is gone.

        Raises:
            JournalError: that cannot be done.
        """
        with self._lock:
            self._write(self._end)

    def skip_to(self, last: int) -> None:
        """Go on behind an id, as of a journal that has taken the place of another; ids only rise."""
        with self._lock:
            self.next = max(self.next, last + 1)

    def _reserve(self) -> None:
        end = min(self.next + BLOCK, MOST + 1)
        if self.next >= end:
            raise JournalError(f"all ids up to {MOST} are given; begin a new journal under another name")
        self._write(end)
        self._end = end

    def _write(self, end: int) -> None:
        try:
            write_text(self._path, f"{end}\n")
        except WriteError as error:
            raise JournalError(f"no id can be given: {error}") from error


def _first(path: Path, last: int) -> int:
    """The first id that may be given."""
    try:
        text = read_regular(path, _LIMIT_BYTES).decode("ascii", "replace").strip()
    except FileError:
        if path.exists():
            text = ""
        else:
            return last + BLOCK + 1 if last else 1  # behind all that may have been given since
    if text.isascii() and text.isdigit() and int(text) <= MOST + 1:
        return max(int(text), last + 1)
    if last:
        return last + BLOCK + 1
    raise JournalError(f"{path} is damaged; write into it a number above all ids that were given, or delete it")
