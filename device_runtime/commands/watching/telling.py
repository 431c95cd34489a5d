"""All that a station tells besides its answers, as it is configured: log, states, systemd, metrics, screen."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol

from device_runtime.errors import PosteyeError
from device_runtime.station.config.sections import Config
from device_runtime.station.extras import missing_extra
from device_runtime.station.health.health import Change, Health
from device_runtime.station.health.monitors import ClockMonitor, DiskMonitor, HeatMonitor
from device_runtime.station.health.rounds import Rounds
from device_runtime.station.loop.values import Told
from device_runtime.station.tell.form import form_here
from device_runtime.station.tell.log import NOTICE, PieceLog, log, log_answer, log_change, start_log
from device_runtime.station.tell.offers import Offers
from device_runtime.station.tell.systemd import Notifier


class Followed(Offers, Protocol):
    """A station that can be told of."""

    @property
    def told(self) -> list[Told]:
        """Who is told every decision."""
        ...


class Telling:
    """Tells of a station; a context manager that ends all of it. Make it first: the station is given its `health`.

    Args:
        config: of the station.
        notifier: tells systemd.

    Attributes:
        health: of the station.
        form: of the output: lines, json or dashboard.

    Raises:
        PosteyeError: an extra that the configuration needs is not installed.
    """

    def __init__(self, config: Config, notifier: Notifier | None = None) -> None:
        lacking = missing_extra("metrics") if config.metrics.on else None
        if lacking:
            raise PosteyeError(f"{config.file}: [metrics] {lacking}")
        self.health = Health()
        self.form, why = form_here(config.log.form, sys.stdout.isatty())
        self._config, self._notifier = config, notifier or Notifier()
        self._ends = ExitStack()
        self._end_log = start_log("json" if self.form == "json" else "lines")
        self._ends.callback(lambda: self._end_log())
        self.health.listen(log_change)
        self.health.listen(self._tell_manager)
        if why:
            self.say(why)

    def __enter__(self) -> Telling:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._notifier.stopping()
        self._ends.close()

    def say(self, line: str) -> None:
        """Log a line that a part of the station says, such as its camera. Any thread may call it."""
        log(NOTICE, line)

    def answer(self, line: str) -> None:
        """Log what came of an order, such as a signal, however often it is given."""
        log_answer(line)

    def beat(self) -> None:
        """The loop that answers pieces lives; it calls this at least once a second."""
        self._notifier.beat()

    def follow(self, station: Followed, title: str, engine: str, bundle: str) -> None:
        """Tell of a station from now on; call it before the station starts.

        Args:
            station: that is made and has not started.
            title: of the screen.
            engine: name and version of what reads.
            bundle: the checksum of its manifest.

        Raises:
            PosteyeError: the metrics cannot be served at their address.
        """
        config, folder = self._config, self._config.journal.path.resolve().parent  # where a link leads
        if self.form == "json":
            station.told.append(PieceLog())
        if config.metrics.on:
            from device_runtime.station.tell.metrics import Metrics, Served, Sources  # here, as it is an extra

            metrics = Metrics(Sources(self.health, folder), engine, bundle)
            station.told.append(metrics)
            self._ends.enter_context(Served(metrics, config.metrics.address, config.metrics.port))
        self._ends.enter_context(Rounds(self.health, [ClockMonitor(), HeatMonitor(), DiskMonitor(folder)]))
        if self.form == "dashboard":
            from device_runtime.station.tell.dashboard import Dashboard  # here, as it is an extra

            self._ends.callback(self._log_to_terminal)  # after the screen was given back
            screen = self._ends.enter_context(Dashboard(station, title))
            self._end_log()
            self._end_log = start_log("lines", screen.messages)

    def ready(self) -> None:
        """Pieces may come."""
        self._notifier.ready()
        self._notifier.status("ok")

    def _tell_manager(self, _: Change) -> None:
        self._notifier.status("; ".join(f"{one.state}: {one.detail}" for one in self.health.now) or "ok")

    def _log_to_terminal(self) -> None:
        self._end_log()
        self._end_log = start_log("lines")
