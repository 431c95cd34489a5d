"""What there is to say of a piece, whatever the tongue; and the same as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.protocol.message import Flags, ReadingMessage, Status, describe_reason


@dataclass(frozen=True)
class Facts:
    """What is said of a piece.

    Attributes:
        piece: its number: that of the controller where it gave one, else the station's own.
        code: empty where there is none; of a rejected reading the best guess, not to be sorted by.
        status: "accepted", "rejected", "no_code" or "no_read".
        bin: where the sort plan sends it; empty where there is no plan.
        confidence: 0..1.
        reason: why nothing was read; empty for a reading.
        elapsed_ms: from its trigger to the answer.
        triggered: whether the controller gave the number.
        late: whether the answer left after the deadline.
        again: whether it waited on the disk while the station was restarted, and may be known already.
    """

    piece: int
    code: str
    status: Status | Literal["no_read"]
    bin: str
    confidence: float
    reason: str
    elapsed_ms: int
    triggered: bool = False
    late: bool = False
    again: bool = False


def facts_of(one: Waiting) -> Facts:
    """What is said of a piece."""
    report = one.report
    flags = (bool(report.flags & flag) for flag in (Flags.TRIGGERED, Flags.LATE, Flags.AGAIN))
    bin_, elapsed_ms = report.bin or "", report.elapsed_ms
    if isinstance(report, ReadingMessage):
        read = (report.code or "", report.status, bin_, report.confidence, "")
        return Facts(report.piece, *read, elapsed_ms, *flags)
    reason = report.detail or describe_reason(report.reason)
    return Facts(report.piece, "", "no_read", bin_, 0.0, reason, elapsed_ms, *flags)


def message_id(station: str, tag: int) -> str | None:
    """The name of what is said of a piece: the same whenever it is said again; None where it has no tag.

    Args:
        station: its name.
        tag: of the report: the piece's id in the journal.
    """
    return f"{station}-{tag}" if tag else None


def as_json(station: str, one: Waiting) -> bytes:
    """A piece as an object of JSON: the body of a webhook, and the payload of MQTT.

    Args:
        station: its name.
        one: what is said.
    """
    facts = facts_of(one)
    return json.dumps(
        {
            "id": message_id(station, one.tag),
            "station": station,
            "piece": facts.piece,
            "status": facts.status,
            "code": facts.code or None,
            "confidence": round(facts.confidence, 4),
            "bin": facts.bin or None,
            "reason": facts.reason or None,
            "elapsed_ms": facts.elapsed_ms,
            "triggered": facts.triggered,
            "late": facts.late,
            "again": facts.again,
        }
    ).encode()
