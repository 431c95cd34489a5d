"""What a station is given besides its camera and its reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from device_runtime.station.journal.harvest import Harvest
from device_runtime.station.journal.journal import Journal, Retention

if TYPE_CHECKING:
    from device_runtime.station.loop.station import Station


@dataclass(frozen=True)
class Timing:
    """When an answer leaves.

    Attributes:
        deadline_ms: after the trigger, where that says nothing else.
        margin_ms: before the deadline, when the answer is decided upon at the latest.
        frames: the most to look at of a piece.
        window_ms: after the trigger, when further frames than the first are of it: later the next one may be in view.
    """

    deadline_ms: float = 500.0
    margin_ms: float = 10.0
    frames: int = 3
    window_ms: float = 250.0


@dataclass(frozen=True)
class Store:
    """What is kept, and for how long.

    Attributes:
        journal: of the station.
        retention: of the journal.
        harvest: keeps pictures; None: none are kept.
        frames: whether whole frames are kept beside the fields.
    """

    journal: Journal
    retention: Retention
    harvest: Harvest | None = None
    frames: bool = False


class Triggers(Protocol):
    """What tells a station that a piece has come."""

    def start(self, station: Station) -> None:
        """Begin to tell, on a thread of its own."""
        ...

    def close(self) -> None:
        """End, soon."""
        ...
