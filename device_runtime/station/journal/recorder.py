"""Writes the journal on a thread of its own, so that no answer waits for a disk."""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from types import TracebackType

from device_runtime.errors import JournalDamagedError, JournalError, PieceRefusedError
from device_runtime.station.journal.entry import Delivery, Piece
from device_runtime.station.journal.journal import Journal

MOST_WAITING = 50_000  # pieces and deliveries; more than an hour at ten pieces a second, some 50 MB
_BATCH = 500


class Recorder:
    """Takes pieces and deliveries at once and writes them as the disk allows, many together where they wait.

    What cannot be written waits and is tried again, in order: a full disk, or a file that is mended first since it is
    damaged, or gone: that somebody has deleted or replaced it is noticed while no piece comes too. A context manager
    whose end writes what waits.

    Args:
        journal: to write; opened and closed by the caller.
        retry_s: after this time what could not be written is tried again; as often it is looked for the file.

    Attributes:
        trouble: why nothing can be written at present; None where all goes well.
    """

    def __init__(self, journal: Journal, retry_s: float = 1.0) -> None:
        self.trouble: str | None = None
        self._dropped = self._refused = 0
        self._journal = journal
        self._retry_s = retry_s
        self._waiting: deque[Piece | Delivery] = deque()
        self._changed = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def lost(self) -> int:
        """Pieces and deliveries that were dropped: the oldest when too many waited, and what the journal refused."""
        return self._dropped + self._refused

    def put(self, *told: Piece | Delivery) -> None:
        """Take pieces and deliveries; this waits for nothing."""
        with self._changed:
            self._waiting.extend(told)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._dropped += 1
            self._changed.notify_all()

    def close(self, timeout_s: float = 1.5) -> int:
        """Write what waits and end; returns how many could not be written in time, and are lost.

        Args:
            timeout_s: the longest time to wait for the disk.
        """
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        with self._changed:
            return len(self._waiting)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending, self._retry_s)
                ending = self._ending
                batch = list(islice(self._waiting, _BATCH))
                dropped = self._dropped
            if not batch:
                if ending:
                    return
                self._look()
                continue
            written = self._written(batch)
            with self._changed:
                # What was dropped meanwhile stood in front, and was in the batch.
                for _ in range(max(0, written - (self._dropped - dropped))):
                    self._waiting.popleft()
                if not written:
                    if ending:  # since before the last try: what was mended in that one is tried again
                        return
                    self._changed.wait_for(lambda: self._ending, self._retry_s)

    def _look(self) -> None:
        """See to it that what comes next can be written: the file may be gone."""
        try:
            self._journal.look()
        except JournalDamagedError as error:
            self.trouble = str(error)
            self._mend()
        else:
            self.trouble = None

    def _written(self, batch: list[Piece | Delivery]) -> int:
        """How many of a batch are done with, from its beginning."""
        pieces = [one for one in batch if isinstance(one, Piece)]
        deliveries = [one for one in batch if isinstance(one, Delivery)]
        try:
            self._journal.record(pieces, deliveries)
        except JournalDamagedError as error:
            self.trouble = str(error)
            self._mend()
            return 0
        except PieceRefusedError:  # a fault of the program must not stop all others: it is looked for, and dropped
            if len(batch) > 1:
                return self._written(batch[: len(batch) // 2])
            self._refused += 1
        except JournalError as error:
            self.trouble = str(error)
            return 0
        else:
            self.trouble = None
        return len(batch)

    def _mend(self) -> None:
        try:
            self._journal.mend()
        except JournalError as error:
            self.trouble = str(error)
