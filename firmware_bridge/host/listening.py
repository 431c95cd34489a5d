"""What the controller sends of its own accord: triggers, each piece once, the time, and questions about settings.

Source: docs/protocol.md section 4, what the controller begins.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from firmware_bridge.errors import MessageError
from firmware_bridge.host.news import News, TimeTold
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import Frame
from firmware_bridge.protocol.message import NakCause
from firmware_bridge.protocol.notice import Setting, TriggerMessage, decode_time, encode_taken
from firmware_bridge.protocol.table import Message

SAME_S = 2.0  # a number that names a piece which came within this time of the last one of that number is the same piece
NO_SESSION = 0
_LONGEST_AGE_S = 65.535  # that a TRIGGER can tell, so that a copy of a piece may come so long after it
_MOST_PIECES = 65_536  # that are remembered, whatever floods the line

_NOTICES = {one.type: one for one in (table.TRIGGER, table.TIME, table.CONFIG_GET, table.CONFIG_SET)}


class Listener:
    """Takes what the controller begins, and has the answers ready.

    Args:
        settings: gets a setting that is asked for (without a value) or to be changed, and gives it back as it is now.

    Attributes:
        is_asked_to_greet: whether the controller has been restarted and waits for a greeting.
    """

    def __init__(self, settings: Callable[[Setting], Setting]) -> None:
        self._settings = settings
        self._came_s: OrderedDict[int, float] = OrderedDict()  # of each number, in the order taken
        self._answers = b""
        self.is_asked_to_greet = False

    def hear(self, frame: Frame, session: int, now_s: float) -> list[News]:
        """Take a frame.

        Args:
            frame: of a type that the controller begins with.
            session: the open one; 0 where there is none.
            now_s: on a clock that only runs.
        """
        message = _NOTICES.get(frame.type)
        if message is None or frame.version != wire.VERSION or session == NO_SESSION:
            return []
        if frame.session != session:
            self.is_asked_to_greet |= frame.session == NO_SESSION
            return []
        if message == table.TRIGGER:
            return self._trigger(frame, now_s)
        if message == table.TIME:
            return self._time(frame)
        self._setting(frame)
        return []

    def answers(self) -> bytes:
        """Return the bytes to answer with, once."""
        answers, self._answers = self._answers, b""
        return answers

    def forget(self) -> None:
        """The controller has been restarted: it may name pieces as it did before."""
        self._came_s.clear()
        self.is_asked_to_greet = False

    def aged(self, trigger: TriggerMessage, now_s: float, unread_s: float) -> TriggerMessage:
        """Return a trigger that was heard just now as old as its piece is, by all copies that were heard with it.

        How long it waited unread is known as a bound only. It shortens the deadline, and is not added to the age: a
        frame from before the piece came must never count as one of it. A piece whose deadline may have passed is taken
        for as old as its deadline: it is answered at once, and that is not too late to be sent.

        Args:
            trigger: as it was heard.
            now_s: on a clock that only runs.
            unread_s: how long it may have waited for this program, which stood still.
        """
        unread_ms = round(unread_s * 1000)
        age_ms = round((now_s - self._came_s.get(trigger.piece, now_s)) * 1000)
        if not trigger.deadline_ms:
            return replace(trigger, age_ms=age_ms)
        if age_ms + unread_ms >= trigger.deadline_ms:
            return replace(trigger, age_ms=max(age_ms, trigger.deadline_ms))
        return replace(trigger, age_ms=age_ms, deadline_ms=trigger.deadline_ms - unread_ms)

    def _trigger(self, frame: Frame, now_s: float) -> list[News]:
        try:
            trigger = TriggerMessage.decode(frame.payload)
        except MessageError:
            self._answer(frame, table.TAKEN, encode_taken(NakCause.MALFORMED_PAYLOAD))
            return []
        self._answer(frame, table.TAKEN, encode_taken(0))
        came_s = now_s - trigger.age_ms / 1000
        known_s = self._came_s.get(trigger.piece, -math.inf)
        if came_s - known_s < SAME_S:
            self._came_s[trigger.piece] = min(came_s, known_s)
            return []
        self._remember(trigger.piece, came_s, now_s)
        return [trigger]

    def _remember(self, piece: int, came_s: float, now_s: float) -> None:
        """Note when a piece came, and forget those of which no copy can come any more."""
        self._came_s[piece] = came_s
        self._came_s.move_to_end(piece)
        while len(self._came_s) > _MOST_PIECES or next(iter(self._came_s.values())) < now_s - _LONGEST_AGE_S - SAME_S:
            self._came_s.popitem(last=False)

    def _time(self, frame: Frame) -> list[News]:
        try:
            return [TimeTold(decode_time(frame.payload))]
        except MessageError:  # it is told again
            return []

    def _setting(self, frame: Frame) -> None:
        try:
            asked = Setting.decode(frame.type, frame.payload)
            answer = self._settings(asked).encode_answer()
        except MessageError:
            answer = Setting("", "", NakCause.MALFORMED_PAYLOAD).encode_answer()
        self._answer(frame, table.CONFIG, answer)

    def _answer(self, frame: Frame, message: Message, payload: bytes) -> None:
        self._answers += wire.encode(Frame(message.type, frame.sequence, frame.session, payload))
