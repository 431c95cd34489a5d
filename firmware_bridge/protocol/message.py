"""Payloads: typed values to bytes and back.

Source: docs/protocol.md section 3.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, get_args

from firmware_bridge.errors import MessageError

Status = Literal["accepted", "rejected", "no_code"]

MAX_NAME_BYTES = 64
MAX_CODE_BYTES = 32
MAX_PIECE = 2**32 - 1
MAX_ELAPSED_MS = 2**16 - 1
CONFIDENCE_STEPS = 10_000

_STATUSES: tuple[Status, ...] = get_args(Status)  # on the wire: 1, 2, 3
_READING = struct.Struct("<IHHBB")


class NakCause(IntEnum):
    """Why a controller refuses a request."""

    UNSUPPORTED_VERSION = 1
    UNKNOWN_TYPE = 2
    MALFORMED_PAYLOAD = 3
    UNKNOWN_SESSION = 4
    STALE_SEQUENCE = 5


def describe_cause(cause: int) -> str:
    """Return the name of a NAK's cause for people.

    Args:
        cause: a NakCause, or one that this version does not know.
    """
    known = cause in NakCause.__members__.values()
    return NakCause(cause).name.lower().replace("_", " ") if known else f"cause {cause}"


@dataclass(frozen=True)
class ReadingMessage:
    """One reading as the controller gets it.

    Attributes:
        piece: number of the piece of mail, 0..2^32-1.
        status: "accepted", "rejected" or "no_code".
        code: None when there is none; of a rejected reading the best guess, not to be sorted by.
        confidence: 0..1; travels in ten-thousandths, rounded down.
        elapsed_ms: from picture to report; 65535 means that or more.

    Raises:
        MessageError: a value cannot travel.
    """

    piece: int
    status: Status
    code: str | None
    confidence: float
    elapsed_ms: int

    def __post_init__(self) -> None:
        if not 0 <= self.piece <= MAX_PIECE:
            raise MessageError(f"piece {self.piece} is outside 0..{MAX_PIECE}")
        if self.status not in _STATUSES:
            raise MessageError(f"status {self.status!r} is none of {', '.join(_STATUSES)}")
        if self.status == "accepted" and not self.code:
            raise MessageError("an accepted reading needs a code")
        if self.status == "no_code" and self.code is not None:
            raise MessageError(f"a reading without a code cannot carry {self.code!r}")
        if self.code == "":
            raise MessageError("an empty code must be None")
        if self.code is not None:
            _check_text("code", self.code, MAX_CODE_BYTES)
        if not 0 <= self.confidence <= 1:  # false for NaN as well
            raise MessageError(f"confidence {self.confidence} is outside 0..1")
        if self.elapsed_ms < 0:
            raise MessageError(f"elapsed time {self.elapsed_ms} ms is negative")


def _check_text(what: str, text: str, max_bytes: int) -> None:
    if len(text) > max_bytes or not all(" " <= char <= "~" for char in text):
        raise MessageError(f"{what} {text!r} is not printable ASCII of at most {max_bytes} characters")


def _cut_text(what: str, payload: bytes, offset: int) -> str:
    """Return the text whose length byte stands at an offset; bytes after it belong to later versions.

    Args:
        what: name of the text in messages.
        payload: the whole payload.
        offset: of the length byte.

    Raises:
        MessageError: the payload ends before the text does.
    """
    length = payload[offset]
    text = payload[offset + 1 : offset + 1 + length]
    if len(text) < length:
        raise MessageError(f"the {what} is cut off: {len(text)} of {length} bytes")
    return text.decode("latin-1")


def encode_reading(reading: ReadingMessage) -> bytes:
    """Return the payload of a READING."""
    # The small addend undoes the rounding of k / 10000 * 10000 and is far below one step.
    confidence_steps = math.floor(reading.confidence * CONFIDENCE_STEPS + 1e-9)
    elapsed_ms = min(int(reading.elapsed_ms), MAX_ELAPSED_MS)
    code = (reading.code or "").encode("ascii")
    status = _STATUSES.index(reading.status) + 1
    return _READING.pack(reading.piece, confidence_steps, elapsed_ms, status, len(code)) + code


def decode_reading(payload: bytes) -> ReadingMessage:
    """Return the reading in the payload of a READING.

    Raises:
        MessageError: it is malformed.
    """
    if len(payload) < _READING.size:
        raise MessageError(f"a reading needs {_READING.size} bytes, not {len(payload)}")
    piece, confidence_steps, elapsed_ms, status, _ = _READING.unpack_from(payload)
    if not 1 <= status <= len(_STATUSES):
        raise MessageError(f"status {status} is outside 1..{len(_STATUSES)}")
    code = _cut_text("code", payload, _READING.size - 1) or None
    return ReadingMessage(piece, _STATUSES[status - 1], code, confidence_steps / CONFIDENCE_STEPS, elapsed_ms)


def encode_name(name: str) -> bytes:
    """Return the payload of a HELLO or WELCOME.

    Args:
        name: printable ASCII of at most 64 characters.

    Raises:
        MessageError: it is not.
    """
    _check_text("name", name, MAX_NAME_BYTES)
    return bytes([len(name)]) + name.encode("ascii")


def decode_name(payload: bytes) -> str:
    """Return the name in the payload of a HELLO or WELCOME.

    Raises:
        MessageError: it is malformed.
    """
    if not payload:
        raise MessageError("a HELLO or WELCOME without a name")
    name = _cut_text("name", payload, 0)
    _check_text("name", name, MAX_NAME_BYTES)
    return name


def encode_cause(cause: int) -> bytes:
    """Return the payload of a NAK.

    Args:
        cause: a NakCause, or another number up to 255.
    """
    return bytes([cause])


def decode_cause(payload: bytes) -> int:
    """Return the cause in the payload of a NAK.

    Raises:
        MessageError: it is empty.
    """
    if not payload:
        raise MessageError("a NAK without a cause")
    return payload[0]
