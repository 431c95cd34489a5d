"""A clock that goes on by one each time that it is asked, so that work can be cut at every one of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from device_runtime.clock import Pace
from device_runtime.reader import Reader
from device_runtime.result import Result


class Ticks:
    """The clock.

    Attributes:
        asked: how often it was asked.
    """

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        return float(self.asked)


def at_every_cut(reader: Reader, read: Callable[[float | None], Result]) -> tuple[Result, Iterator[Result]]:
    """The result of all the work, and those where it has to end at each moment before.

    Args:
        reader: whose clock is replaced.
        read: reads, until a moment.
    """
    ticks = Ticks()
    reader.pace = Pace(ticks)
    whole = read(None)

    def cut() -> Iterator[Result]:
        for moment in range(ticks.asked):
            reader.pace = Pace(Ticks())
            yield read(float(moment))

    return whole, cut()
