"""What a station does beside its work, on a thread of its own: keep doubtful pictures, delete old ones, look around."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import numpy as np

from device_runtime.errors import JournalError, PosteyeError
from device_runtime.image.pixels import Pixels
from device_runtime.piece.sampling import sample
from device_runtime.region import Region
from device_runtime.result import Result
from device_runtime.station.journal.harvest import doubt_of
from device_runtime.station.loop.settings import Store
from device_runtime.station.loop.values import Decision

MOST_WAITING = 8  # pieces whose pictures wait for the disk; those of further ones are not kept
LOOK_S = 0.5  # between two looks at the station's health
TRIM_EVERY = 120  # looks: a minute


class Keeper:
    """Takes decisions and keeps the pictures of those that are in doubt.

    Args:
        store: where.
        region: of the pictures in which is read, at present.
        look: called twice a second.
        say: takes a line about what cannot be kept.

    Attributes:
        dropped: pieces whose pictures were not kept, since too many waited.
    """

    def __init__(
        self, store: Store, region: Callable[[], Region | None], look: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self.dropped = 0
        self._store, self._region, self._look, self._say = store, region, look, say
        self._waiting: deque[Decision] = deque()
        self._changed = threading.Condition()
        self._is_ending = False
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def tell(self, decision: Decision) -> None:
        """Take a decision; this waits for nothing."""
        if not self._store.harvest or not decision.frame or not decision.id:
            return
        if doubt_of(decision.read.reading if isinstance(decision.read, Result) else None) is None:
            return
        with self._changed:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(decision)
            else:
                self.dropped += 1
            self._changed.notify_all()

    def close(self, timeout_s: float) -> None:
        """Keep what waits, and end."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        looks = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_ending, LOOK_S)
                decision = self._waiting.popleft() if self._waiting else None
                if decision is None and self._is_ending:
                    return
            if decision:
                self._keep(decision)
                continue
            self._look()
            looks += 1
            if looks % TRIM_EVERY == 0:
                self._trim()

    def _keep(self, decision: Decision) -> None:
        assert self._store.harvest and decision.frame
        pixels = decision.frame.pixels
        try:
            self._store.harvest.keep(
                decision.id, field_of(decision, self._region()), pixels if self._store.frames else None
            )
        except PosteyeError as error:  # a full disk: said once, not for every piece
            if str(error) != self._said:
                self._said = str(error)
                self._say(self._said)
        else:
            self._said = ""

    def _trim(self) -> None:
        store = self._store
        try:
            while store.journal.trim(store.retention):
                pass
            if store.harvest:
                store.harvest.trim(store.journal.first_id_of(store.retention.days))
        except JournalError as error:
            self._say(str(error))


def field_of(decision: Decision, region: Region | None) -> Pixels:
    """The field of a piece as it was cut out; where none was found, what was looked at.

    Args:
        decision: with a frame.
        region: in which was read.
    """
    assert decision.frame
    pixels = decision.frame.pixels
    if isinstance(decision.read, Result) and decision.read.field:
        return sample(pixels, decision.read.field)
    if region:
        left, top, width, height = region.pixels(pixels.shape[1], pixels.shape[0])
        return np.ascontiguousarray(pixels[top : top + height, left : left + width])
    return pixels
