"""How long the stages take: percentiles over the last pieces, in memory that does not grow."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LAST = 10_000  # pieces over which percentiles are taken
_SHARES = (0.5, 0.95, 0.99)
_MOST_STAGES = 32


@dataclass(frozen=True)
class Percentiles:
    """Of one stage, over the last pieces that had it.

    Attributes:
        p50_ms: half of them took at most so long.
        p95_ms: 95 of 100 did.
        p99_ms: 99 of 100 did.
        n: how many they are.
    """

    p50_ms: float
    p95_ms: float
    p99_ms: float
    n: int


class Latency:
    """Takes the times of pieces and gives percentiles. Any thread may call it.

    Args:
        last: over so many pieces.
    """

    def __init__(self, last: int = LAST) -> None:
        self._last = last
        self._lock = threading.Lock()
        self._rings: dict[str, NDArray[np.float32]] = {}
        self._counts: dict[str, int] = {}

    def add(self, stages_ms: Mapping[str, float]) -> None:
        """Take the times of a piece."""
        with self._lock:
            for stage, ms in stages_ms.items():
                if stage not in self._rings:
                    if len(self._rings) >= _MOST_STAGES:
                        continue
                    self._rings[stage], self._counts[stage] = np.zeros(self._last, np.float32), 0
                self._rings[stage][self._counts[stage] % self._last] = ms
                self._counts[stage] += 1

    def percentiles(self) -> dict[str, Percentiles]:
        """The percentiles of each stage: of its times the least that so large a share does not exceed."""
        with self._lock:
            found = {stage: ring[: min(self._counts[stage], self._last)].copy() for stage, ring in self._rings.items()}
        return {stage: _percentiles(times) for stage, times in found.items()}


def _percentiles(times: NDArray[np.float32]) -> Percentiles:
    p50, p95, p99 = np.quantile(times, _SHARES, method="inverted_cdf").tolist()
    return Percentiles(p50, p95, p99, len(times))
