"""Fields that hold no five-digit code, or another kind of number: what is accepted of them is wrong."""

from __future__ import annotations

from functools import cache

from benchmarks.attack.counts import Outcome, Target
from benchmarks.no_code.drawn import CUT, FieldDrawer
from benchmarks.no_code.numbers import KINDS
from device_runtime.reader import Reader

_PATTERN = r"\d{5}"


def case(seed: int, number: int) -> Outcome:
    """Draw one field and read it; an accepted code is wrong, unless it guesses a cut digit rightly."""
    kind = tuple(KINDS)[number % len(KINDS)]
    image, written = _drawer().field(kind, seed, number)
    reading = _reader().read(image, field=True).reading
    if reading.status == "accepted" and not (kind == CUT and reading.code == written):
        line = written.replace("\n", " / ")
        return Outcome(kind, wrong=1, detail=f"{line!r} accepted as {reading.code} ({reading.confidence:.3f})")
    return Outcome(kind, answered=1)


TARGET = Target("fields", "fields without a five-digit code", 170 * len(KINDS), case)


@cache
def _drawer() -> FieldDrawer:
    return FieldDrawer()


@cache
def _reader() -> Reader:
    return Reader(pattern=_PATTERN)
