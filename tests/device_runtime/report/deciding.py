"""Decisions of a station without a camera."""

from __future__ import annotations

from typing import Any, cast

from device_runtime.result import Result
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop.values import Decision, Trigger
from device_runtime.types import Reading, Status

CAME_NS = 5_000_000_000


def decision(
    id: int = 3,
    *,
    number: int | None = 7,
    code: str | None = "10115",
    status: Status = "accepted",
    bin: str = "A3",
    why_not: str | None = None,
    total_ms: float = 61.4,
    deadline_ms: float = 100.0,
    came_ns: int = CAME_NS,
) -> Decision:
    """A decision about a piece that came at a fixed moment; with `why_not` nothing was read on it."""
    reading = Reading(status, code, None, 0.99735, (), ())
    result = Result("camera", reading, None, "numpy 1", {"total": 40.0}, cast(Any, None))
    return Decision(
        id,
        Trigger(Moment(0, came_ns, "boot"), came_ns / 1e9 + deadline_ms / 1000, number),
        why_not if why_not is not None else result,
        bin,
        1,
        came_ns + round(total_ms * 1e6),
        {"total": total_ms},
    )
