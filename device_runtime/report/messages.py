"""What was read, as a message of the wire."""

from __future__ import annotations

from device_runtime.result import Result
from device_runtime.unreadable import Unreadable
from firmware_bridge import NO_FLAGS, Flags, ReadingMessage


def reading_message(
    piece: int, found: Result, elapsed_ms: float, bin: str | None = None, flags: Flags = NO_FLAGS
) -> ReadingMessage:
    """A result as a READING.

    Args:
        piece: its number.
        found: what was read on it.
        elapsed_ms: from the picture to this report.
        bin: where it goes; None: there is no plan.
        flags: what else there is to say.

    Raises:
        MessageError: something of it cannot travel.
    """
    reading = found.reading
    confidence = min(1.0, float(reading.confidence))
    code = reading.code if reading.status != "no_code" else None
    return ReadingMessage(piece, reading.status, code or None, confidence, round(elapsed_ms), bin, flags)


def unreadable_message(piece: int, found: Unreadable) -> ReadingMessage:
    """A picture that could not be read, as a READING without a code, which every controller knows."""
    return ReadingMessage(piece, "no_code", None, 0.0, round(found.spent_ms))
