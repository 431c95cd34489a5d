"""Stations over sources that a test feeds, with readings that it decides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Shot
from device_runtime.decoding.ensemble import View
from device_runtime.image.pixels import Pixels
from device_runtime.region import Region
from device_runtime.result import Result
from device_runtime.station.health.health import Health
from device_runtime.station.journal.journal import Journal, Retention
from device_runtime.station.journal.moment import Moment, now
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.loop.settings import Store, Timing
from device_runtime.station.loop.station import Station
from device_runtime.station.loop.values import Decision
from device_runtime.station.plan.live import LivePlan
from device_runtime.types import Candidate, Decoding, Field, Reading, Strip
from tests.device_runtime.capture.fake_source import FakeSource, eventually

PATIENT_MS = 20_000.0  # a deadline that no busy machine misses
SOON_MS = 60.0


def result(code: str | None, status: str = "accepted", reason: str | None = None, field: Field | None = None) -> Result:
    """A reading of a code."""
    reason = None if status == "accepted" else reason or "low confidence"
    candidates = (Candidate(code, 0.99),) if code else ()
    reading = Reading(status, code, reason, 0.99 if code else 0.0, (), candidates)  # type: ignore[arg-type]
    view = View(Strip(np.zeros((32, 64), np.uint8), np.eye(2, 3), True), Decoding((), (), None))
    return Result("camera", reading, field, "stub 1", {"scan": 1.0, "total": 2.0}, view)


class StubReader:
    """What a station asks of a reader besides readings."""

    engine = "stub 1"

    class bundle:
        class manifest:
            checksum = "ab" * 32


@dataclass
class Readings:
    """Votes that read the value of a frame's first pixel as a code: 7 is 10007.

    Attributes:
        slow: waited for in every reading.
        status: of the readings, by the number of the frame in its vote; the last one holds for further frames.
        regions: with which votes began.
        untils: the moments by which the work had to end.
        raises: raised instead of a reading.
        of_first: whether what is accepted is on the first frame of its piece too.
        begun: set when a reading begins.
    """

    slow: threading.Event | None = None
    status: tuple[str, ...] = ("accepted",)
    regions: list[Region | None] = field(default_factory=list)
    untils: list[float] = field(default_factory=list)
    raises: Exception | None = None
    of_first: bool = True
    begun: threading.Event = field(default_factory=threading.Event)

    def __call__(self, region: Region | None) -> Any:
        self.regions.append(region)
        outer, count = self, iter(range(100))

        class One:
            def add(self, pixels: Pixels, until_s: float | None = None) -> Result:
                outer.untils.append(until_s or 0.0)
                outer.begun.set()
                if outer.slow:
                    outer.slow.wait(20)
                if outer.raises:
                    raise outer.raises
                status = outer.status[min(next(count), len(outer.status) - 1)]
                return result(f"{10000 + int(pixels.flat[0])}" if status != "no_code" else None, status)

            def is_of_first(self, code: str) -> bool:
                return outer.of_first

        return One()


@dataclass
class Told:
    """Remembers what it is told."""

    decisions: list[Decision] = field(default_factory=list)
    left_s: list[float] = field(default_factory=list)

    def tell(self, decision: Decision) -> None:
        self.left_s.append(time.monotonic())
        self.decisions.append(decision)

    @property
    def said(self) -> list[str]:
        """The code of each piece, or why there is none."""
        return [
            one.read if isinstance(one.read, str) else f"{one.read.reading.code} {one.read.reading.status}"
            for one in self.decisions
        ]


@dataclass
class Setting:
    """A station and what a test does to it."""

    station: Station
    source: FakeSource
    readings: Readings
    told: Told
    lines: list[str]
    journal: Path
    filmed: int = 0

    @property
    def troubles(self) -> dict[str, str]:
        """What the health of the station says."""
        return {one.state: one.detail for one in self.station.health.now}

    def answered(self, count: int) -> bool:
        return eventually(lambda: len(self.told.decisions) >= count)

    def know_gaps(self) -> None:
        """A piece came a minute ago, so that the next one may have several frames."""
        self.station.trigger(age_ms=60_000.0)
        assert self.answered(1)
        self.told.decisions.clear()

    def film(self, value: int) -> None:
        """A frame that is exposed now."""
        self.filmed += 1
        self.source.events.put(Shot(time.monotonic(), self.filmed, lambda: np.full((20, 40), value, np.uint8)))


@contextmanager
def running(
    folder: Path,
    readings: Readings | None = None,
    *,
    timing: Timing = Timing(PATIENT_MS, frames=1),  # noqa: B008 (a frozen value)
    plan: str | None = None,
    moment: Callable[[], Moment] = now,
    source: FakeSource | None = None,
    retention: Retention = Retention(),  # noqa: B008
) -> Iterator[Setting]:
    """A station in a folder, closed at the end."""
    readings, source, told, lines = readings or Readings(), source or FakeSource(), Told(), list[str]()
    live = None
    if plan is not None:
        (folder / "plan.csv").write_text(plan)
        live = LivePlan(folder / "plan.csv")
    store = Store(Journal(folder / "station.journal"), retention)
    station = Station(
        Camera(source, lines.append),
        StubReader(),  # type: ignore[arg-type]
        readings,
        store,
        timing,
        plan=live,
        region=None,
        health=Health(),
        triggers=None,
        say=lines.append,
        moment=moment,
    )
    station.told.append(told)
    station.start()
    with station:
        yield Setting(station, source, readings, told, lines, folder / "station.journal")
        if readings.slow:
            readings.slow.set()


def journalled(path: Path) -> list[tuple[int, str, str | None]]:
    """Id, status and code of the pieces in a journal."""
    with JournalReader(path) as found:
        return [(entry.piece.id, entry.piece.status, entry.piece.code) for entry in found.last(10_000)]
