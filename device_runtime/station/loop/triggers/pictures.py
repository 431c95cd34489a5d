"""Every new picture is a piece: for folders that another program fills, and for single images."""

from __future__ import annotations

from collections.abc import Callable

from device_runtime.capture.source import Frame
from device_runtime.station.loop.triggers.thread import LOOK_S, FrameThread, Sees

AT_ONCE = 1  # a stored picture waits until the one before it was answered


class PictureTriggers:
    """Begins a piece with every picture that the source gives.

    Args:
        say: takes a line about what ends it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._is_closed = False
        self._thread = FrameThread(self._take, 0.0, say)
        self.start, self._end = self._thread.start, self._thread.close

    def close(self) -> None:
        """End, soon."""
        self._is_closed = True
        self._end()

    def _take(self, station: Sees, frame: Frame) -> None:
        station.show(frame, is_all=True)
        while not self._is_closed and not station.wait_below(AT_ONCE, LOOK_S):
            pass
