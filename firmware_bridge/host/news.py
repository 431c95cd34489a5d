"""What a link that listens has to tell: what became of a report, what the controller says, and how the wire is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_bridge.protocol.message import Report
from firmware_bridge.protocol.notice import ControllerIdentity, TriggerMessage

How = Literal["delivered", "refused", "unconfirmed", "dropped"]


@dataclass(frozen=True)
class Outcome:
    """What became of a report; each gets one.

    Attributes:
        report: that was to be sent.
        how: "delivered": acted upon once. "refused": not acted upon. "unconfirmed": may or may not have been acted
            upon.
            "dropped": not acted upon, and not sent any more: too many others waited, it was too late, or its number may
            name another piece.
        tag: what its sender called it.
        transmissions: how often it was sent.
        elapsed_s: from its first transmission to its outcome.
        detail: the rest in words.
    """

    report: Report
    how: How
    tag: int = 0
    transmissions: int = 0
    elapsed_s: float = 0.0
    detail: str = ""


@dataclass(frozen=True)
class WireLost:
    """The port went away, or the controller stays silent; the link goes on trying.

    Attributes:
        detail: one line: what is wrong, and how to mend it.
    """

    detail: str


@dataclass(frozen=True)
class WireBack:
    """A controller answers: for the first time, or again.

    Attributes:
        controller: its name.
        identity: what it is; nothing where it does not know the question.
    """

    controller: str
    identity: ControllerIdentity


@dataclass(frozen=True)
class ControllerRestarted:
    """The controller has forgotten its session: the numbers that come from now on may be those of earlier pieces.

    Attributes:
        life: how often it has done so since the link began. Whoever sends a report of a piece that was triggered tells
            in which life that was.
    """

    life: int


@dataclass(frozen=True)
class TimeTold:
    """The controller's time of day.

    Attributes:
        unix_ms: since 1970-01-01 in UTC.
    """

    unix_ms: int


News = Outcome | WireLost | WireBack | ControllerRestarted | TriggerMessage | TimeTold
