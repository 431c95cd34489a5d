"""Logs, through Python's `logging`, so that what libraries say comes out in the same form.

As lines for people:

    06:00:01  warning  camera_lost: v4l2:/dev/video0 is silent; check its cable

As JSON, one object a line, with `time` (UTC), `level`, `from`, `text`, and what else belongs to it. Where the stream
leads to journald, each line begins with its priority as systemd.exec(5) wants it (`SyslogLevelPrefix=`, on by default):

    <4>{"time": "2026-12-01T06:00:01.123Z", "level": "warning", "from": "posteye", "text": "...", "state": "wire_lost"}
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any, Literal

from device_runtime.files.regular import printable
from device_runtime.result import Result
from device_runtime.station.health.health import Change
from device_runtime.station.journal.entry import iso_utc
from device_runtime.station.loop.values import Decision
from device_runtime.station.tell.repeats import ANSWER, Repeats

Form = Literal["lines", "json"]
NOTICE = logging.INFO + 5  # what happens seldom and is no fault, such as one that is over: priority 5
# The priorities of syslog(3), which journald knows.
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (NOTICE, 5), (logging.INFO, 6))
_NAMES = {NOTICE: "notice"}
_FACTS = "posteye_facts"

logger = logging.getLogger("posteye")


def start_log(form: Form, stream: IO[str] | None = None) -> Callable[[], None]:
    """Let all that is logged in this process, by libraries too, go to a stream; returns what ends that.

    A line is written whole, with one call. A stream that cannot be written to stops nobody.

    Args:
        form: of the lines.
        stream: where they go; None = standard error.
    """
    stream = sys.stderr if stream is None else stream
    handler = _Handler(stream)
    formatter = Lines() if form == "lines" else Objects(is_journald(stream))
    handler.setFormatter(formatter)
    repeats = Repeats()
    handler.addFilter(repeats)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)

    def end() -> None:
        for record in repeats.left():
            handler.emit(record)
        root.removeHandler(handler)
        root.setLevel(before)

    return end


def log(level: int, text: str, *values: object, **facts: Any) -> None:
    """Log a line.

    Args:
        level: of `logging`, or NOTICE.
        text: with `%s` for each of the values; lines with the same text count as repeats of each other.
        values: that belong into it.
        facts: further keys of the JSON object; people do not see them.
    """
    logger.log(level, text, *values, extra={_FACTS: facts})


def log_answer(text: str) -> None:
    """Log what came of somebody's order: however often that is given, the line is not held back."""
    logger.log(NOTICE, "%s", text, extra={ANSWER: True})


def log_change(change: Change) -> None:
    """Log that a fault begins or is over: a listener of `Health`."""
    trouble = change.trouble
    if change.raised:
        words = f"{trouble.state}: %s. What still works: %s"
        log(logging.WARNING, words, trouble.detail, trouble.works, state=trouble.state, raised=True)
    else:
        log(NOTICE, f"{trouble.state} is over after %.0f s", change.after_s, state=trouble.state, raised=False)


class PieceLog:
    """Logs every decision, as one who is told them; the loop does not wait for the stream if `tell` runs aside."""

    def tell(self, decision: Decision) -> None:
        """Log a decision."""
        row = piece_facts(decision)
        reason = f"  ({row['reason']})" if row["reason"] else ""
        code = row["code"] or "-"
        words = "%8d  %-11s %-9s %6.4f  %7.1f ms  -> %s%s"
        values = (decision.id, code, row["status"], row["confidence"], row["answer_ms"], decision.bin, reason)
        log(logging.INFO, words, *values, piece=row)


def piece_facts(decision: Decision) -> dict[str, Any]:
    """What the log says of a piece: the key `piece` of its object."""
    reading = decision.read.reading if isinstance(decision.read, Result) else None
    return {
        "id": decision.id,
        "number": decision.trigger.number,
        "status": reading.status if reading else "no_read",
        "code": reading.code if reading else None,
        "confidence": round(reading.confidence, 6) if reading else 0.0,
        "reason": reading.reason if reading else str(decision.read),
        "bin": decision.bin,
        "frames": decision.frames,
        "answer_ms": round((decision.answered_ns - decision.trigger.began.monotonic_ns) / 1e6, 3),
    }


class Lines(logging.Formatter):
    """Records as lines for people, each on one line whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        level = "" if record.levelno == logging.INFO else f"{level_name(record.levelno)}  "
        return printable(f"{self.formatTime(record, '%H:%M:%S')}  {level}{_text(record)}")


class Objects(logging.Formatter):
    """Records as JSON objects.

    Args:
        prefixed: whether the priority stands before each.
    """

    def __init__(self, prefixed: bool) -> None:
        super().__init__()
        self._prefixed = prefixed

    def format(self, record: logging.LogRecord) -> str:
        """The object of a record, in ASCII: a reader in any other encoding understands it."""
        row = {
            "time": iso_utc(round(record.created * 1e9)),
            "level": level_name(record.levelno),
            "from": record.name,
            "text": _text(record).strip(),
            **_facts(record),
        }
        prefix = f"<{priority(record.levelno)}>" if self._prefixed else ""
        return prefix + json.dumps(row, default=str)


def priority(level: int) -> int:
    """The priority of syslog for a level of `logging`."""
    return next((number for least, number in _PRIORITIES if level >= least), 7)


def level_name(level: int) -> str:
    """A level as the log calls it."""
    return _NAMES.get(level) or logging.getLevelName(level).lower()


def is_journald(stream: IO[str], environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream leads to journald: `$JOURNAL_STREAM` has its device and inode, systemd.exec(5)."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):  # a stream in memory has no number
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


class _Handler(logging.StreamHandler[IO[str]]):
    """A stream whose failures nobody is told about: there is no other place for it."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Go on."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Exception):
            self.stream.write(self.format(record) + self.terminator)
            self.stream.flush()


def _text(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        text = f"{text}: {type(error).__name__}: {error}"
    return f"{text} ({record.repeated} times more)" if hasattr(record, "repeated") else text


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts = dict(getattr(record, _FACTS, {}))
    if hasattr(record, "repeated"):
        facts["repeated"] = record.repeated
    return facts
