"""How many pieces there were, and what became of them."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from device_runtime.result import Result
from device_runtime.station.journal.stats import kind_of

_MOST_REASONS = 64  # kinds; a further one counts as OTHER
OTHER = "other"


@dataclass(frozen=True)
class Counts:
    """Since the station began.

    Attributes:
        pieces: answered.
        accepted: with a code that was believed.
        rejected: with a code that was not.
        no_code: without a code.
        no_read: of which nothing was read in time.
        reasons: pieces by the kind of reason why they were not accepted.
    """

    pieces: int = 0
    accepted: int = 0
    rejected: int = 0
    no_code: int = 0
    no_read: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


class Tally:
    """Counts pieces. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses, self._reasons = Counter[str](), Counter[str]()

    def add(self, read: Result | str) -> None:
        """Count what was read on a piece; a text says why nothing was."""
        status = "no_read" if isinstance(read, str) else read.reading.status
        reason = read if isinstance(read, str) else read.reading.reason
        with self._lock:
            self._statuses[status] += 1
            if reason:
                kind = kind_of(reason)
                known = kind in self._reasons or len(self._reasons) < _MOST_REASONS
                self._reasons[kind if known else OTHER] += 1

    @property
    def counts(self) -> Counts:
        """What was counted so far."""
        with self._lock:
            return Counts(self._statuses.total(), **self._statuses, reasons=dict(self._reasons.most_common()))
