"""A station at one moment, as values: what a dashboard draws."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from device_runtime.result import Result
from device_runtime.station.journal.entry import iso_utc
from device_runtime.station.loop.values import Decision
from device_runtime.station.tell.offers import Offers

RATE_OVER_S = 60.0
STATUSES = ("accepted", "rejected", "no_code", "no_read")


@dataclass(frozen=True)
class PieceRow:
    """A piece as a line of a table.

    Attributes:
        id: in the journal.
        time: of its trigger, UTC.
        code: that was read; "-" where none was.
        status: of the reading, or no_read.
        confidence: of the code, 0..1.
        answer_ms: from the trigger to the answer.
        bin: where it went.
    """

    id: int
    time: str
    code: str
    status: str
    confidence: float
    answer_ms: float
    bin: str


@dataclass(frozen=True)
class StageRow:
    """Percentiles of a stage.

    Attributes:
        stage: its name.
        p50_ms: half of the pieces took at most so long.
        p95_ms: 95 of 100 did.
        p99_ms: 99 of 100 did.
    """

    stage: str
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class TroubleRow:
    """A fault that lasts.

    Attributes:
        state: its name.
        detail: the evidence.
        works: what a station still does.
        for_s: how long it has lasted.
    """

    state: str
    detail: str
    works: str
    for_s: float


@dataclass(frozen=True)
class Snapshot:
    """All that a dashboard shows.

    Attributes:
        title: of the station.
        up_s: how long it has run.
        pieces_per_s: over the last minute.
        temperature_c: of the processor; None where it is not known.
        counts: pieces by status, all of STATUSES.
        reasons: pieces by the kind of reason, the most frequent first.
        stages: their times; "total" is from the trigger to the answer.
        troubles: faults that last; empty: ok.
        pieces: the last ones, the newest first.
        messages: the last lines of the log, the newest last.
    """

    title: str
    up_s: float
    pieces_per_s: float
    temperature_c: float | None
    counts: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    stages: tuple[StageRow, ...]
    troubles: tuple[TroubleRow, ...]
    pieces: tuple[PieceRow, ...]
    messages: tuple[str, ...] = ()


class Snapshots:
    """Takes snapshots of a station. One thread calls it.

    Args:
        station: to look at.
        title: of it.
        celsius: gives the temperature.
        clock: the monotonic clock.
    """

    def __init__(
        self,
        station: Offers,
        title: str,
        celsius: Callable[[], float | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._station, self._title, self._celsius, self._clock = station, title, celsius, clock
        self._began_s = clock()
        self._seen: deque[tuple[float, int]] = deque([(self._began_s, station.counts.pieces)])

    def take(self, pieces: int, messages: tuple[str, ...] = ()) -> Snapshot:
        """Take one.

        Args:
            pieces: how many of the last ones.
            messages: lines of the log.
        """
        station, now_s = self._station, self._clock()
        counts = station.counts
        return Snapshot(
            self._title,
            now_s - self._began_s,
            self._rate(now_s, counts.pieces),
            self._celsius(),
            {status: getattr(counts, status) for status in STATUSES},
            tuple(sorted(counts.reasons.items(), key=lambda one: (-one[1], one[0]))),
            tuple(StageRow(name, of.p50_ms, of.p95_ms, of.p99_ms) for name, of in station.latency().items()),
            tuple(TroubleRow(one.state, one.detail, one.works, now_s - one.since_s) for one in station.health.now),
            tuple(map(piece_row, station.recent(pieces))),
            messages,
        )

    def _rate(self, now_s: float, pieces: int) -> float:
        self._seen.append((now_s, pieces))
        while len(self._seen) > 2 and now_s - self._seen[1][0] >= RATE_OVER_S:
            self._seen.popleft()
        began_s, before = self._seen[0]
        return (pieces - before) / (now_s - began_s) if now_s > began_s else 0.0


def piece_row(decision: Decision) -> PieceRow:
    """A decision as a line of a table."""
    began = decision.trigger.began
    answer_ms = (decision.answered_ns - began.monotonic_ns) / 1e6
    time_utc = iso_utc(began.wall_ns)[11:19]
    if not isinstance(decision.read, Result):
        return PieceRow(decision.id, time_utc, "-", "no_read", 0.0, answer_ms, decision.bin)
    found = decision.read.reading
    read = (found.code or "-", found.status, found.confidence)
    return PieceRow(decision.id, time_utc, *read, answer_ms, decision.bin)
