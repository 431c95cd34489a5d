"""The last decisions, and the numbers of the last pieces."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import replace

from device_runtime.station.loop.values import Decision

MOST = 100  # decisions that are remembered
FRAMES = 4  # of them so many with their frames, of 3 MB each
SAME_S = 2.0  # within this time a number that comes again is the same piece
_NUMBERS = 256


class Recent:
    """Remembers the last decisions. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions: deque[Decision] = deque(maxlen=MOST)

    def add(self, decision: Decision) -> None:
        """Remember a decision, and forget the frame of an older one."""
        with self._lock:
            self._decisions.append(decision)
            if len(self._decisions) > FRAMES:
                self._decisions[-1 - FRAMES] = replace(self._decisions[-1 - FRAMES], frame=None)

    def last(self, count: int) -> list[Decision]:
        """The last ones, the newest first."""
        with self._lock:
            return list(self._decisions)[::-1][:count]


class Numbers:
    """Which piece a number of the controller names. For one thread at a time."""

    def __init__(self) -> None:
        self._ids: OrderedDict[int, tuple[int, float]] = OrderedDict()

    def known(self, number: int, now_s: float) -> int | None:
        """The id of the piece that has just begun with a number; None: it is a new one."""
        id_, began_s = self._ids.get(number, (0, -SAME_S))
        return id_ if now_s - began_s < SAME_S else None

    def forget(self) -> None:
        """The controller counts anew."""
        self._ids.clear()

    def add(self, number: int, id: int, now_s: float) -> None:
        """A piece began with a number."""
        self._ids[number] = id, now_s
        self._ids.move_to_end(number)
        while len(self._ids) > _NUMBERS:
            self._ids.popitem(last=False)
