"""What each stage of a reading takes; a stage can run more than once, and those that were not asked for do not run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")
STAGES = ("locate", "normalize", "scan", "decode")


class Clock:
    """Adds up the time that stages take.

    Attributes:
        spent_ms: by stage.
    """

    def __init__(self) -> None:
        self.spent_ms = dict.fromkeys(STAGES, 0.0)
        self._started = time.perf_counter()

    def timed(self, stage: str, run: Callable[[In], Out]) -> Callable[[In], Out]:
        """The same function, whose time counts for a stage."""

        def timed(value: In) -> Out:
            started = time.perf_counter()
            try:
                return run(value)
            finally:
                spent = (time.perf_counter() - started) * 1000
                self.spent_ms[stage] = self.spent_ms.get(stage, 0.0) + spent

        return timed

    def timing_ms(self) -> dict[str, float]:
        """The time of each stage, and the total since this was made."""
        return {**self.spent_ms, "total": (time.perf_counter() - self._started) * 1000}
