"""What is acknowledged: readings and pieces without one; and the names and causes of the answers.

Source: docs/protocol.md section 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Literal, get_args

from firmware_bridge.errors import MessageError
from firmware_bridge.protocol import table
from firmware_bridge.protocol.codec import Value, check_text, number, pack, text, unpack

Status = Literal["accepted", "rejected", "no_code"]

_FIELDS = {field.name: field for field in (*table.READING.fields, *table.NO_READ.fields)}
MAX_PIECE = _FIELDS["piece"].largest
MAX_ELAPSED_MS = _FIELDS["elapsed"].largest
CONFIDENCE_STEPS = _FIELDS["confidence"].largest

_STATUSES: tuple[Status, ...] = get_args(Status)  # on the wire: 1, 2, 3


class NakCause(IntEnum):
    """Why an end refuses what the other one asks."""

    UNSUPPORTED_VERSION = 1
    UNKNOWN_TYPE = 2
    MALFORMED_PAYLOAD = 3
    UNKNOWN_SESSION = 4
    STALE_SEQUENCE = 5
    NOT_ALLOWED = 6
    UNKNOWN_SETTING = 7


class NoReadReason(IntEnum):
    """Why a piece was not read."""

    OTHER = 1
    NO_TIME = 2
    NO_PICTURE = 3
    DOUBLE_FEED = 4
    TOO_LONG = 5


class Flags(IntFlag):
    """What there is to say of a reading or a piece without one; unknown bits are kept, and mean nothing yet."""

    TRIGGERED = 1
    LATE = 2
    AGAIN = 4


NO_FLAGS = Flags(0)


def describe_cause(cause: int) -> str:
    """Return the name of a NAK's cause for people.

    Args:
        cause: a NakCause, or one that this version does not know.
    """
    known = cause in NakCause.__members__.values()
    return NakCause(cause).name.lower().replace("_", " ") if known else f"cause {cause}"


def describe_reason(reason: int) -> str:
    """Return the name of the reason of a NO_READ for people.

    Args:
        reason: a NoReadReason, or one that this version does not know.
    """
    known = reason in NoReadReason.__members__.values()
    return NoReadReason(reason).name.lower().replace("_", " ") if known else f"reason {reason}"


@dataclass(frozen=True)
class ReadingMessage:
    """One reading as the controller gets it.

    Attributes:
        piece: number of the piece of mail, 0..2^32-1.
        status: "accepted", "rejected" or "no_code".
        code: None when there is none; of a rejected reading the best guess, not to be sorted by.
        confidence: 0..1; travels in ten-thousandths, rounded down.
        elapsed_ms: from picture to report; 65535 means that or more.
        bin: where the sort plan sends the piece; None where there is no plan.
        flags: what else there is to say.

    Raises:
        MessageError: a value cannot travel.
    """

    piece: int
    status: Status
    code: str | None
    confidence: float
    elapsed_ms: int
    bin: str | None = None
    flags: Flags = NO_FLAGS

    def __post_init__(self) -> None:
        _check_piece(self.piece, self.elapsed_ms, self.bin)
        if self.status not in _STATUSES:
            raise MessageError(f"status {self.status!r} is none of {', '.join(_STATUSES)}")
        if self.status == "accepted" and not self.code:
            raise MessageError("an accepted reading needs a code")
        if self.status == "no_code" and self.code is not None:
            raise MessageError(f"a reading without a code cannot carry {self.code!r}")
        if self.code == "":
            raise MessageError("an empty code must be None")
        if self.code is not None:
            check_text(_FIELDS["code"], self.code)
        if not 0 <= self.confidence <= 1:  # false for NaN as well
            raise MessageError(f"confidence {self.confidence} is outside 0..1")


@dataclass(frozen=True)
class NoReadMessage:
    """A piece that was not read, as the controller gets it.

    Attributes:
        piece: number of the piece of mail, 0..2^32-1.
        reason: a NoReadReason, or one that this version does not know, 1..255.
        elapsed_ms: from its trigger to this report; 65535 means that or more.
        bin: where the sort plan sends such pieces; None where there is no plan.
        flags: what else there is to say.
        detail: the reason in words, for logs; printable ASCII of at most 64 characters.

    Raises:
        MessageError: a value cannot travel.
    """

    piece: int
    reason: int
    elapsed_ms: int
    bin: str | None = None
    flags: Flags = NO_FLAGS
    detail: str = ""

    def __post_init__(self) -> None:
        _check_piece(self.piece, self.elapsed_ms, self.bin)
        check_text(_FIELDS["detail"], self.detail)
        if not 1 <= self.reason <= _FIELDS["reason"].largest:
            raise MessageError(f"reason {self.reason} is outside 1..{_FIELDS['reason'].largest}")


Report = ReadingMessage | NoReadMessage


def _check_piece(piece: int, elapsed_ms: int, bin: str | None) -> None:
    if not 0 <= piece <= MAX_PIECE:
        raise MessageError(f"piece {piece} is outside 0..{MAX_PIECE}")
    if elapsed_ms < 0:
        raise MessageError(f"elapsed time {elapsed_ms} ms is negative")
    if bin == "":
        raise MessageError("an empty bin must be None")
    if bin is not None:
        check_text(_FIELDS["bin"], bin)


def encode_reading(reading: ReadingMessage) -> bytes:
    """Return the payload of a READING; one without a bin and flags is as it was before there were any."""
    values: dict[str, Value] = {
        "piece": reading.piece,
        # The small addend undoes the rounding of k / 10000 * 10000 and is far below one step.
        "confidence": math.floor(reading.confidence * CONFIDENCE_STEPS + 1e-9),
        "elapsed": min(int(reading.elapsed_ms), MAX_ELAPSED_MS),
        "status": _STATUSES.index(reading.status) + 1,
        "code": reading.code or "",
    }
    if reading.bin is not None or reading.flags:
        values |= {"flags": int(reading.flags), "bin": reading.bin or ""}
    return pack(table.READING, values)


def decode_reading(payload: bytes, first_days: bool = False) -> ReadingMessage:
    """Return the reading in the payload of a READING.

    Args:
        payload: of the frame.
        first_days: whether the receiver knows no flags and bins.

    Raises:
        MessageError: it is malformed.
    """
    values: dict[str, Value] = {"flags": 0, "bin": "", **unpack(table.READING, payload, first_days)}
    return ReadingMessage(
        number(values, "piece"),
        _STATUSES[number(values, "status") - 1],
        text(values, "code") or None,
        number(values, "confidence") / CONFIDENCE_STEPS,
        number(values, "elapsed"),
        text(values, "bin") or None,
        Flags(number(values, "flags")),
    )


def encode_no_read(no_read: NoReadMessage) -> bytes:
    """Return the payload of a NO_READ."""
    return pack(
        table.NO_READ,
        {
            "piece": no_read.piece,
            "elapsed": min(int(no_read.elapsed_ms), MAX_ELAPSED_MS),
            "reason": int(no_read.reason),
            "flags": int(no_read.flags),
            "bin": no_read.bin or "",
            "detail": no_read.detail,
        },
    )


def decode_no_read(payload: bytes) -> NoReadMessage:
    """Return what the payload of a NO_READ says.

    Raises:
        MessageError: it is malformed.
    """
    values = unpack(table.NO_READ, payload)
    return NoReadMessage(
        number(values, "piece"),
        number(values, "reason"),
        number(values, "elapsed"),
        text(values, "bin") or None,
        Flags(number(values, "flags")),
        text(values, "detail"),
    )


def encode_name(name: str) -> bytes:
    """Return the payload of a HELLO or WELCOME.

    Args:
        name: printable ASCII of at most 64 characters.

    Raises:
        MessageError: it is not.
    """
    return pack(table.HELLO, {"name": name})


def decode_name(payload: bytes) -> str:
    """Return the name in the payload of a HELLO or WELCOME.

    Raises:
        MessageError: it is malformed.
    """
    if not payload:
        raise MessageError("a HELLO or WELCOME without a name")
    return text(unpack(table.HELLO, payload), "name")


def encode_cause(cause: int) -> bytes:
    """Return the payload of a NAK.

    Args:
        cause: a NakCause, or another number up to 255.
    """
    return pack(table.NAK, {"cause": int(cause)})


def decode_cause(payload: bytes) -> int:
    """Return the cause in the payload of a NAK.

    Raises:
        MessageError: it is empty.
    """
    if not payload:
        raise MessageError("a NAK without a cause")
    return number(unpack(table.NAK, payload), "cause")
