"""A serial line in memory, and time that passes only while the reader's end waits: hours on a bad line in seconds."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from firmware_bridge.host.port import POLL_S

# What the other end makes of bytes that were written: answers, each with the seconds until it arrives.
Carry = Callable[[bytes], list[tuple[float, bytes]]]


class Line:
    """Stands in for a Port, and for the clock. Bytes arrive in the order in which they were sent."""

    url = "memory"

    def __init__(self, carry: Carry) -> None:
        self.now_s = 0.0
        self._carry = carry
        self._under_way: deque[tuple[float, bytes]] = deque()

    def write(self, data: bytes) -> None:
        """As `Port.write`."""
        for delay_s, answer in self._carry(data):
            last_s = self._under_way[-1][0] if self._under_way else self.now_s
            self._under_way.append((max(last_s, self.now_s + delay_s), answer))

    def read(self) -> bytes:
        """As `Port.read`; without bytes it takes the 20 ms that it would wait."""
        if self._under_way and self._under_way[0][0] <= self.now_s + POLL_S:
            due_s, data = self._under_way.popleft()
            self.now_s = max(self.now_s, due_s)
            return data
        self.now_s += POLL_S
        return b""

    def close(self) -> None:
        """As `Port.close`."""

    def monotonic(self) -> float:
        """As `time.monotonic`."""
        return self.now_s


@contextmanager
def plugged_in(line: Line, generator: random.Random) -> Iterator[None]:
    """Give every Link that is opened this line for its port and clock, and session numbers of the generator."""
    drawn = SimpleNamespace(randbelow=generator.randrange)
    with patch.multiple("firmware_bridge.host.link", Port=lambda url, baud_rate: line, time=line, secrets=drawn):
        yield
