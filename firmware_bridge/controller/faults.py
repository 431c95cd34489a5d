"""Faults on request: what a line and a controller do on a bad day, drawn from a seed."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import Literal

DEAF_S = 1.0

Mishap = Literal["reboot", "forget"]


@dataclass(frozen=True)
class Faults:
    """How often something goes wrong.

    Attributes:
        drop: chance that a piece of traffic is lost, in either direction.
        corrupt: chance that a bit of it is flipped.
        delay_ms: the longest time that an answer waits; each waits for a time drawn evenly from 0 to it.
        reboot: chance, with each piece of traffic that comes, that the controller is without power for a second.
        forget: chance that it forgets its session without being deaf.
        seed: of all of them.
    """

    drop: float = 0.0
    corrupt: float = 0.0
    delay_ms: float = 0.0
    reboot: float = 0.0
    forget: float = 0.0
    seed: int = 0


class BadDay:
    """Carries out faults between a port and a controller; the order of the bytes stays.

    Args:
        faults: how often.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._generator = random.Random(faults.seed)
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._deaf_until_s = 0.0

    def is_deaf(self, now_s: float) -> bool:
        """Whether the controller is without power."""
        return now_s < self._deaf_until_s

    def coming(self, data: bytes, now_s: float) -> tuple[bytes, Mishap | None]:
        """Return what of a piece of traffic reaches the controller, and what befalls the controller before.

        Args:
            data: from the reader.
            now_s: on a clock that only runs.
        """
        if not data:
            return b"", None
        if self.is_deaf(now_s):
            return b"", None
        if self._happens(self._faults.reboot):
            self._deaf_until_s = now_s + DEAF_S
            self._under_way.clear()
            return b"", "reboot"
        return self._damaged(data), "forget" if self._happens(self._faults.forget) else None

    def going(self, data: bytes, now_s: float) -> None:
        """Take bytes of the controller for the reader."""
        if not data or self.is_deaf(now_s):
            return
        due_s = now_s + self._generator.uniform(0, self._faults.delay_ms) / 1000
        if self._under_way:
            due_s = max(due_s, self._under_way[-1][0])
        self._under_way.append((due_s, self._damaged(data)))

    def due(self, now_s: float) -> bytes:
        """Return the bytes for the reader whose time has come."""
        data = b""
        while self._under_way and self._under_way[0][0] <= now_s:
            data += self._under_way.popleft()[1]
        return data

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._generator.random() < chance

    def _damaged(self, data: bytes) -> bytes:
        if self._happens(self._faults.drop):
            return b""
        if not self._happens(self._faults.corrupt):
            return data
        arrives = bytearray(data)
        arrives[self._generator.randrange(len(arrives))] ^= 1 << self._generator.randrange(8)
        return bytes(arrives)
