"""The answer for an image that could not be read, so that every input has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from device_runtime.clock import STAGES


@dataclass(frozen=True)
class Unreadable:
    """An image that could not be read.

    Attributes:
        source: its name, as it was given.
        reason: why it could not be read.
        engine: name and version of the engine that would have read it.
        spent_ms: time spent on it.
    """

    source: str
    reason: str
    engine: str
    spent_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return the public form, with the keys of `Result.as_dict`."""
        return {
            "source": self.source,
            "code": None,
            "status": "unreadable",
            "reason": self.reason,
            "confidence": 0.0,
            "characters": [],
            "candidates": [],
            "field": None,
            "fields": [],
            "engine": self.engine,
            "timing_ms": dict.fromkeys(STAGES, 0.0) | {"total": round(self.spent_ms, 3)},
        }
