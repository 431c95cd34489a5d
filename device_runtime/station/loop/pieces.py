"""The pieces that wait for their answers: which frame is of which piece, what to read next, what to answer now.

It starts no thread and looks at no clock: moments are given, on that of `time.monotonic`. The threads of a station wait
on `changed`, which tells them that something has happened.
"""

from __future__ import annotations

import bisect
import math
import threading
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from device_runtime.capture.source import Frame
from device_runtime.errors import PosteyeError
from device_runtime.result import Result
from device_runtime.station.loop.values import Trigger
from device_runtime.station.loop.voting import Vote

MOST_WAITING = 16  # pieces; a first frame of each is held, of 3 MB at 1280 x 720 px
TOO_MANY = f"{MOST_WAITING} pieces before it were still being read"
MOST_HELD = 8  # frames beyond the first ones of their pieces
MIXED = "a picture of the next piece was read among its own"
_TRIGGERS, _GAPS = 64, 20  # of the last ones so many are remembered

View = Literal["one", "two", "long"]


@dataclass(eq=False)
class Pending:
    """A piece without its answer. Its station's threads change it under the lock of `Pieces`.

    Attributes:
        id: of the journal; 0 where none could be had.
        trigger: with which it began.
        answer_by_s: when the answer has to be decided upon, on the monotonic clock.
        frames: that were not read yet.
        is_followed: whether its frames are given one by one by who follows it in view, and not by their time.
        view: what else the camera saw: two pieces in one picture, or one that is longer than it.
        given: how many frames it got.
        read: how many of them were read.
        read_to_s: when the last of those was exposed that were read, or are being read.
        is_read: whether one is being read.
        has_all: whether no further frame can be of it.
        why_not: why nothing is read, or why that failed.
        at_once: whether to answer without waiting for more.
        vote: over its frames.
        result: of the vote so far.
        first_s: when its first frame was there.
        shown: the frame in which the places of the result are; the last one where nothing was read.
        stages_ms: what its readings took.
        is_answered: whether the answer has left.
    """

    id: int
    trigger: Trigger
    answer_by_s: float
    frames: deque[Frame] = field(default_factory=deque)
    is_followed: bool = False
    view: View = "one"
    given: int = 0
    read: int = 0
    read_to_s: float = -math.inf
    is_read: bool = False
    has_all: bool = False
    why_not: str | None = None
    at_once: bool = False
    vote: Vote | None = None
    result: Result | None = None
    first_s: float | None = None
    shown: Frame | None = None
    stages_ms: dict[str, float] = field(default_factory=dict)
    is_answered: bool = False

    @property
    def began_s(self) -> float:
        """The trigger on the monotonic clock."""
        return self.trigger.began.monotonic_ns / 1e9


class Pieces:
    """The pieces of a station that were not answered yet. Any thread may call it.

    Args:
        frames: the most to read of a piece.
        window_s: after its trigger, when further frames than the first are of it, at most. It is half the shortest of
            the last gaps between triggers, and nothing as long as none is known: where pieces follow each other
            closely, the next one is in view before its trigger has come.

    Attributes:
        changed: notified when something has happened; its lock guards everything here.
        is_closed: whether no more pieces are taken.
    """

    def __init__(self, frames: int, window_s: float) -> None:
        self.changed = threading.Condition()
        self._frames, self._window_s = frames, window_s
        self._waiting: list[Pending] = []  # in the order of their triggers
        self._last_s = -math.inf  # when the last frame was exposed
        self._begun_s: list[float] = []  # the last triggers, of answered pieces too, rising
        self.is_closed = False

    def begin(self, piece: Pending) -> None:
        """Take a piece; with too many before it, it is answered at once.

        Raises:
            PosteyeError: the station takes no more.
        """
        with self.changed:
            if self.is_closed:
                raise PosteyeError("the station is closed, and takes no more pieces")
            if len(self._waiting) >= MOST_WAITING:
                piece.why_not, piece.at_once = TOO_MANY, True
            if not piece.is_followed:
                bisect.insort(self._begun_s, piece.began_s)
                del self._begun_s[:-_TRIGGERS]
                self._take_back(piece)
            self._waiting.append(piece)
            self._waiting.sort(key=lambda one: one.trigger.began.monotonic_ns)
            self.changed.notify_all()

    def wanted_after_s(self) -> float | None:
        """A frame exposed after this moment is wanted; None: none is."""
        with self.changed:
            wanting = [one for one in self._waiting if self._wants(one) and not one.is_followed]
            if not wanting:
                return None
            return max(wanting[0].began_s, self._last_s)

    def show(self, frame: Frame, now_s: float) -> None:
        """Give a frame to its piece: that of the last trigger before it. Those before that piece get no more."""
        with self.changed:
            self._last_s = max(self._last_s, frame.captured_s)
            before = self._begun_s[: bisect.bisect_left(self._begun_s, frame.captured_s)]
            for one in self._waiting:
                if one.is_followed or not before or one.began_s > before[-1]:
                    continue
                # A piece that waits no more closes those before it too.
                is_late = one.given > 0 and frame.captured_s - one.began_s > self._window_now_s()
                if one.began_s < before[-1] or is_late:
                    one.has_all = True
                else:
                    self._give(one, frame, now_s)
            self.changed.notify_all()

    def _take_back(self, piece: Pending) -> None:
        """Take frames from pieces before one that was told of late, where they were exposed after its trigger."""
        for one in self._waiting:
            if one.is_followed or one.began_s >= piece.began_s:
                continue
            of_next = [frame for frame in one.frames if frame.captured_s > piece.began_s]
            if of_next:
                one.frames = deque(frame for frame in one.frames if frame.captured_s <= piece.began_s)
                one.given -= len(of_next)
                one.has_all = True
            if one.read_to_s > piece.began_s:
                one.result, one.why_not, one.at_once = None, MIXED, True

    def _window_now_s(self) -> float:
        last = self._begun_s[-1 - _GAPS :]
        return min(self._window_s, min((b - a for a, b in pairwise(last)), default=0.0) / 2)

    def follow(self, piece: Pending, frame: Frame, now_s: float) -> None:
        """Give a frame to the piece that was followed in view up to it."""
        with self.changed:
            self._give(piece, frame, now_s)
            self.changed.notify_all()

    def _give(self, piece: Pending, frame: Frame, now_s: float) -> None:
        if not self._wants(piece) or piece.is_answered:
            return
        piece.frames.append(frame)
        piece.given += 1
        piece.why_not = None
        piece.first_s = now_s if piece.first_s is None else piece.first_s

    def end(self, piece: Pending) -> None:
        """A piece has left: no further frame is of it."""
        with self.changed:
            piece.has_all = True
            self.changed.notify_all()

    def blind(self, why: str, forever: bool) -> None:
        """No frames come.

        Args:
            why: as the answers shall say.
            forever: whether none will come, so that nobody needs to wait.
        """
        with self.changed:
            for one in self._waiting:
                if self._wants(one) and not one.is_followed:
                    one.why_not = one.why_not if one.given else why
                    one.has_all = forever
            self.changed.notify_all()

    def to_read(self, now_s: float) -> tuple[Pending, Frame] | None:
        """The frame to read next, that of the piece whose answer is due first; None where there is none."""
        with self.changed:
            ready = [
                one
                for one in self._waiting
                if one.frames and not one.is_read and not one.at_once and now_s < one.answer_by_s
            ]
            if not ready:
                return None
            piece = min(ready, key=lambda one: one.answer_by_s)
            piece.is_read = True
            frame = piece.frames.popleft()
            piece.read_to_s = max(piece.read_to_s, frame.captured_s)
            return piece, frame

    def done(self, piece: Pending, frame: Frame, result: Result | None, why_not: str | None) -> bool:
        """Take what a frame came to.

        Args:
            piece: whose frame it was.
            frame: that was read.
            result: of the vote; None where the frame could not be read.
            why_not: why it could not.

        Returns:
            Whether it came in time; the piece may have been answered meanwhile.
        """
        with self.changed:
            piece.is_read = False
            if piece.is_answered or piece.why_not == MIXED:
                return not piece.is_answered
            piece.read += 1
            if result is None or piece.result is None or result.field != piece.result.field:
                piece.shown = frame
            piece.why_not = why_not
            if result is not None:
                piece.result = result
                if result.reading.status == "accepted":
                    piece.at_once = True
            self.changed.notify_all()
            return True

    def due(self, now_s: float) -> list[Pending]:
        """The pieces to answer now; they wait no more."""
        with self.changed:
            found = [one for one in self._waiting if self._is_due(one, now_s)]
            for one in found:
                one.is_answered = True
                self._waiting.remove(one)
            if found:
                self.changed.notify_all()
            return found

    def wait_s(self, now_s: float) -> float | None:
        """How long until a piece is due if nothing else happens; None: no piece waits."""
        with self.changed:
            return max(0.0, min(one.answer_by_s for one in self._waiting) - now_s) if self._waiting else None

    def close(self) -> None:
        """Answer what waits at once, and take no more."""
        with self.changed:
            self.is_closed = True
            for one in self._waiting:
                one.at_once = True
                one.why_not = one.why_not or "the station is closing"
            self.changed.notify_all()

    def __len__(self) -> int:
        with self.changed:
            return len(self._waiting)

    def _wants(self, one: Pending) -> bool:
        if one.has_all or one.at_once or one.given >= self._frames:
            return False
        held = sum(max(0, len(other.frames) - 1) for other in self._waiting)
        return one.given == 0 or not one.frames or held < MOST_HELD

    def _is_due(self, one: Pending, now_s: float) -> bool:
        has_read_all = (one.has_all or one.given >= self._frames) and not one.frames and not one.is_read
        return one.at_once or has_read_all or now_s >= one.answer_by_s
