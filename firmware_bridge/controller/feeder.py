"""A belt that is not there: triggers pieces at random gaps and watches whether each is answered before its deadline.

Source: docs/protocol.md section 4, what the controller begins.
"""

from __future__ import annotations

import math
import random
from collections import Counter, deque
from dataclasses import dataclass, field

from firmware_bridge.controller.event import Timing
from firmware_bridge.controller.sorter import Sorter
from firmware_bridge.protocol import table
from firmware_bridge.protocol.message import MAX_ELAPSED_MS, Report
from firmware_bridge.protocol.notice import TriggerMessage

REPEAT_AFTER_S = (0.02, 0.04, 0.08, 0.16)
_WAIT_FOR_LATE_S = 2.0
_GIVEN_UP_AFTER_S = 120.0  # longer than any deadline
_REMEMBERED = 10_000  # answers, to tell a doubled one from one that nobody asked for
_SHORTEST_GAP, _LONGEST_GAP = 0.5, 1.5


@dataclass(frozen=True)
class Belt:
    """The pieces that are to come.

    Attributes:
        every_ms: the mean gap between two; each is drawn evenly from half to one and a half of it.
        deadline_ms: of each piece, from its trigger; 0: the reader has one of its own, and none is looked at here.
        pieces: how many; None: without end.
        first: number of the first.
        seed: of the gaps.
    """

    every_ms: float
    deadline_ms: int = 100
    pieces: int | None = None
    first: int = 1
    seed: int = 0


@dataclass
class Tally:
    """What became of the pieces.

    Attributes:
        triggered: sent at least once.
        taken: of these, those that the reader took.
        in_time: answered before the deadline.
        late: answered after it.
        doubled: answers to a piece that had one.
        unasked: answers to a piece that was not triggered.
        bins: pieces by bin, of those that have an answer.
        latencies_ms: of the last 100,000 answers.
    """

    triggered: int = 0
    taken: int = 0
    in_time: int = 0
    late: int = 0
    doubled: int = 0
    unasked: int = 0
    bins: Counter[str] = field(default_factory=Counter)
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=100_000))

    @property
    def unanswered(self) -> int:
        """Pieces without an answer."""
        return self.triggered - self.in_time - self.late

    @property
    def is_clean(self) -> bool:
        """Whether each piece was answered once and in time."""
        return not (self.late or self.unanswered or self.doubled or self.unasked)

    def percentiles_ms(self) -> tuple[float, ...]:
        """Of the latencies: p50, p95, p99 and the longest; zeros where there are none."""
        ordered = sorted(self.latencies_ms) or [0.0]
        return tuple(round(ordered[math.ceil(share * len(ordered)) - 1], 1) for share in (0.5, 0.95, 0.99, 1.0))


@dataclass
class _Piece:
    """A piece on the belt: when it came, and what is still to be done about it."""

    came_s: float
    deadline_s: float
    sequence: int | None = None
    session: int = 0
    copies: int = 0
    again_s: float = 0.0
    taken: bool = False
    missed: bool = False
    forgotten: bool = False


class Feeder:
    """Triggers pieces and keeps account of their answers.

    Args:
        belt: the pieces that are to come.

    Attributes:
        tally: what became of them so far.
    """

    def __init__(self, belt: Belt) -> None:
        self._belt = belt
        self._generator = random.Random(belt.seed)
        self._next_s: float | None = None
        self._open: dict[int, _Piece] = {}
        self._answered: deque[int] = deque(maxlen=_REMEMBERED)
        self.tally = Tally()

    def step(self, now_s: float, sorter: Sorter) -> tuple[bytes, list[TriggerMessage]]:
        """Return what is to be sent now, and the pieces that came.

        Args:
            now_s: on a clock that only runs.
            sorter: in whose session they come; before there is one, none comes.
        """
        for sequence, cause in sorter.taken:
            self._note_taken(sequence, sorter.session, cause)
        sorter.taken.clear()
        if self._next_s is None:
            if not sorter.session:
                return b"", []
            self._next_s = now_s + self._gap_s()
        came = []
        while not self._is_over and self._next_s <= now_s:
            number = self._belt.first + self.tally.triggered
            deadline_s = now_s + self._belt.deadline_ms / 1000 if self._belt.deadline_ms else math.inf
            self._open[number] = _Piece(now_s, deadline_s)
            self.tally.triggered += 1
            self._next_s += self._gap_s()
            came.append(TriggerMessage(number, self._belt.deadline_ms))
        return self._due(now_s, sorter), came

    def answered(self, report: Report, now_s: float) -> Timing | None:
        """Note an answer; None where nobody asked for it."""
        piece = self._open.pop(report.piece, None)
        if piece is None:
            if report.piece in self._answered:
                self.tally.doubled += 1
            else:
                self.tally.unasked += 1
            return None
        self._answered.append(report.piece)
        self.tally.taken += not piece.taken  # its TAKEN was lost
        timing = Timing((now_s - piece.came_s) * 1000, now_s <= piece.deadline_s)
        self.tally.latencies_ms.append(timing.latency_ms)
        self.tally.bins[report.bin or "-"] += 1
        if timing.in_time:
            self.tally.in_time += 1
        else:
            self.tally.late += 1
        return timing

    def missed(self, now_s: float) -> list[int]:
        """Return the pieces whose deadline has passed without an answer, each once."""
        for number in [n for n, one in self._open.items() if one.came_s + _GIVEN_UP_AFTER_S < now_s]:
            del self._open[number]
        passed = [number for number, one in self._open.items() if not one.missed and one.deadline_s < now_s]
        for number in passed:
            self._open[number].missed = True
        return passed

    def forget(self) -> None:
        """Be a controller that was restarted and does not know which pieces it still has to trigger."""
        for piece in self._open.values():
            piece.forgotten = True

    def is_done(self, now_s: float) -> bool:
        """Whether the last piece has been answered, or is beyond hope."""
        return self._is_over and all(
            max(one.came_s, one.deadline_s) + _WAIT_FOR_LATE_S < now_s for one in self._open.values()
        )

    @property
    def _is_over(self) -> bool:
        return self._belt.pieces is not None and self.tally.triggered >= self._belt.pieces

    def _gap_s(self) -> float:
        return self._belt.every_ms / 1000 * self._generator.uniform(_SHORTEST_GAP, _LONGEST_GAP)

    def _due(self, now_s: float, sorter: Sorter) -> bytes:
        sent = b""
        for number, piece in self._open.items():
            if piece.taken or piece.forgotten:
                continue
            if piece.session != sorter.session:  # not taken in the session that is open: it begins again
                piece.session, piece.sequence, piece.copies, piece.again_s = sorter.session, None, 0, now_s
            if piece.again_s > now_s or piece.copies == len(REPEAT_AFTER_S):
                continue
            age_ms = min(round((now_s - piece.came_s) * 1000), MAX_ELAPSED_MS)
            payload = TriggerMessage(number, self._belt.deadline_ms, age_ms).encode()
            piece.sequence, data = sorter.notice(table.TRIGGER, payload, piece.sequence)
            sorter.count_trigger(again=piece.copies > 0)
            piece.again_s = now_s + REPEAT_AFTER_S[piece.copies]
            piece.copies += 1
            sent += data
        return sent

    def _note_taken(self, sequence: int, session: int, cause: int) -> None:
        for piece in self._open.values():
            if (piece.sequence, piece.session) == (sequence, session) and not piece.taken and cause == 0:
                piece.taken = True
                self.tally.taken += 1
