"""Holds back lines that come again and again, and counts them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

HOLD_S = 60.0
AT_ONCE = 3
ANSWER = "posteye_answer"
_MOST_KINDS = 200


@dataclass
class _Kind:
    """Lines of the same text.

    Attributes:
        since_s: when the present time of holding began.
        shown: in that time.
        held: in that time.
        last: of those held.
    """

    since_s: float
    shown: int = 0
    held: int = 0
    last: logging.LogRecord | None = None


class Repeats(logging.Filter):
    """Lets three lines of the same text through in a minute; what was held back is counted on the next that passes.

    Lines are the same where their text is, before values are put in. Those about pieces (of level INFO) all pass, and
    so do answers to somebody's order: records with a true attribute `posteye_answer`.

    Args:
        clock: the monotonic clock.
        hold_s: how long a text is counted.
        at_once: how many of it pass in that time.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, hold_s: float = HOLD_S, at_once: int = AT_ONCE
    ) -> None:
        super().__init__()
        self._clock, self._hold_s, self._at_once = clock, hold_s, at_once
        self._guard = threading.Lock()
        self._kinds: dict[tuple[str, int, str], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record passes; sets its `repeated` to how many of its kind were held back before it."""
        if record.levelno <= logging.INFO or getattr(record, ANSWER, False):
            return True
        key = (record.name, record.levelno, str(record.msg))
        with self._guard:
            now_s = self._clock()
            kind = self._kinds.pop(key, None)
            held = 0
            if kind is None or now_s - kind.since_s >= self._hold_s:
                held, kind = kind.held if kind else 0, _Kind(now_s)
            self._kinds[key] = kind  # at the end: the one that was silent longest stands first
            if len(self._kinds) > _MOST_KINDS:
                del self._kinds[next(iter(self._kinds))]
            if kind.shown >= self._at_once:
                kind.held, kind.last = kind.held + 1, record
                return False
            kind.shown += 1
        if held:
            record.repeated = held
        return True

    def left(self) -> list[logging.LogRecord]:
        """The last of each kind that was held back, with how many there were before it: for the end."""
        with self._guard:
            found = [kind for kind in self._kinds.values() if kind.last is not None]
            self._kinds.clear()
        records = []
        for kind in found:
            assert kind.last is not None
            if kind.held > 1:
                kind.last.repeated = kind.held - 1
            records.append(kind.last)
        return records
