"""What each stage of a reading takes, and whether there is time for its next step.

A stage can run more than once, and those that were not asked for do not run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")
STAGES = ("locate", "normalize", "scan", "decode")
# Of what a step was expected to take, so much is kept where one takes less: it rises at once, and falls slowly.
_KEPT = 7 / 8


class OutOfTime(Exception):
    """There is no time for a step of a reading; its text says for what."""


class Pace:
    """What steps take, by their kind, from those that were done before; several threads may share one.

    Attributes:
        now: the clock that deadlines are on, in s.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._expected_s: dict[str, float] = {}

    def expected_s(self, step: str) -> float:
        """What a step will take: rather more than most took; 0 where none was done yet."""
        return self._expected_s.get(step, 0.0)

    def took(self, step: str, spent_s: float) -> None:
        """Learn from a step."""
        before = self.expected_s(step)
        self._expected_s[step] = max(spent_s, _KEPT * before + (1.0 - _KEPT) * spent_s)


class Clock:
    """Adds up the time that the stages of a reading take, and refuses steps for which there is none.

    Attributes:
        spent_ms: by stage.
        cut: for what there was no time, in words after "not enough time"; None = all was done.
    """

    def __init__(self, until_s: float | None = None, pace: Pace | None = None) -> None:
        """Start.

        Args:
            until_s: moment on the clock of the pace at which the work has to end; None = no matter when.
            pace: what steps took before.
        """
        self.spent_ms = dict.fromkeys(STAGES, 0.0)
        self.cut: str | None = None
        self._until_s, self._pace = until_s, pace or Pace()
        self._started = time.perf_counter()

    @contextmanager
    def step(self, name: str, purpose: str) -> Iterator[None]:
        """Do a step, if it is likely to end in time. Once one was cut, so are all that come after.

        Args:
            name: of its kind.
            purpose: what it is for, in words after "not enough time".

        Raises:
            OutOfTime: it was not begun.
        """
        pace = self._pace
        began_s = pace.now()
        if self.cut is not None or (self._until_s is not None and began_s + pace.expected_s(name) > self._until_s):
            self.cut = self.cut or purpose
            raise OutOfTime(self.cut)
        yield
        pace.took(name, pace.now() - began_s)

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
