"""What stands in a result's place for a picture that could not be read: every input has its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from device_runtime.reader import STAGES


@dataclass(frozen=True)
class Unreadable:
    """A picture that could not be read, why, what engine would have read it, and the time that was spent on it."""

    source: str
    reason: str
    engine: str
    spent_ms: float

    def as_dict(self) -> dict[str, Any]:
        """The public form, with the keys of reader.Result.as_dict."""
        return {
            "source": self.source,
            "code": None,
            "status": "unreadable",
            "reason": self.reason,
            "confidence": 0.0,
            "characters": [],
            "candidates": [],
            "field": None,
            "engine": self.engine,
            "timing_ms": dict.fromkeys(STAGES, 0.0) | {"total": round(self.spent_ms, 3)},
        }
