"""What the page needs to see of a station. It is read from the page's threads while the station works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from device_runtime.capture.source import Frame
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.station.loop.values import Decision
from device_runtime.station.plan.live import LivePlan


class Counted(Protocol):
    """How many pieces there were since the station began, and what became of them."""

    @property
    def pieces(self) -> int:
        """All of them."""
        ...

    @property
    def accepted(self) -> int:
        """With a code that is believed."""
        ...

    @property
    def rejected(self) -> int:
        """With a code that is not."""
        ...

    @property
    def no_code(self) -> int:
        """Without any."""
        ...

    @property
    def no_read(self) -> int:
        """Not read in time."""
        ...

    @property
    def reasons(self) -> Mapping[str, int]:
        """Those not accepted, by why."""
        ...


class Spread(Protocol):
    """Percentiles of what a stage took."""

    @property
    def p50_ms(self) -> float:
        """Half of the pieces took no longer."""
        ...

    @property
    def p95_ms(self) -> float:
        """19 of 20 took no longer."""
        ...

    @property
    def p99_ms(self) -> float:
        """99 of 100 took no longer."""
        ...

    @property
    def n(self) -> int:
        """Pieces that were counted."""
        ...


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
    def counts(self) -> Counted:
        """Of all pieces."""
        ...

    def recent(self, count: int, /) -> Sequence[Decision]:
        """The last decisions, the newest first."""
        ...

    def latency(self) -> Mapping[str, Spread]:
        """What each stage takes; "total" is the time from the trigger to the answer."""
        ...
