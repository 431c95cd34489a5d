"""What is wrong with a station at the moment, for all its threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from device_runtime.station.health.states import FAULTS, MEANINGS, Fault


@dataclass(frozen=True)
class Trouble:
    """A fault that lasts.

    Attributes:
        state: its name.
        detail: the evidence, in one line.
        since_s: when it was raised, on the monotonic clock.
    """

    state: Fault
    detail: str
    since_s: float

    @property
    def works(self) -> str:
        """What a station still does."""
        return MEANINGS[self.state].works


@dataclass(frozen=True)
class Change:
    """A fault that was raised or is over.

    Attributes:
        trouble: which.
        raised: whether it begins; otherwise it is over.
        after_s: how long it lasted; 0 where it begins.
    """

    trouble: Trouble
    raised: bool
    after_s: float = 0.0


Listener = Callable[[Change], None]


class Health:
    """Holds the faults of a station. Any thread may call it.

    A fault is raised with its evidence and cleared with the evidence that it is over; nobody has to confirm anything.
    Several may find the same fault: it lasts until each of them has cleared it.

    Args:
        clock: the monotonic clock.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._telling = threading.Lock()
        self._details: dict[Fault, dict[str, str]] = {}  # of each fault the evidence, by who found it
        self._since_s: dict[Fault, float] = {}
        self._listeners: list[Listener] = []
        self._untold: deque[Change] = deque()

    @property
    def now(self) -> tuple[Trouble, ...]:
        """The faults that last, in the order of FAULTS; empty where all is well."""
        with self._guard:
            return tuple(self._trouble(fault) for fault in FAULTS if fault in self._since_s)

    def set(self, state: Fault, detail: str, by: str = "") -> None:
        """Raise a fault; of one that lasts already the detail is renewed, and nobody is told.

        Args:
            state: which.
            detail: the evidence, in one line.
            by: who found it; whoever clears it says so too.
        """
        with self._guard:
            begins = state not in self._since_s
            self._details.setdefault(state, {})[by] = detail
            if begins:
                self._since_s[state] = self._clock()
                self._untold.append(Change(self._trouble(state), True))
        self._tell()

    def clear(self, state: Fault, by: str = "") -> None:
        """End a fault as far as one who found it is concerned; nothing happens where it does not last."""
        with self._guard:
            before = self._details.get(state, {})
            if by in before:
                trouble = self._trouble(state)
                del before[by]
                if not before:
                    after_s = self._clock() - self._since_s.pop(state)
                    self._untold.append(Change(trouble, False, after_s))
        self._tell()

    def listen(self, listener: Listener) -> None:
        """Tell every change from now on, in order, one at a time; on the thread of whoever makes it.

        Args:
            listener: takes a change; it returns at once. It may ask for `now`, set and clear.
        """
        with self._guard:
            self._listeners = [*self._listeners, listener]

    def _trouble(self, fault: Fault) -> Trouble:
        return Trouble(fault, "; ".join(self._details[fault].values()), self._since_s[fault])

    def _tell(self) -> None:
        # Whoever comes while another thread tells leaves its change to that one. It is looked at again after the lock
        # was given back: a change may have come just before.
        while self._untold and self._telling.acquire(blocking=False):
            try:
                while self._untold:
                    change = self._untold.popleft()
                    for listener in self._listeners:
                        listener(change)
            finally:
                self._telling.release()
