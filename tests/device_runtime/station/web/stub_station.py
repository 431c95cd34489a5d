"""A station that plays the shipped samples: what the page shows was really read."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from device_runtime.capture.source import Frame
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_image
from device_runtime.image.pixels import Pixels
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.result import Result
from device_runtime.samples import Sample, load_index, load_pieces, load_samples
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop.counts import Counts
from device_runtime.station.loop.latency import Percentiles
from device_runtime.station.loop.values import Decision, Trigger
from device_runtime.station.plan.live import LivePlan

BEGAN_NS = 1_764_576_000_000_000_000  # 2025-12-01, 8 in the morning UTC
PLAN = (
    "codes,bin\noverflow,other\nreject,hand\n80331,counter\n80*,munich\n81*,munich\n10*..14*,berlin\n20*..22*,hamburg\n"
)


@dataclass(frozen=True)
class StubIll:
    """A state of health."""

    state: str
    detail: str
    works: str


@dataclass
class StubHealth:
    """Health that a test sets."""

    now: tuple[StubIll, ...] = ()


@dataclass
class StubCamera:
    """A camera that shows what a test puts under it."""

    name: str
    pixels: Pixels | None = None
    trouble: str | None = None
    sequence: int = 0

    def put(self, pixels: Pixels) -> None:
        """Put a piece under it."""
        self.pixels, self.sequence = pixels, self.sequence + 1

    def peek(self) -> Frame | None:
        """The picture."""
        return None if self.pixels is None else Frame(self.pixels, time.monotonic(), self.sequence, self.name)


@cache
def read_samples() -> tuple[tuple[Sample, Result], ...]:
    """Every sample with what is read in it."""
    readers = {(one.country, one.pattern): Reader(**one.grammar) for one in load_index()}
    return tuple((one, readers[one.country, one.pattern].read(one.path, field=one.field)) for one in load_index())


class StubStation:
    """A station in a folder; every sample has come by once.

    Args:
        folder: of its plan and harvest.
        harvested: strips that wait to be keyed: the sample fields, again and again.
    """

    def __init__(self, folder: Path, harvested: int = 12) -> None:
        self.region: Region | None = None
        self.plan_path = folder / "plan.csv"
        self.plan_path.write_text(PLAN)
        self.plan: LivePlan | None = LivePlan(self.plan_path, Grammar.chosen("DE", None, None, "0123456789"))
        self.camera = StubCamera(f"dir:{folder}/pictures?fps=5", load_image(load_pieces()[0].path))
        self.reader = Reader(pattern=r"\d{4,7}")
        self.health = StubHealth()
        self.harvest_folder: Path | None = folder / "harvest"
        self.harvest_folder.mkdir()
        fields = load_samples()
        for number in range(1, harvested + 1):
            shutil.copy(fields[number % len(fields)].path, self.harvest_folder / f"{number:010d}.png")
        self.told: list[Decision] = []
        for _, result in read_samples():
            self.tell(result)

    def tell(self, read: Result | str) -> None:
        """A piece came by."""
        number = len(self.told) + 1
        began = Moment(BEGAN_NS + number * 350_000_000, number * 350_000_000, "boot")
        reading = None if isinstance(read, str) else read.reading
        total_ms = 31.0 + number * 7 % 23
        stages = {"wait": 8.0, "read": total_ms - 9, "decide": 1.0, "total": total_ms}
        assert self.plan
        bin_, frame = self.plan.now.plan.bin_of(reading), self.camera.peek()
        answered_ns = began.monotonic_ns + round(total_ms * 1e6)
        self.told.append(Decision(number, Trigger(began, 1.0), read, bin_, 2, answered_ns, stages, frame))

    def rename(self, id: int, **changes: object) -> None:
        """Change a decision."""
        self.told[id - 1] = replace(self.told[id - 1], **changes)  # type: ignore[arg-type]

    def recent(self, n: int) -> Sequence[Decision]:
        """The last decisions."""
        return self.told[: -n - 1 : -1]

    @property
    def counts(self) -> Counts:
        """Of all decisions."""
        kinds: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for one in self.told:
            read = one.read
            kinds["no_read" if isinstance(read, str) else read.reading.status] += 1
            why = read if isinstance(read, str) else read.reading.reason
            reasons.update([why] if why else [])
        return Counts(len(self.told), **kinds, reasons=dict(reasons))

    def latency(self) -> Mapping[str, Percentiles]:
        """Of each stage."""
        return {
            "wait": Percentiles(8.2, 14.9, 19.6, 40),
            "read": Percentiles(24.4, 41.0, 47.3, 40),
            "decide": Percentiles(0.4, 0.7, 1.2, 40),
            "total": Percentiles(33.1, 56.8, 68.2, 40),
        }
