"""From looks at the view to pieces: one begins when it is in view and rests, or as it passes, and ends when it left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from device_runtime.capture.source import Frame
from device_runtime.station.loop.pieces import View
from device_runtime.station.loop.presence.bodies import LEAST_SHARE, Body, bodies_of
from device_runtime.station.loop.presence.ground import Gray, Ground, reduced

BEGINS_SHARE = 2 * LEAST_SHARE  # of the view that a body covers to begin a piece; it lasts while it covers half of that
LOOKS = 2  # in which it has to be seen, and for which it has to be gone
RESTS = 0.01  # of the view's side: so far a body at rest may move
RESTS_S = 0.3  # in this time
SAME_SIZE = 0.04  # share by which the size of a body may seem to change from one look to the next
FOLLOWED = 0.5  # of the view's side: so far a piece that passes may move from one look to the next
OTHER_SHARE = 0.2  # of the largest body: what is smaller is no second piece
FORGOTTEN_S = 600.0  # what has not changed for so long belongs to the view
FORGOTTEN_EVERYWHERE_S = 5.0  # the same of what is everywhere: the camera was moved, or its exposure changed
EVERYWHERE_SHARE = 0.6  # of the view, up to all four edges
LEARNS = 15  # looks at the beginning, while a camera finds its exposure; the view is that of the last one


@dataclass(frozen=True)
class Event:
    """Something that a look shows.

    Attributes:
        kind: a piece `begins`, is `seen` again, or has `left`.
        view: one piece, two, or one that reaches beyond the picture.
        frame: that shows it; of a piece that begins the best one so far.
    """

    kind: Literal["begins", "seen", "left"]
    view: View = "one"
    frame: Frame | None = None


class Watcher:
    """Follows what is in view. For one thread.

    Attributes:
        is_dark: whether the last look showed nothing, where something was lit before.
    """

    def __init__(self) -> None:
        self.is_dark = False
        self._ground: Ground | None = None
        self._held: Body | None = None  # the piece that has begun
        self._others: list[Body] = []  # that were in view with it
        self._view: View = "one"
        self._coming: Body | None = None  # one that has not
        self._laid: tuple[Body, float] | None = None  # where it began to rest, and when
        self._best: tuple[float, Frame, View] | None = None
        self._looks = self._gone = 0
        self._learned = 0  # looks at the first view
        self._anchor: Body | None = None  # where the piece began to rest
        self._rests_since_s = math.inf

    def look(self, frame: Frame) -> list[Event]:
        """Look at a frame; returns what has happened."""
        gray = reduced(frame.pixels)
        if self._ground is None or self._ground.level.shape != gray.shape or self._learned < LEARNS:
            self._ground = Ground(gray)
            self._learned += 1
            return []
        self.is_dark = self._ground.is_dark(gray)
        if self.is_dark:
            return []
        bodies, where = bodies_of(self._ground.difference(gray))
        bodies = [one for one in bodies if not self._was_ghost(one, gray)]
        self._ground.learn(gray, where)
        events = self._hold(bodies, frame) if self._held else []
        if self._held is None:
            events += self._wait_for(bodies, frame)
        return events + self._forget(gray, frame.captured_s)

    def _was_ghost(self, body: Body, gray: Gray) -> bool:
        """Whether a body is none: something that lay in the first view, or for long, has left. It is learned anew."""
        assert self._ground
        if not self._ground.is_ghost(gray, body.drawn(gray.shape, 3)):
            return False
        self._ground.take_over(gray, body.drawn(gray.shape, 0) | body.drawn(gray.shape, 5))
        return True

    def _hold(self, bodies: list[Body], frame: Frame) -> list[Event]:
        """Follow the piece that has begun."""
        assert self._held
        found = _followed(self._held, self._others, bodies)
        if found is None:
            self._gone += 1
            if self._gone < LOOKS:
                return []
            self._held, self._gone = None, 0
            return [Event("left")]
        self._held, self._gone = found, 0
        self._others = [one for one in bodies if one is not found]
        if _view(found, bodies) == "two":
            self._view = "two"
        return [Event("seen", self._view, frame)]

    def _wait_for(self, bodies: list[Body], frame: Frame) -> list[Event]:
        """Wait until a body is all in view, rests, or leaves again."""
        body = next((one for one in bodies if one.share >= BEGINS_SHARE), None)
        if body is None:
            self._coming, self._laid, self._best, self._looks = None, None, None, 0
            return []
        before, self._coming = self._coming, body
        self._looks += 1
        # The best frame is the one that shows most of it; all of it is more than a part.
        worth = body.share + (1 if body.is_whole else 0)
        if self._best is None or worth >= self._best[0] * (1 - SAME_SIZE):
            self._best = worth, frame, _view(body, bodies)
        if self._laid is None or not _is_still(self._laid[0], body):
            self._laid = body, frame.captured_s
        if before is None or self._looks < LOOKS:
            return []
        rests = frame.captured_s - self._laid[1] >= RESTS_S
        fills = body.is_long and body.share < before.share * (1 + SAME_SIZE)
        leaves = body.share < before.share * (1 - SAME_SIZE)
        if not (body.is_whole or rests or fills or leaves):
            return []
        _, best, self._view = self._best
        self._held, self._gone = body, 0
        self._others = [one for one in bodies if one is not body]
        self._coming, self._laid, self._best, self._looks = None, None, None, 0
        return [Event("begins", self._view, best)]

    def _forget(self, gray: Gray, now_s: float) -> list[Event]:
        """Take what has rested in view for long for a part of it."""
        if self._held is None or self._anchor is None or not _is_still(self._anchor, self._held):
            self._anchor, self._rests_since_s = self._held, now_s
        elif now_s - self._rests_since_s > (FORGOTTEN_EVERYWHERE_S if self._is_everywhere() else FORGOTTEN_S):
            self._ground, self._held, self._anchor = Ground(gray), None, None
            return [Event("left")]
        return []

    def _is_everywhere(self) -> bool:
        """Whether what is held and what is beside it differ from the ground all over the view."""
        found = [one for one in (self._held, *self._others) if one]
        reached = [any(edges) for edges in zip(*(one.edges for one in found), strict=True)]
        return all(reached) and sum(one.share for one in found) > EVERYWHERE_SHARE


def _view(body: Body, bodies: list[Body]) -> View:
    """What a view shows besides a piece."""
    others = [one for one in bodies if one is not body and one.share > OTHER_SHARE * body.share]
    if others or not body.is_single:
        return "two"
    return "one" if body.is_whole else "long"


def _followed(held: Body, others: list[Body], bodies: list[Body]) -> Body | None:
    """The body that a piece has become; None where it has left.

    Args:
        held: as it was at the last look.
        others: what else was in view then; what is nearer to one of them is that one.
        bodies: what is in view now.
    """
    near = min(bodies, key=lambda one: _distance(held, one), default=None)
    if near is None or _distance(held, near) >= FOLLOWED:
        return None
    return near if all(_distance(held, near) <= _distance(other, near) for other in others) else None


def _is_still(before: Body, body: Body) -> bool:
    """Whether a body has hardly moved or changed."""
    return _distance(before, body) < RESTS and abs(body.share / before.share - 1) < SAME_SIZE


def _distance(one: Body, other: Body) -> float:
    return max(abs(one.x - other.x), abs(one.y - other.y))
