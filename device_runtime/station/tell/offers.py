"""What a station offers to those who tell of it, from any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from device_runtime.station.health.health import Health
from device_runtime.station.loop.values import Decision


class Counts(Protocol):
    """Pieces since the station began, by what became of them."""

    @property
    def pieces(self) -> int:
        """All of them."""
        ...

    @property
    def accepted(self) -> int:
        """With a code that was believed."""
        ...

    @property
    def rejected(self) -> int:
        """With a code that was not."""
        ...

    @property
    def no_code(self) -> int:
        """Without a code."""
        ...

    @property
    def no_read(self) -> int:
        """Of which nothing was read in time."""
        ...

    @property
    def reasons(self) -> Mapping[str, int]:
        """Pieces by the kind of reason why they were not accepted."""
        ...


class Percentiles(Protocol):
    """Times of a stage."""

    @property
    def p50_ms(self) -> float:
        """Half of them took at most so long."""
        ...

    @property
    def p95_ms(self) -> float:
        """95 of 100 did."""
        ...

    @property
    def p99_ms(self) -> float:
        """99 of 100 did."""
        ...

    @property
    def n(self) -> int:
        """How many they are."""
        ...


class Offers(Protocol):
    """The part of a station that is told of."""

    @property
    def counts(self) -> Counts:
        """Of all pieces since it began."""
        ...

    @property
    def health(self) -> Health:
        """What is wrong."""
        ...

    def recent(self, count: int, /) -> Sequence[Decision]:
        """The last decisions, the newest first."""
        ...

    def latency(self) -> Mapping[str, Percentiles]:
        """Percentiles by stage; `total` is from the trigger to the answer."""
        ...
