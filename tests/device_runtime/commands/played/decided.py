"""Decisions about the demo's mail, made up from what is read in the sample fields."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from device_runtime.reader import Reader
from device_runtime.result import Result
from device_runtime.samples import load_samples
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop.values import Decision, Trigger


@cache
def read(file: str) -> Result:
    """What is read in a sample field."""
    sample = next(one for one in load_samples() if one.file == file)
    return Reader(**sample.grammar).read(sample.path, field=True)


ACCEPTED = "80331"


def accepted() -> Result:
    """80331, accepted."""
    return read("01-hand.png")


def rejected() -> Result:
    """The same, not believed."""
    reading = replace(accepted().reading, status="rejected", reason="low confidence in character 3 ('3')")
    return replace(accepted(), reading=reading)


def no_code() -> Result:
    """A field without a code."""
    return read("12-smeared.png")


def decision(number: int, read: Result | str, bin: str = "south", total_ms: float = 120.0, frames: int = 1) -> Decision:
    """A decision about the piece with a number."""
    return Decision(number, Trigger(Moment(0, 0, "boot"), 1.0, number), read, bin, frames, 0, {"total": total_ms})
