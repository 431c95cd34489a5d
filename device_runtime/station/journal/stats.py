"""What a journal comes to: how many pieces, read how, sent where, how fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from device_runtime.station.journal.entry import Entry, iso_utc

_REASONS = 10


@dataclass(frozen=True)
class Stats:
    """Counts over some pieces.

    Attributes:
        pieces: how many.
        first_ns: the earliest wall time; None without pieces.
        last_ns: the latest.
        statuses: pieces by status.
        bins: pieces by bin.
        reasons: pieces by the first words of why they were not accepted, the ten most frequent.
        deliveries: pieces by the outcome of their last delivery; "none" where there was none.
        latency_ms: 50th, 95th and 99th percentile and the most; empty where nothing was answered.
    """

    pieces: int
    first_ns: int | None
    last_ns: int | None
    statuses: dict[str, int]
    bins: dict[str, int]
    reasons: dict[str, int]
    deliveries: dict[str, int]
    latency_ms: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The keys of `posteye journal stats --json`."""
        return {
            "pieces": self.pieces,
            "first": None if self.first_ns is None else iso_utc(self.first_ns),
            "last": None if self.last_ns is None else iso_utc(self.last_ns),
            "statuses": self.statuses,
            "bins": self.bins,
            "reasons": self.reasons,
            "deliveries": self.deliveries,
            "latency_ms": self.latency_ms,
        }


def stats_of(entries: Iterable[Entry]) -> Stats:
    """Count."""
    statuses, bins, reasons, deliveries = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    times: list[int] = []
    latencies: list[float] = []
    for entry in entries:
        piece = entry.piece
        times.append(piece.began.wall_ns)
        statuses[piece.status] += 1
        bins[piece.bin] += 1
        deliveries[entry.deliveries[-1].outcome if entry.deliveries else "none"] += 1
        if piece.reason:
            reasons[kind_of(piece.reason)] += 1
        if piece.latency_ms is not None:
            latencies.append(piece.latency_ms)
    latencies.sort()
    return Stats(
        len(times),
        min(times, default=None),
        max(times, default=None),
        dict(statuses.most_common()),
        dict(bins.most_common()),
        dict(reasons.most_common(_REASONS)),
        dict(deliveries.most_common()),
        {name: round(_percentile(latencies, share), 3) for name, share in _SHARES.items()} if latencies else {},
    )


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}


def _percentile(ordered: list[float], share: float) -> float:
    """The least value that so large a share does not exceed (nearest rank)."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def kind_of(reason: str) -> str:
    """A reason without what is particular to the piece: the words before the first digit, quotation or bracket."""
    end = next((i for i, char in enumerate(reason) if char.isdigit() or char in "'\"(:"), len(reason))
    return reason[:end].strip() or reason
