"""A dashboard in the terminal: the station, drawn again twice a second on a thread of its own."""

from __future__ import annotations

import io
import threading
from collections import deque
from types import TracebackType
from typing import IO

from rich.console import Console
from rich.live import Live

from device_runtime.station.health.readers import temperature_c
from device_runtime.station.tell.offers import Offers
from device_runtime.station.tell.screen import MOST_MESSAGES, PIECES, screen
from device_runtime.station.tell.snapshot import Snapshots

EVERY_S = 0.5


class Dashboard:
    """Draws a station until it is closed; a context manager. The terminal is then as it was before.

    Args:
        station: to draw.
        title: of it.
        console: where; None = the terminal.

    Attributes:
        messages: a stream for the log, whose last lines are shown.
    """

    def __init__(self, station: Offers, title: str, console: Console | None = None) -> None:
        self.messages = Messages()
        self._snapshots = Snapshots(station, title, temperature_c)
        self._live = Live(console=console or Console(), screen=True, auto_refresh=False)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dashboard", daemon=True)

    def __enter__(self) -> Dashboard:
        self._live.start()
        self.draw()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(2.0)
        self._live.stop()

    def draw(self) -> None:
        """Draw once."""
        self._live.update(screen(self._snapshots.take(PIECES, self.messages.last())), refresh=True)

    def _run(self) -> None:
        while not self._ending.is_set():
            self.draw()
            self._ending.wait(EVERY_S)


class Messages(io.TextIOBase, IO[str]):
    """A stream that keeps its last lines. Any thread may write whole lines to it."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MOST_MESSAGES)

    def write(self, text: str, /) -> int:
        """Take lines."""
        self._lines.extend(text.splitlines())
        return len(text)

    def last(self) -> tuple[str, ...]:
        """The last lines, the newest last."""
        return tuple(self._lines)
