"""An outbox whose disk may fail: from then on reports wait in memory, and somebody is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from firmware_bridge.host.queues.outbox import Outbox, OutboxError
from firmware_bridge.host.queues.queue import InFlight, MemoryQueue, Queue, Waiting

T = TypeVar("T")


class GuardedOutbox:
    """A queue on the disk as long as that works.

    What is on the disk when it fails stays there for the next start. The report under way goes on; its number may
    come again after the next start, and a controller does not act upon it twice. Later reports go out from memory.

    Args:
        outbox: on the disk.
        on_failure: takes the line that says what is wrong with it, once.
    """

    def __init__(self, outbox: Outbox, on_failure: Callable[[str], None]) -> None:
        self._queue: Queue = outbox
        self._memory = MemoryQueue()
        self._on_failure = on_failure
        self._current: Waiting | None = None
        self._unkept: list[Waiting] = []

    @property
    def outlives(self) -> bool:
        """As `Queue.outlives`: while the disk works."""
        return self._queue.outlives

    def put(self, one: Waiting) -> list[Waiting]:
        """As `Queue.put`."""
        given_way = self._tried(lambda queue: queue.put(one))
        self._unkept.append(one)
        return given_way

    def first(self) -> Waiting | None:
        """As `Queue.first`."""
        self._current = self._tried(lambda queue: queue.first())
        return self._current

    def mark(self, session: int, sequence: int) -> None:
        """As `Queue.mark`."""
        self._tried(lambda queue: queue.mark(session, sequence))
        self._unkept.clear()

    def remove(self) -> None:
        """As `Queue.remove`."""
        self._tried(lambda queue: queue.remove())
        self._current = None

    def remove_triggered(self) -> list[Waiting]:
        """As `Queue.remove_triggered`."""
        triggered = self._tried(lambda queue: queue.remove_triggered())
        self._current, self._unkept = None, [one for one in self._unkept if not one.is_triggered]
        return triggered

    def keep(self) -> None:
        """As `Queue.keep`."""
        self._tried(lambda queue: queue.keep())
        self._unkept.clear()

    def left_in_flight(self) -> InFlight | None:
        """As `Queue.left_in_flight`."""
        return self._tried(lambda queue: queue.left_in_flight())

    def _tried(self, call: Callable[[Queue], T]) -> T:
        """What a call gives; where the disk fails, what the same call gives in memory."""
        try:
            return call(self._queue)
        except OutboxError as error:
            self._on_failure(f"{error}; reports wait in memory from now on")
            under_way = self._current
            if under_way:
                self._memory.put(under_way)
            for one in self._unkept:
                if not under_way or (one.report, one.tag) != (under_way.report, under_way.tag):
                    self._memory.put(one)
            self._queue = self._memory
            return call(self._memory)
