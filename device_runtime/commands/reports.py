"""Reports decisions to the sorter's controller, on a thread of its own: a wire that is down stops nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from device_runtime.report import Reporter
from device_runtime.result import Result
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.moment import now
from device_runtime.station.loop.aside import Aside
from device_runtime.station.loop.troubles import Health
from device_runtime.station.loop.values import Decision
from device_runtime.unreadable import Unreadable
from firmware_bridge import BridgeError, RefusedError

STALE_S = 2.0  # so long after its deadline a reading is of no use to a sorter
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0  # before the port is opened again
ACKNOWLEDGED, TOO_LATE, DOWN = "acknowledged", "too late, not sent", "the wire is down, not sent"


class Reports:
    """Sends each decision once. What the wire does not take in time is written down and not sent later.

    Args:
        url: the port.
        engine: name and version of what reads.
        record: takes what became of each report.
        health: is told when the wire is lost.
        say: takes a line about the wire.
        open_port: opens it.
    """

    def __init__(
        self,
        url: str,
        engine: str,
        record: Callable[[Delivery], None],
        health: Health,
        say: Callable[[str], None],
        open_port: Callable[[str], Reporter] = Reporter,
    ) -> None:
        self._url, self._engine, self._record, self._health, self._say = url, engine, record, health, say
        self._open_port = open_port
        self._reporter: Reporter | None = None
        self._pause_s, self._again_s = SHORTEST_PAUSE_S, 0.0
        self._said = ""
        self._aside = Aside(self._report, f"wire {url}", self._stay_connected)
        self.tell = self._aside.tell

    def close(self, timeout_s: float = 0.5) -> None:
        """Send what waits, as far as the time allows, and close the port."""
        if self._aside.close(timeout_s) == 0 and self._reporter:
            self._reporter.__exit__(None, None, None)

    def _connected(self) -> Reporter | None:
        """The open wire; None while it is down."""
        if self._reporter is None and time.monotonic() >= self._again_s:
            try:
                self._reporter = self._open_port(self._url)
            except BridgeError as error:
                self._lose(error)
            else:
                if self._said:
                    self._say(f"the wire {self._url} is back")
                self._pause_s, self._said = SHORTEST_PAUSE_S, ""
                self._health.clear("wire_lost")
        return self._reporter

    def _stay_connected(self) -> None:
        """Open a wire that is down also while no piece comes."""
        self._connected()

    def _report(self, decision: Decision) -> None:
        began_s = time.monotonic()
        if began_s > decision.trigger.deadline_s + STALE_S:
            outcome = TOO_LATE
        elif reporter := self._connected():
            outcome = self._sent(reporter, decision)
        else:
            outcome = DOWN
        if decision.id:
            elapsed_ms = (time.monotonic() - began_s) * 1000
            self._record(Delivery(decision.id, now(), self._url, outcome, 1, elapsed_ms))

    def _sent(self, reporter: Reporter, decision: Decision) -> str:
        """Send a decision; returns what became of it."""
        number = decision.id if decision.trigger.number is None else decision.trigger.number
        read = decision.read
        spent_ms = decision.stages_ms["total"]
        found = read if isinstance(read, Result) else Unreadable("camera", read, self._engine, spent_ms)
        try:
            reporter.send(number, found)
        except RefusedError as error:
            return str(error)
        except BridgeError as error:
            reporter.__exit__(None, None, None)
            self._reporter = None
            self._lose(error)
            return "not acknowledged"
        return ACKNOWLEDGED

    def _lose(self, error: BridgeError) -> None:
        self._again_s = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._health.set("wire_lost", str(error))
        if not self._said:
            self._say(f"{error}; trying again until it answers")
        self._said = str(error)
