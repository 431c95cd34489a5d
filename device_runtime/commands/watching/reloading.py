"""What a running station reads again on demand: its configuration, and its plan. A broken file changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import printable
from device_runtime.region import Region
from device_runtime.station.config.sections import SECTIONS, Config
from device_runtime.station.loop.station import Station

Say = Callable[[str], None]


class Reloading:
    """Reads again, one time after the other; call it from any thread.

    Args:
        station: that runs.
        config: that it was made by.
        configure: makes the configuration again; None: there is no file.
        say: takes a line for each thing that came of it.
    """

    def __init__(self, station: Station, config: Config, configure: Callable[[], Config] | None, say: Say) -> None:
        self._station, self._made, self._configure, self._say = station, config, configure, say
        self._region = _region(config)
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Read again, and say what came of it."""
        with self._lock:
            if self._configure is not None and not self._is_configured(self._configure):
                return
            self._load_plan()

    def _is_configured(self, configure: Callable[[], Config]) -> bool:
        """Whether the configuration is whole; what can be changed while pieces come is changed."""
        try:
            wanted = configure()
        except PosteyeError as error:
            self._say(f"{error}; the old configuration stays")
            return False
        wanted_region = _region(wanted)
        if wanted_region != self._region:
            self._station.region = self._region = wanted_region
        # All else holds from the beginning: what the station was made by is compared, not what was read last.
        made, now = _without_region(self._made), _without_region(wanted)
        changed = [f"[{name}]" for name in SECTIONS if getattr(made, name) != getattr(now, name)]
        if changed:
            self._say(f"changes in {', '.join(changed)} hold when posteye watch is started again")
        self._say(f"{printable(wanted.file)} was read again")
        return True

    def _load_plan(self) -> None:
        plan = self._station.plan
        if plan is None:
            if self._configure is None:
                self._say("there is no plan to read again; give --plan")
            return
        wrong = plan.reload()
        doubt = "" if plan.now.findings.fine else "; it does not fit the codes, `posteye plan check` says where"
        self._say(wrong or f"{printable(plan.path)} was read again{doubt}")


def _region(config: Config) -> Region | None:
    return None if config.read.region is None else Region(*config.read.region)


def _without_region(config: Config) -> Config:
    return replace(config, read=replace(config.read, region=None))
