"""Says reports in one tongue: queued, one after the other, and again until the peer has got each."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.errors import BridgeError, RefusedError
from firmware_bridge.host.news import How, Outcome
from firmware_bridge.host.queues.queue import MemoryQueue, Queue, Waiting
from firmware_bridge.host.tongues.tongue import NotTakenError, Tongue
from firmware_bridge.protocol.message import Report

MOST_HANDED_OVER = 1000  # reports that the disk was too slow for; then the oldest gives way
_ENDS_S = 0.5  # for what is under way when the speaker is closed
_TOO_MANY = "too many others waited"
_ENDED = "the station ended"


@dataclass(frozen=True)
class Patience:
    """How often a peer is tried.

    Attributes:
        first_s: the pause after a first failure; it doubles with each further one.
        longest_s: the longest pause.
        beat_s: between two beats of the tongue.
    """

    first_s: float = 0.25
    longest_s: float = 5.0
    beat_s: float = 1.0


class Speaker:
    """Speaks on a thread of its own; another one keeps what is handed over. Nobody waits for either.

    Args:
        tongue: that is spoken.
        on_outcome: takes what became of each report; on any thread, it must return soon.
        on_wire: takes what is wrong with the peer whenever that is news, and None when the peer is there again.
        queue: where reports wait; None: one in memory.
        patience: how often the peer is tried.
    """

    def __init__(
        self,
        tongue: Tongue,
        on_outcome: Callable[[Outcome], None],
        on_wire: Callable[[str | None], None],
        queue: Queue | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self._tongue, self._on_outcome, self._on_wire = tongue, on_outcome, on_wire
        self._queue: Queue = MemoryQueue() if queue is None else queue
        self._queue_lock = threading.Lock()  # held while the disk writes, so by no one who must not wait
        self._is_over = False  # whether the queue is let go; guarded by its lock
        self._patience = patience
        self._changed = threading.Condition()  # guards what follows
        self._handed_over: deque[Waiting] = deque()
        self._is_keeping, self._has_more, self._is_saying, self._closing = False, True, False, False
        self._trouble: str | None = ""  # empty: nothing is known yet
        self._current: Waiting | None = None
        self._tries, self._began_s = 0, 0.0
        self._keeper = threading.Thread(target=self._keep, name=f"{tongue.name} keeper", daemon=True)
        self._thread = threading.Thread(target=self._speak, name=tongue.name, daemon=True)
        self._keeper.start()
        self._thread.start()

    @property
    def is_lost(self) -> bool:
        """Whether the peer does not answer."""
        return bool(self._trouble)

    def send(self, report: Report, tag: int = 0) -> None:
        """Hand a report over; any thread may call it, and none waits.

        Args:
            report: to be said.
            tag: comes back with the outcome.
        """
        with self._changed:
            self._handed_over.append(Waiting(report, tag))
            given_way = self._handed_over.popleft() if len(self._handed_over) > MOST_HANDED_OVER else None
            self._changed.notify_all()
        if given_way:
            self._on_outcome(Outcome(given_way.report, "dropped", given_way.tag, detail=_TOO_MANY))

    def close(self, wait_s: float = 0.0) -> bool:
        """End; what a queue on the disk holds stays there for the next start.

        Args:
            wait_s: how long to wait for the outcomes of what was handed over.

        Returns:
            Whether all reports had their outcome.
        """
        with self._changed:
            idle = self._changed.wait_for(self._is_idle, wait_s)
            self._closing = True
            self._changed.notify_all()
        self._keeper.join()
        self._thread.join(_ENDS_S)  # longer only where a peer hangs; the thread touches the queue no more then
        with self._queue_lock:
            if self._is_over:
                return idle
            self._is_over = True
            left = [] if self._queue.outlives else self._emptied()
            self._queue.keep()
        for one in left:
            tries = self._tries if one == self._current else 0
            self._on_outcome(Outcome(one.report, "unconfirmed" if tries else "dropped", one.tag, tries, detail=_ENDED))
        return idle

    def _is_idle(self) -> bool:
        return not (self._handed_over or self._is_keeping or self._has_more or self._is_saying)

    def _emptied(self) -> list[Waiting]:
        left = []
        while one := self._queue.first():
            left.append(one)
            self._queue.remove()
        return left

    def _keep(self) -> None:
        """Bring what is handed over into the queue."""
        while True:
            with self._changed:
                self._is_keeping = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._handed_over or self._closing)
                taken = list(self._handed_over)
                self._handed_over.clear()
                if not taken:
                    return
                self._is_keeping = True
            with self._queue_lock:
                given_way = [old for one in taken for old in self._queue.put(one)]
                self._queue.keep()
            for old in given_way:
                self._on_outcome(Outcome(old.report, "dropped", old.tag, detail=_TOO_MANY))
            with self._changed:
                self._has_more = True
                self._changed.notify_all()

    def _speak(self) -> None:
        """Open the tongue, again and again with growing pauses, and speak as long as that works."""
        is_open, pause_s, beat_at_s = False, self._patience.first_s, -math.inf
        while not self._closing:
            try:
                if not is_open:
                    if self._tongue.open():
                        self._back()
                    is_open = True
                if time.monotonic() >= beat_at_s:
                    self._tongue.beat()
                    beat_at_s = time.monotonic() + self._patience.beat_s
                if self._say_next(beat_at_s - time.monotonic()):
                    pause_s = self._patience.first_s
            except Exception as error:  # a library may raise anything, and the next piece is to be said all the same
                if not isinstance(error, NotTakenError):
                    self._tongue.close()
                    is_open = False
                self._lost(str(error) if isinstance(error, BridgeError) else f"{type(error).__name__}: {error}")
                with self._changed:
                    self._is_saying = False
                    self._changed.wait_for(lambda: self._closing, pause_s)
                pause_s = min(2 * pause_s, self._patience.longest_s)
        self._tongue.close()

    def _say_next(self, wait_s: float) -> bool:
        """Say the oldest report, or wait for one; returns whether one got its outcome."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._has_more, max(0.0, wait_s))
            if self._closing or not self._has_more:
                return False
            self._has_more, self._is_saying = False, True
        with self._queue_lock:
            if self._is_over:
                return False
            one = self._queue.first()
            if one is None:
                self._queue.keep()
            elif one != self._current:
                self._queue.mark(0, 0)  # so that it does not give way while it is said
                self._current, self._tries, self._began_s = one, 0, time.monotonic()
        with self._changed:
            self._has_more = one is not None or self._has_more
            self._is_saying = one is not None
            self._changed.notify_all()
        if one is None:
            return False
        self._say(one)
        return True

    def _say(self, one: Waiting) -> None:
        self._tries += 1
        how: How = "delivered"
        try:
            detail = self._tongue.say(one)
        except RefusedError as error:
            how, detail = "refused", str(error)
        with self._queue_lock:
            if self._is_over:
                return  # it took too long: `close` has told of it, or the next start says it again
            self._queue.remove()
            self._current = None
        self._back()
        elapsed_s = time.monotonic() - self._began_s
        self._on_outcome(Outcome(one.report, how, one.tag, self._tries, elapsed_s, detail))
        with self._changed:
            self._is_saying = False
            self._changed.notify_all()

    def _lost(self, detail: str) -> None:
        if detail != self._trouble:
            self._trouble = detail
            self._on_wire(detail)

    def _back(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            self._on_wire(None)
