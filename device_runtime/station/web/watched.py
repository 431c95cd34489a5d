"""What the page needs to see of a station. It is read from the page's threads while the station works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from device_runtime.capture.source import Frame
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.station.loop.counts import Counts
from device_runtime.station.loop.latency import Percentiles
from device_runtime.station.loop.values import Decision
from device_runtime.station.plan.live import LivePlan


class Ill(Protocol):
    """Something that is not well at the moment."""

    @property
    def state(self) -> str:
        """Its name, such as camera_lost."""
        ...

    @property
    def detail(self) -> str:
        """In one line."""
        ...

    @property
    def works(self) -> str:
        """What the station does all the same."""
        ...


class Healthy(Protocol):
    """The health of a station."""

    @property
    def now(self) -> Sequence[Ill]:
        """What is not well; nothing when all is."""
        ...


class Filming(Protocol):
    """The camera."""

    @property
    def name(self) -> str:
        """Its URL."""
        ...

    @property
    def trouble(self) -> str | None:
        """What is wrong with it."""
        ...

    def peek(self) -> Frame | None:
        """The newest frame, without waiting."""
        ...


class Watched(Protocol):
    """A station, as the page sees it."""

    region: Region | None

    @property
    def camera(self) -> Filming:
        """Where frames come from."""
        ...

    @property
    def reader(self) -> Reader:
        """What reads them."""
        ...

    @property
    def plan(self) -> LivePlan | None:
        """By which it sorts; None where bins have no names."""
        ...

    @property
    def harvest_folder(self) -> Path | None:
        """Where pictures of doubtful pieces are kept."""
        ...

    @property
    def counts(self) -> Counts:
        """Of all pieces."""
        ...

    def recent(self, count: int, /) -> Sequence[Decision]:
        """The last decisions, the newest first."""
        ...

    def latency(self) -> Mapping[str, Percentiles]:
        """What each stage takes; "total" is the time from the trigger to the answer."""
        ...
