"""What happens at the controller's end, in a line for people or for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from firmware_bridge.protocol.message import Flags, NoReadMessage, Report, describe_reason

EventKind = Literal[
    "opened",
    "lost",
    "session",
    "identity",
    "heartbeat",
    "trigger",
    "reading",
    "duplicate",
    "missed",
    "refused",
    "damaged",
    "restarted",
]


@dataclass(frozen=True)
class Timing:
    """When a piece that was triggered got its answer.

    Attributes:
        latency_ms: from its TRIGGER to its answer.
        in_time: whether that was before its deadline.
    """

    latency_ms: float
    in_time: bool


@dataclass(frozen=True)
class Event:
    """Something that happened at the controller's end; `str` makes a line for people, `as_json` one for programs.

    Attributes:
        kind: "opened", "lost": the port. "session": a reader opened a session. "identity": what the reader is.
            "heartbeat": how it is. "trigger": a piece was triggered. "reading": to be acted upon, once. "duplicate":
            the same reading again, not to be acted upon. "missed": a deadline passed. "refused": answered
            with a NAK. "damaged": frames dropped. "restarted": a fault on request.
        reading: of a reading or a duplicate; also a piece that was not read.
        session: of the frame that caused it.
        sequence: of the same frame.
        detail: the rest in words.
        timing: of a reading of a piece that was triggered.
    """

    kind: EventKind
    reading: Report | None = None
    session: int | None = None
    sequence: int | None = None
    detail: str | None = None
    timing: Timing | None = None

    def __str__(self) -> str:
        if self.reading is None:
            return f"{self.kind}: {self.detail}"
        reading = self.reading
        parts = [_words(reading), f"{reading.elapsed_ms} ms"]
        if reading.bin is not None:
            parts.append(f"bin {reading.bin}")
        if self.timing:
            late = "" if self.timing.in_time else ", late"
            parts.append(f"{self.timing.latency_ms:.1f} ms after its trigger{late}")
        again = " (sent again, not acted upon)" if self.kind == "duplicate" else ""
        return f"piece {reading.piece}: {', '.join(parts)}{again}"

    def as_json(self) -> str:
        """Return the event as one JSON object on one line; fields that do not apply are left out."""
        fields: dict[str, object] = {"event": self.kind}
        if self.session is not None:
            fields |= {"session": f"{self.session:08x}", "sequence": self.sequence}
        if self.reading is not None:
            fields |= _fields(self.reading)
        if self.timing is not None:
            fields |= {"latency_ms": round(self.timing.latency_ms, 1), "in_time": self.timing.in_time}
        if self.detail is not None:
            fields["detail"] = self.detail
        return json.dumps(fields)


def _words(report: Report) -> str:
    if isinstance(report, NoReadMessage):
        return f"not read ({report.detail or describe_reason(report.reason)})"
    what = {
        "accepted": f"accepted {report.code}",
        "rejected": f"rejected (best guess {report.code})" if report.code else "rejected",
        "no_code": "no code",
    }[report.status]
    return f"{what}, confidence {report.confidence:.4f}"


def _fields(report: Report) -> dict[str, object]:
    """The keys of a reading; bin and flags where it has them."""
    fields = asdict(report)
    flags = fields.pop("flags")
    bin = fields.pop("bin")
    if isinstance(report, NoReadMessage):
        fields["status"] = "no_read"
        fields["reason"] = describe_reason(report.reason).replace(" ", "_")
    if bin is not None or flags:
        fields |= {"bin": bin, "flags": [flag.name.lower() for flag in Flags if flag in report.flags and flag.name]}
    return fields
