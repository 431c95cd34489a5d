"""A source whose frames and failures a test gives to it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Facts, Shot, Tell
from device_runtime.image.pixels import Pixels

Event = Shot | Exception | Callable[[], object]


class FakeSource:
    """A camera that gives what is put into `events`: a shot, an error to raise, or a function that may hang.

    Attributes:
        refusal: raised by `open` while it is set.
        hangs: what `open` waits for.
        threads: the threads that called it.
        opens: how often it was opened.
        closes: how often it was closed.
    """

    def __init__(self, claim: str | None = None, waits: bool = False, silence_s: float | None = None) -> None:
        self.name, self.claim, self.waits, self.silence_s = "fake:0", claim, waits, silence_s
        self.events: queue.Queue[Event] = queue.Queue()
        self.refusal: Exception | None = None
        self.hangs: threading.Event | None = None
        self.facts = Facts("fake", "GREY", (4, 2))
        self.threads: set[int] = set()
        self.opens = self.closes = self.reads = 0

    def open(self, tell: Tell) -> Facts:
        self.threads.add(threading.get_ident())
        if self.hangs:
            self.hangs.wait(20)
        if self.refusal:
            raise self.refusal
        self.opens += 1
        return self.facts

    def read(self, timeout_s: float) -> Shot | None:
        self.threads.add(threading.get_ident())
        self.reads += 1
        try:
            event = self.events.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(event, Exception):
            raise event
        if callable(event):
            event()
            return None
        return event

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closes += 1


def picture(value: int) -> Pixels:
    return np.full((2, 4), value, np.uint8)


def shot(value: int, captured_s: float | None = None, sequence: int = 0) -> Shot:
    """A grey frame, taken now or at a moment."""
    return Shot(time.monotonic() if captured_s is None else captured_s, sequence, lambda: picture(value))


def raises(error: Exception) -> Callable[[], Pixels]:
    """A development that fails."""

    def develop() -> Pixels:
        raise error

    return develop


def eventually(holds: Callable[[], object], timeout_s: float = 20.0) -> bool:
    """Whether something comes true."""
    deadline_s = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.002)
    return True


@contextmanager
def filming(source: FakeSource, told: list[str] | None = None) -> Iterator[Camera]:
    camera = Camera(source, (told if told is not None else []).append)
    try:
        yield camera
    finally:
        camera.close()
