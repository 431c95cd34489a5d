"""Pieces for journals, and a clock that a test sets."""

from __future__ import annotations

from dataclasses import dataclass

from device_runtime.station.journal.entry import Piece
from device_runtime.station.journal.journal import Journal
from device_runtime.station.journal.moment import Moment

NOW_NS = 1_790_000_000 * 10**9


@dataclass
class Clock:
    """Both clocks of a machine."""

    wall_s: float = 1_790_000_000
    running_s: float = 100
    boot: str = "first"

    def __call__(self) -> Moment:
        return Moment(round(self.wall_s * 1e9), round(self.running_s * 1e9), self.boot)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.wall_s += seconds
        self.running_s += seconds


def piece(id: int, began: Moment, **other: object) -> Piece:
    """A piece that was accepted in 5 ms."""
    told: dict[str, object] = {
        "id": id,
        "began": began,
        "answered_ns": began.monotonic_ns + 5_000_000,
        "status": "accepted",
        "code": f"{10000 + id}",
        "confidence": 0.98,
        "reason": None,
        "candidates": ((f"{10000 + id}", 0.98), ("80337", 0.01)),
        "bin": "north",
        "engine": "numpy 1.26",
        "bundle": "ab" * 32,
        "source": "v4l2:/dev/video0",
    }
    return Piece(**(told | other))  # type: ignore[arg-type]


def recorded(journal: Journal, clock: Clock, count: int = 1) -> list[int]:
    """Record some pieces, a second apart; returns their ids."""
    ids = []
    for _ in range(count):
        ids.append(journal.new_id())
        journal.record([piece(ids[-1], clock())])
        clock.run(1)
    return ids
