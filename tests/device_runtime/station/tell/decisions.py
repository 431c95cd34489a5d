"""Decisions for those who tell of a station, and a station that offers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from device_runtime.decoding.ensemble import View
from device_runtime.result import Result
from device_runtime.station.health.health import Health
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop.counts import Counts
from device_runtime.station.loop.latency import Percentiles
from device_runtime.station.loop.values import Decision, Trigger
from device_runtime.types import Candidate, Decoding, Reading, Status, Strip

BEGAN_NS = 5_000_000_000


def decision(
    id: int = 7,
    status: Status | None = "accepted",
    code: str | None = "80331",
    confidence: float = 0.9991,
    reason: str | None = None,
    took_ms: float = 42.5,
    bin: str = "munich",
    stages_ms: Mapping[str, float] | None = None,
) -> Decision:
    """A decision about a piece; a status of None: nothing was read, and the reason says why."""
    began = Moment(1_800_000_000_000_000_000 + id * 10**8, BEGAN_NS, "boot")
    answered_ns = BEGAN_NS + round(took_ms * 1e6)
    read: Result | str = reason or ""
    if status is not None:
        candidates = (Candidate(code, confidence),) if code else ()
        reading = Reading(status, code, reason, confidence, (), candidates)
        strip = Strip(np.zeros((32, 64), np.uint8), np.eye(2, 3), True)
        read = Result("dir:/srv/mail", reading, None, "numpy 1.26", {}, View(strip, Decoding(candidates, (), None)))
    stages = {"wait": 5.0, "scan": 30.0, "total": took_ms} if stages_ms is None else dict(stages_ms)
    return Decision(id, Trigger(began, 5.1, id), read, bin, 2, answered_ns, stages)


@dataclass
class StubStation:
    """Offers what it was made with."""

    decisions: list[Decision] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    percentiles: dict[str, Percentiles] = field(default_factory=dict)
    health: Health = field(default_factory=Health)

    def recent(self, count: int, /) -> list[Decision]:
        """As of `Offers`."""
        return self.decisions[:count]

    def latency(self) -> dict[str, Percentiles]:
        """As of `Offers`."""
        return self.percentiles
