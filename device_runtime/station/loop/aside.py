"""Telling on a thread of its own: what prints or waits for a wire must not keep the answers waiting."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from device_runtime.station.loop.values import Decision

MOST_WAITING = 1000  # decisions; the oldest goes when another comes
IDLE_S = 0.5


class Aside:
    """Hands decisions on, in order, on a thread of its own.

    Args:
        tell: takes a decision, and may take its time.
        name: of the thread.
        idle: called twice a second while nothing waits.

    Attributes:
        dropped: decisions that were not handed on, since too many waited.
    """

    def __init__(self, tell: Callable[[Decision], None], name: str, idle: Callable[[], None] = lambda: None) -> None:
        self.dropped = 0
        self._tell, self._idle = tell, idle
        self._waiting: deque[Decision] = deque()
        self._changed = threading.Condition()
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def tell(self, decision: Decision) -> None:
        """Take a decision without its frame; this waits for nothing."""
        with self._changed:
            self._waiting.append(replace(decision, frame=None))  # a thousand frames would fill the memory
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self.dropped += 1
            self._changed.notify_all()

    def close(self, timeout_s: float) -> int:
        """Hand on what waits, and end; returns how many decisions were left over."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        with self._changed:
            return len(self._waiting)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_ending, IDLE_S)
                if not self._waiting and self._is_ending:
                    return
                decision = self._waiting.popleft() if self._waiting else None
            if decision:
                self._tell(decision)
            else:
                self._idle()
