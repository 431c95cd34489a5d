"""What a station decided, as a message of the wire."""

from __future__ import annotations

from collections.abc import Callable

from device_runtime.report.messages import reading_message
from device_runtime.station.loop.values import Decision
from firmware_bridge import NO_FLAGS, Flags, MessageError, NoReadMessage, NoReadReason, Report

MOST_DETAIL = 64  # characters
_MOST_SAID = 100
_NUMBERS = 2**32

# What a station says when it has read nothing, by words of it; the first that is found decides.
_REASONS = (
    ("two pieces", NoReadReason.DOUBLE_FEED),
    ("longer than", NoReadReason.TOO_LONG),
    ("camera", NoReadReason.NO_PICTURE),
    ("no picture", NoReadReason.NO_PICTURE),
    ("no frame", NoReadReason.NO_PICTURE),
    ("in time", NoReadReason.NO_TIME),
    ("not enough time", NoReadReason.NO_TIME),
    ("too late", NoReadReason.NO_TIME),
    ("still being read", NoReadReason.NO_TIME),
    ("deadline", NoReadReason.NO_TIME),
)


class Phrasing:
    """Makes messages of decisions, and says once of each thing that it cannot travel.

    Args:
        say: takes a line about it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._said = say, set[str]()

    def __call__(self, decision: Decision) -> Report:
        """The message of a decision."""
        message, trouble = decision_message(decision)
        if trouble and trouble not in self._said and len(self._said) < _MOST_SAID:
            self._said.add(trouble)
            self._say(trouble)
        return message


def decision_message(decision: Decision) -> tuple[Report, str | None]:
    """A decision as a READING, or as a NO_READ where nothing was read.

    Args:
        decision: about a piece.

    Returns:
        The message, and what of the decision cannot travel, in words; a code that cannot makes it a NO_READ.
    """
    number = decision.id if decision.trigger.number is None else decision.trigger.number
    piece = number % _NUMBERS
    flags = NO_FLAGS if decision.trigger.number is None else Flags.TRIGGERED
    if decision.answered_ns / 1e9 > decision.trigger.deadline_s:
        flags |= Flags.LATE
    elapsed_ms = max(0.0, decision.stages_ms["total"])
    bin, trouble = decision.bin or None, None
    if bin is not None and not _is_bin(bin):
        bin, trouble = None, f"bin {decision.bin!r} cannot travel: printable ASCII of at most 32 characters can"
    if isinstance(decision.read, str):
        return NoReadMessage(
            piece, reason_of(decision.read), round(elapsed_ms), bin, flags, plain(decision.read)
        ), trouble
    try:
        return reading_message(piece, decision.read, elapsed_ms, bin, flags), trouble
    except MessageError as error:
        detail = plain(str(error))
        return NoReadMessage(piece, NoReadReason.OTHER, round(elapsed_ms), bin, flags, detail), str(error)


def reason_of(why: str) -> NoReadReason:
    """The reason of a NO_READ that a station's words come nearest to."""
    return next((reason for words, reason in _REASONS if words in why), NoReadReason.OTHER)


def plain(text: str) -> str:
    """A text as a message can carry it: printable ASCII, cut where it is too long."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)[:MOST_DETAIL]


def _is_bin(bin: str) -> bool:
    return len(bin) <= 32 and all(" " <= char <= "~" for char in bin)
