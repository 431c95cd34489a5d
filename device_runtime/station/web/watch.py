"""Watching: the last pieces, what became of all, what the stages take, and whether the station is well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from device_runtime.image.write_png import encode_png
from device_runtime.station.journal.entry import iso_utc
from device_runtime.station.loop.values import Decision
from device_runtime.station.web.asked import PNG, Answer, Asked, Refused
from device_runtime.station.web.watched import Healthy, Watched

SHOWN = 24  # pieces
REASONS = 12
_THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")


class Watch:
    """Answers what the page about watching asks.

    Args:
        station: to watch.
        health: of it.
        temperature_c: of the processor, None where nobody knows it.
    """

    def __init__(self, station: Watched, health: Healthy, temperature_c: Callable[[], float | None]) -> None:
        self._station, self._health, self._temperature_c = station, health, temperature_c

    def state(self, asked: Asked) -> dict[str, Any]:
        """All that the page shows, but for the strips."""
        station = self._station
        counts, latency = station.counts, station.latency()
        reasons = sorted(counts.reasons.items(), key=lambda one: (-one[1], one[0]))
        return {
            "counts": {
                "pieces": counts.pieces,
                "accepted": counts.accepted,
                "rejected": counts.rejected,
                "no_code": counts.no_code,
                "no_read": counts.no_read,
            },
            "reasons": [{"reason": reason, "count": count} for reason, count in reasons[:REASONS]],
            "latency": [
                {"stage": stage, "p50": round(one.p50_ms, 1), "p95": round(one.p95_ms, 1), "p99": round(one.p99_ms, 1)}
                for stage, one in latency.items()
            ],
            "temperature_c": self._temperature_c(),
            "pieces": [_piece(one) for one in station.recent(SHOWN)],
        }

    def health(self, asked: Asked) -> dict[str, Any]:
        """What is not well, and what the visitor's next POST has to bring."""
        ill = [{"state": one.state, "detail": one.detail, "works": one.works} for one in self._health.now]
        return {"ill": ill, "csrf": asked.csrf, "people": asked.people}

    def strip(self, asked: Asked) -> Answer:
        """The strip of a piece as PNG, dark ink on white, as the net saw it."""
        name = asked.last.removesuffix(".png")
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 20 else 0
        found = next((one for one in self._station.recent(2 * SHOWN) if one.id == number), None)
        if found is None or isinstance(found.read, str):
            raise Refused(404, "there is no strip of this piece any more")
        return Answer(encode_png(np.bitwise_not(found.read.trace.strip.pixels)), PNG)


def cpu_temperature_c() -> float | None:
    """The processor's temperature by Linux; None where it does not say."""
    try:
        return round(int(_THERMAL.read_text("ascii")) / 1000, 1)
    except (OSError, ValueError):
        return None


def _piece(decision: Decision) -> dict[str, Any]:
    read = decision.read
    total_ms = decision.stages_ms.get("total")
    found: dict[str, Any] = {
        "id": decision.id,
        "time": iso_utc(decision.trigger.began.wall_ns),
        "bin": decision.bin,
        "frames": decision.frames,
        "ms": None if total_ms is None else round(total_ms, 1),
    }
    if isinstance(read, str):
        return found | {"status": "no_read", "code": None, "confidence": 0.0, "reason": read, "strip": False}
    reading = read.reading
    return found | {
        "status": reading.status,
        "code": reading.code,
        "confidence": round(reading.confidence, 4),
        "reason": reading.reason,
        "strip": True,
    }
