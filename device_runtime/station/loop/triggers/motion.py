"""A piece that comes into the picture begins; one that has left has ended."""

from __future__ import annotations

from collections.abc import Callable

from device_runtime.capture.source import Frame
from device_runtime.station.loop.pieces import Pending
from device_runtime.station.loop.presence.watcher import Watcher
from device_runtime.station.loop.triggers.thread import FrameThread, Sees

LOOKS_A_SECOND = 30.0


class MotionTriggers:
    """Begins a piece when it is in view.

    Args:
        say: takes a line about the view.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._watcher, self._say = Watcher(), say
        self._piece: Pending | None = None
        self._was_dark = False
        self._thread = FrameThread(self._take, 1 / LOOKS_A_SECOND, say)
        self.start, self.close = self._thread.start, self._thread.close

    def _take(self, station: Sees, frame: Frame) -> None:
        for event in self._watcher.look(frame):
            if event.kind == "begins" and event.frame:
                self._piece = station.show(event.frame, event.view)
            elif self._piece and event.kind == "seen" and event.frame:
                station.seen(self._piece, event.view, event.frame)
            elif self._piece and event.kind == "left":
                station.left(self._piece)
                self._piece = None
        if self._watcher.is_dark != self._was_dark:
            self._was_dark = self._watcher.is_dark
            self._say(
                "the picture is black: see to the lamp and the lens" if self._was_dark else "there is light again"
            )
