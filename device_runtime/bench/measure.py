"""Reads the images of one kind over and over: until the times fall no more, and then for the figures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.bench.images import FIELDS, Image, ImageSet
from device_runtime.bench.report import Readings, WarmUp
from device_runtime.bench.spread import curve, spread
from device_runtime.errors import ImageError, PosteyeError
from device_runtime.files.regular import printable
from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.types import Reading

_SETTLED = 0.95  # of the quickest round before: a round that takes more than this share of it is no real gain
_WARM_UP_SHARE = 0.25  # of the time; the warm-up ends here even if it is not settled
_LOAD, _TOTAL, _CPU = "load", "total", "cpu"


class Misread(Exception):
    """A golden image was read otherwise than it must be: the times of such a reader say nothing."""


class Unreadable(Exception):
    """An image that cannot be read, with the reason."""


@dataclass(frozen=True)
class Timed:
    """One reading.

    Attributes:
        ms: by stage, with the load of a file, the total and the processor's time of the total.
        status: of the reading.
    """

    ms: dict[str, float]
    status: str


class Readers:
    """A Reader for each grammar, made when it is first needed.

    Args:
        settings: what all have in common, as Reader takes it.
    """

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._made: dict[str, Reader] = {}

    def __len__(self) -> int:
        return len(self._made)

    def reader(self, image: Image) -> Reader:
        """Return the Reader for an image."""
        grammar = repr(sorted(image.grammar.items()))
        if grammar not in self._made:
            self._made[grammar] = Reader(**image.grammar, **self._settings)
        return self._made[grammar]

    def read(self, image: Image, kind: str) -> Timed:
        """Read an image and look at the clock.

        Raises:
            Misread: it has a sample, and is not read as that must be.
            Unreadable: its file cannot be read.
        """
        reader = self.reader(image)
        ms: dict[str, float] = {}
        if isinstance(image.source, str):
            began = time.perf_counter_ns()
            pixels = _load(image.source)
            ms[_LOAD] = (time.perf_counter_ns() - began) / 1e6
        else:
            pixels = image.source
        began, began_cpu = time.perf_counter_ns(), time.process_time_ns()
        field, known = kind == FIELDS, image.sample is not None
        result = reader.read(pixels, field=field, source=image.name, upright=field and known)
        spent, spent_cpu = time.perf_counter_ns() - began, time.process_time_ns() - began_cpu
        ms |= {stage: took for stage, took in result.timing_ms.items() if kind != FIELDS or stage != "locate"}
        ms |= {_TOTAL: spent / 1e6, _CPU: spent_cpu / 1e6}
        if image.sample and not image.sample.is_read_as_expected(result.reading):
            raise Misread(_misread(image.name, result.reading, image.sample.expected))
        return Timed(ms, result.reading.status)


def measure(chosen: ImageSet, readers: Readers, seconds: float, tell: Callable[[float], None]) -> Readings:
    """Read the images of a set, first to warm up, then for the figures.

    Golden images are read in whole rounds, so that every machine reads the same mix and the last round may last longer
    than the time. Of a user's images as many are read as the time allows.

    Args:
        chosen: the images.
        readers: that read them.
        seconds: for all of it.
        tell: is told the share of the time that is over, after each reading.

    Raises:
        Misread: a golden image is read wrong.
        PosteyeError: none of the images can be read.
    """
    began = time.monotonic()
    rounds = _Rounds(chosen, readers, lambda: tell(min(1.0, (time.monotonic() - began) / seconds)))
    best, settled = float("inf"), False
    warm: list[Timed] = []
    while not settled and time.monotonic() < began + _WARM_UP_SHARE * seconds:
        warm += (latest := rounds.one(began + 2 * _WARM_UP_SHARE * seconds))
        spent = sum(timed.ms[_CPU] for timed in latest)
        settled, best = spent > _SETTLED * best, min(spent, best)
    warmed = time.monotonic()
    steady: list[Timed] = []
    while not steady or time.monotonic() < began + seconds:
        steady += rounds.one(began + seconds)
    ended = time.monotonic()
    times = {stage: [timed.ms[stage] for timed in steady] for stage in steady[0].ms}
    return Readings(
        images=len(rounds.left),
        seen=len(rounds.seen),
        warm_up=WarmUp(len(warm), round(warmed - began, 3), settled),
        readings=len(steady),
        seconds=round(ended - warmed, 3),
        per_second=round(1000 * len(steady) / sum(times[_TOTAL]), 2),
        statuses=dict(Counter(timed.status for timed in steady)),
        ms={stage: spread(values) for stage, values in times.items()},
        curve_ms=curve(times[_TOTAL]),
        unreadable=rounds.unreadable,
    )


class _Rounds:
    """Goes round and round the images of a set.

    Attributes:
        left: the images, without those that turned out unreadable.
        seen: names of those that were read.
        unreadable: the others, with the reason.
    """

    def __init__(self, chosen: ImageSet, readers: Readers, tell: Callable[[], None]) -> None:
        self.left = list(chosen.images)
        self.seen: set[str] = set()
        self.unreadable: dict[str, str] = {}
        self._chosen, self._readers, self._tell = chosen, readers, tell
        self._next = 0

    def one(self, until: float) -> list[Timed]:
        """Read each image once, from where the last round ended; those of a user only until that time, but one."""
        found: list[Timed] = []
        for _ in range(len(self.left)):
            if found and not self._chosen.golden and time.monotonic() >= until:
                break
            if timed := self._read():
                found.append(timed)
            self._tell()
        if not found:
            name, reason = next(iter(self.unreadable.items()))
            raise PosteyeError(f"none of the {len(self.unreadable)} files can be read; {name} {reason}")
        return found

    def _read(self) -> Timed | None:
        self._next %= len(self.left)
        image = self.left[self._next]
        try:
            timed = self._readers.read(image, self._chosen.kind)
        except Unreadable as error:
            self.unreadable[image.name] = str(error)
            del self.left[self._next]
            return None
        self.seen.add(image.name)
        self._next += 1
        return timed


def _load(file: str) -> NDArray[np.uint8]:
    try:
        return load_image(file)
    except ImageError as error:
        raise Unreadable(str(error).removeprefix(printable(file)).strip()) from error
    except MemoryError as error:
        raise Unreadable("needs more memory than there is") from error


def _misread(name: str, reading: Reading, expected: str | None) -> str:
    wanted = expected or "not accepted"
    return f"{name} is read as {reading.code or 'no code'} ({reading.status}), and must be {wanted}"
