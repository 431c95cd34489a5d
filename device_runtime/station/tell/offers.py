"""What a station offers to those who tell of it, from any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from device_runtime.station.health.health import Health
from device_runtime.station.loop.counts import Counts
from device_runtime.station.loop.latency import Percentiles
from device_runtime.station.loop.values import Decision


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
