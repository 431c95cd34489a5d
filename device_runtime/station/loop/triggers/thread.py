"""A source of triggers that looks at pictures, on a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Frame
from device_runtime.errors import CameraEndedError, CameraTimeoutError, PosteyeError
from device_runtime.station.loop.pieces import Pending, View

LOOK_S = 0.1


class Sees(Protocol):
    """What these triggers need of a station."""

    @property
    def camera(self) -> Camera: ...

    @property
    def ended(self) -> threading.Event: ...

    def show(self, frame: Frame, view: View = "one", is_all: bool = False) -> Pending:
        """A piece was seen."""
        ...

    def seen(self, piece: Pending, view: View, frame: Frame) -> None:
        """It is in view on a further frame."""
        ...

    def left(self, piece: Pending) -> None:
        """It has left."""
        ...

    def wait_below(self, count: int, timeout_s: float) -> bool:
        """Wait until fewer pieces than that wait for their answers; returns whether it is so."""
        ...


class FrameThread:
    """Hands the frames of a camera to a function, the newest each time, until the source ends or this is closed.

    Args:
        take: takes a frame.
        period_s: between two frames at least.
        say: takes a line about what ends it.
    """

    def __init__(self, take: Callable[[Sees, Frame], None], period_s: float, say: Callable[[str], None]) -> None:
        self._take, self._period_s, self._say = take, period_s, say
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, station: Sees) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, args=(station,), name="triggers", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, soon."""
        self._closing.set()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(2 * LOOK_S)

    def _run(self, station: Sees) -> None:
        last_s = time.monotonic()
        try:
            while not self._closing.is_set():
                try:
                    frame = station.camera.latest(last_s, LOOK_S)
                except CameraTimeoutError:
                    continue
                last_s = frame.captured_s
                self._take(station, frame)
                self._closing.wait(max(0.0, frame.captured_s + self._period_s - time.monotonic()))
        except CameraEndedError:
            pass
        except PosteyeError as error:
            if not self._closing.is_set():
                self._say(str(error))
        finally:
            station.ended.set()
