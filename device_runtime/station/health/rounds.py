"""Makes the rounds of the monitors on a thread of its own, and keeps the health up to date."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType

from device_runtime.station.health.health import Health
from device_runtime.station.health.monitors import Monitor
from device_runtime.station.health.states import Fault

EVERY_S = 1.0
_BY = "rounds"


class Rounds:
    """Looks at every monitor again and again; a context manager that ends it.

    A fault is raised while any of its monitors finds it.

    Args:
        health: to keep up to date.
        monitors: to look at; several may find the same fault.
        every_s: between two rounds.
    """

    def __init__(self, health: Health, monitors: Sequence[Monitor], every_s: float = EVERY_S) -> None:
        self._health, self._monitors, self._every_s = health, monitors, every_s
        self._found: list[str | None] = [None] * len(monitors)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def __enter__(self) -> Rounds:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(self._every_s + 1.0)

    def look(self) -> None:
        """Make one round."""
        for number, monitor in enumerate(self._monitors):
            try:
                self._found[number] = monitor.look()
            except OSError:  # it cannot be known now: what was known stays
                continue
        found: dict[Fault, list[str]] = {}
        for monitor, detail in zip(self._monitors, self._found, strict=True):
            found.setdefault(monitor.fault, []).extend([detail] if detail else [])
        for fault, details in found.items():
            if details:
                self._health.set(fault, "; ".join(details), by=_BY)
            else:
                self._health.clear(fault, by=_BY)

    def _run(self) -> None:
        while not self._ending.is_set():
            self.look()
            self._ending.wait(self._every_s)
