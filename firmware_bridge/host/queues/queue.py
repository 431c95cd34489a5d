"""The reports that wait to be sent, in memory; what is in flight stays until its outcome is known."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from firmware_bridge.protocol.message import Flags, Report


@dataclass(frozen=True)
class Waiting:
    """A report that waits.

    Attributes:
        report: to be sent.
        tag: what its sender calls it; comes back with its outcome.
        until_s: from when on it is of no use any more, on the clock of the exchange; a disk does not keep it.
        life: of the controller, in which it triggered the piece; None: it did not. A disk does not keep it.
    """

    report: Report
    tag: int = 0
    until_s: float = math.inf
    life: int | None = None

    @property
    def is_triggered(self) -> bool:
        """Whether the controller named the piece."""
        return Flags.TRIGGERED in self.report.flags


@dataclass(frozen=True)
class InFlight:
    """A report that was sent, as it was left by the program before this one.

    Attributes:
        report: that was sent, perhaps.
        session: in which.
        sequence: under which number.
    """

    report: Report
    session: int
    sequence: int


class Queue(Protocol):
    """The reports that wait, the oldest first; `Exchange` calls it from one thread at a time."""

    @property
    def outlives(self) -> bool:
        """Whether what waits is kept when the program ends."""
        ...

    def put(self, one: Waiting) -> list[Waiting]:
        """Take a report, and return those that had to give way."""
        ...

    def first(self) -> Waiting | None:
        """The oldest report; None where none waits."""
        ...

    def mark(self, session: int, sequence: int) -> None:
        """Note under which identity the oldest report is about to be sent. It is kept when this returns."""
        ...

    def remove(self) -> None:
        """Forget the oldest report: its outcome is known."""
        ...

    def remove_triggered(self) -> list[Waiting]:
        """Forget the reports of pieces that the controller named, and return them; none is in flight."""
        ...

    def keep(self) -> None:
        """Return when all that was put is kept."""
        ...

    def left_in_flight(self) -> InFlight | None:
        """The oldest report, where a program before this one has marked it."""
        ...


class MemoryQueue:
    """A queue that ends with the program.

    Args:
        most: reports that wait; then the oldest that is not in flight gives way.
    """

    outlives = False

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._waiting: deque[Waiting] = deque()
        self._in_flight = False

    def put(self, one: Waiting) -> list[Waiting]:
        """As `Queue.put`."""
        self._waiting.append(one)
        if len(self._waiting) <= self._most:
            return []
        place = 1 if self._in_flight else 0
        given_way = self._waiting[place]
        del self._waiting[place]
        return [given_way]

    def first(self) -> Waiting | None:
        """As `Queue.first`."""
        return self._waiting[0] if self._waiting else None

    def mark(self, session: int, sequence: int) -> None:
        """As `Queue.mark`."""
        self._in_flight = True

    def remove(self) -> None:
        """As `Queue.remove`."""
        self._waiting.popleft()
        self._in_flight = False

    def remove_triggered(self) -> list[Waiting]:
        """As `Queue.remove_triggered`."""
        triggered = [one for one in self._waiting if one.is_triggered]
        self._waiting = deque(one for one in self._waiting if not one.is_triggered)
        self._in_flight = False
        return triggered

    def keep(self) -> None:
        """As `Queue.keep`; there is nothing to do."""

    def left_in_flight(self) -> InFlight | None:
        """As `Queue.left_in_flight`; none is left by a program that has ended."""
        return None
