"""The reader's half of the conversation, without a port, a thread or a clock: bytes and moments in, bytes and news out.

Source: docs/protocol.md section 4.
"""

from __future__ import annotations

import math
import secrets

from firmware_bridge.errors import MessageError
from firmware_bridge.host.ask import Ask
from firmware_bridge.host.listening import Listener
from firmware_bridge.host.manner import Manner
from firmware_bridge.host.news import ControllerRestarted, How, News, Outcome, WireBack, WireLost
from firmware_bridge.host.pace import Pace
from firmware_bridge.host.queues.queue import Queue, Waiting
from firmware_bridge.host.silence import describe_silence
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import Frame, FrameReader
from firmware_bridge.protocol.message import (
    NakCause,
    NoReadMessage,
    ReadingMessage,
    Report,
    decode_cause,
    decode_name,
    describe_cause,
    encode_name,
    encode_no_read,
    encode_reading,
)
from firmware_bridge.protocol.notice import Capability, ControllerIdentity, TriggerMessage
from firmware_bridge.protocol.table import Message

HEARTBEAT_S = 1.0
# As multiples of the first wait: the longest wait, and when nobody seems to answer. Boards that restart when the port
# is opened are deaf for up to two seconds.
LONGEST_WAIT, LOST_AFTER, LOST_AFTER_HELLO = 4, 7, 15
LAST_SEQUENCE = 2**16 - 1
_OTHER_PIECES = "the controller was restarted, and the number may name another piece"


class Exchange:
    """Sends reports one at a time, greets when it must, hears triggers at any time.

    Args:
        manner: how it speaks.
        queue: of the reports.

    Attributes:
        session: the open one, or the last; 0 before the first.
        controller: the name that the controller gave.
        identity: what the controller is.
        is_lost: whether nobody answers at the other end.
    """

    def __init__(self, manner: Manner, queue: Queue) -> None:
        self._manner, self._queue = manner, queue
        self._frames, self._pace = FrameReader(), Pace(manner.ack_timeout_s)
        self._listener = Listener(manner.settings)
        self._hello = encode_name(manner.name)
        self.session = self._sequence = 0
        self.controller, self.identity = "", ControllerIdentity()
        self._greeted = self._identified = False
        self._ask: Ask | None = None
        self._heard_s = -math.inf
        self._bytes_before = self._echoes = self._unreadable = 0
        self.is_lost = True
        self._told_lost = False
        self._unanswered_s = math.nan  # since when, as long as the port is open
        self._life = 0
        left = queue.left_in_flight()
        if left:
            self.session, self._sequence = left.session, left.sequence
            self._ask = self._asking(left.report, -math.inf)
            self._ask.copies = 1

    @property
    def is_idle(self) -> bool:
        """Whether no report waits or is under way."""
        return self._queue.first() is None

    def put(self, one: Waiting) -> list[News]:
        """Take a report to send."""
        if one.life not in (None, self._life):
            return [Outcome(one.report, "dropped", one.tag, detail=_OTHER_PIECES)]
        given_way = self._queue.put(one)
        return [Outcome(old.report, "dropped", old.tag, detail="too many reports waited") for old in given_way]

    def keep(self) -> None:
        """Return when what was put is as safe as its queue can make it; `step` does so too."""
        self._queue.keep()

    def opened(self, now_s: float) -> None:
        """The port has been opened: what was under way is sent again under its own identity."""
        self._frames.feed(wire.DELIMITER)  # half a frame of the old connection does not begin a new one
        self._heard_s, self._unanswered_s = now_s, math.nan
        if self._ask and self._ask.is_report:
            self._ask.due_s, self._ask.wait_s = now_s, self._pace.wait_s
        else:  # it goes on in the session, if there is one: the answer tells whether the controller still knows it
            self._ask, self._identified = None, False

    def lost(self, why: str) -> list[News]:
        """The port has gone, or cannot be opened."""
        return self._tell_lost(why)

    def closed(self) -> list[News]:
        """No port will be opened again: what a queue does not keep gets its outcome."""
        self.keep()
        news: list[News] = []
        in_flight = self._ask if self._ask and self._ask.is_report and self._ask.copies else None
        while not self._queue.outlives and (one := self._queue.first()) is not None:
            self._queue.remove()
            how: How = "unconfirmed" if in_flight else "dropped"
            copies = in_flight.copies if in_flight else 0
            news.append(Outcome(one.report, how, one.tag, copies, detail="the link was closed"))
            in_flight = None
        return news

    def receive(self, data: bytes, now_s: float, unread_s: float = 0.0) -> list[News]:
        """Take bytes of the controller.

        Args:
            data: any number of bytes.
            now_s: on a clock that only runs.
            unread_s: how long they may have waited for this program, which stood still.
        """
        news: list[News] = []
        for frame in self._frames.feed(data):
            if not frame.is_answer:
                self._echoes += 1
            elif frame.type >= wire.FIRST_NOTICE:
                news += self._listener.hear(frame, self.session if self._greeted else 0, now_s)
            else:
                news += self._take_answer(frame, now_s)
        return [self._listener.aged(one, now_s, unread_s) if isinstance(one, TriggerMessage) else one for one in news]

    def step(self, now_s: float) -> tuple[bytes, list[News], float]:
        """Return the bytes to send now, what there is to tell, and when to come again.

        Args:
            now_s: on a clock that only runs.
        """
        data, news = self._listener.answers(), list[News]()
        if self._listener.is_asked_to_greet and not (self._ask and self._ask.is_report):
            news += self._restarted()
        news += self._give_up(now_s)
        if self._ask is None:
            self._ask = self._next(now_s)
        self.keep()
        ask = self._ask
        if ask is None:
            self._unanswered_s = math.nan
            beats = Capability.HEARTBEAT in self.identity.capabilities
            return data, news, self._heard_s + HEARTBEAT_S if beats else math.inf
        if ask.due_s <= now_s:
            patience = LOST_AFTER_HELLO if ask.message == table.HELLO else LOST_AFTER
            if now_s - self._unanswered_s >= patience * self._manner.ack_timeout_s:
                bytes_back = self._frames.bytes_seen - self._bytes_before
                silence = describe_silence(bytes_back, self._echoes, self._unreadable)
                news += self._tell_lost(f"the controller does not answer: {silence}")
            if math.isnan(self._unanswered_s):
                self._unanswered_s = now_s
                self._bytes_before, self._echoes, self._unreadable = self._frames.bytes_seen, 0, 0
            ask.began_s = now_s if math.isnan(ask.began_s) else ask.began_s
            ask.copies += 1
            ask.due_s = now_s + ask.wait_s
            ask.wait_s = min(2 * ask.wait_s, LONGEST_WAIT * self._manner.ack_timeout_s)
            data += ask.data
        return data, news, ask.due_s

    def _next(self, now_s: float) -> Ask | None:
        """The next request; None where there is nothing to say."""
        if self._sequence == LAST_SEQUENCE:
            self._greeted = False
        if not self._greeted:
            self.session, self._sequence = 1 + secrets.randbelow(2**32 - 1), 0
            return self._request(table.HELLO, table.WELCOME, self._hello, now_s)
        waiting = self._queue.first() if self._identified else None
        silent = now_s - self._heard_s >= HEARTBEAT_S and Capability.HEARTBEAT in self.identity.capabilities
        if self._identified and waiting is None and not silent:
            return None
        self._sequence += 1
        if not self._identified:
            return self._request(table.IDENTIFY, table.IDENTITY, self._manner.identity.encode(), now_s)
        if waiting is None:
            return self._request(table.HEARTBEAT, table.ACK, self._manner.heartbeat().encode(), now_s)
        self._queue.mark(self.session, self._sequence)
        return self._asking(waiting.report, now_s)

    def _asking(self, report: Report, now_s: float) -> Ask:
        """The request that sends a report; a controller that knows no NO_READ gets a reading without a code."""
        if isinstance(report, NoReadMessage) and Capability.NO_READ in self.identity.capabilities:
            return self._request(table.NO_READ, table.ACK, encode_no_read(report), now_s)
        if isinstance(report, NoReadMessage):
            report = ReadingMessage(report.piece, "no_code", None, 0.0, report.elapsed_ms, report.bin, report.flags)
        return self._request(table.READING, table.ACK, encode_reading(report), now_s)

    def _request(self, message: Message, answer: Message, payload: bytes, now_s: float) -> Ask:
        frame = Frame(message.type, self._sequence, self.session, payload)
        return Ask(message, answer, frame, self._pace.wait_s, now_s)

    def _take_answer(self, frame: Frame, now_s: float) -> list[News]:
        ask = self._ask
        if ask is None or (frame.session, frame.sequence) != (self.session, self._sequence) or ask.copies == 0:
            return []
        if frame.type != wire.NAK and (frame.type, frame.version) != (ask.answer.type, wire.VERSION):
            return []
        try:
            cause = decode_cause(frame.payload) if frame.type == wire.NAK else None
            if ask.message == table.HELLO and cause is None:
                self.controller = decode_name(frame.payload)
            if ask.message == table.IDENTIFY:
                self.identity = ControllerIdentity() if cause is not None else ControllerIdentity.decode(frame.payload)
        except MessageError:
            self._unreadable += 1
            return []
        if ask.message == table.HELLO and cause is not None:  # asked again, as ever: the firmware may be mended
            spoken = f"; it speaks version {frame.version}" if cause == NakCause.UNSUPPORTED_VERSION else ""
            return self._tell_lost(f"the controller refuses the greeting: {describe_cause(cause)}{spoken}")
        self._ask, self._heard_s, self._unanswered_s = None, now_s, math.nan
        if ask.copies == 1 and math.isfinite(ask.began_s):
            self._pace.note(now_s - ask.began_s)
        news: list[News] = []
        if ask.is_report:
            news += self._concluded(ask, cause, now_s)
        if cause == NakCause.UNKNOWN_SESSION:
            news += self._restarted()
        elif ask.message == table.HELLO:
            self._greeted, self._identified = True, False
            self._listener.is_asked_to_greet = False
        elif ask.message == table.IDENTIFY:
            self._identified = True
        if self._identified and self.is_lost:
            self.is_lost = self._told_lost = False
            news.append(WireBack(self.controller, self.identity))
        return news

    def _concluded(self, ask: Ask, cause: int | None, now_s: float) -> list[News]:
        """What the answer to a report means for it."""
        if cause == NakCause.UNKNOWN_SESSION and ask.copies == 1:
            return []  # this copy was the only one: it was not acted upon, and waits for the new session
        how: How = "delivered" if cause is None else "refused"
        detail = "" if cause is None else describe_cause(cause)
        if cause == NakCause.UNKNOWN_SESSION:
            how, detail = "unconfirmed", "the controller restarted while it was on its way"
        elif cause == NakCause.STALE_SEQUENCE and ask.copies > 1:
            how, detail = "unconfirmed", "the controller acted upon later ones meanwhile"
        one = self._queue.first()
        assert one is not None
        self._queue.remove()
        return [Outcome(one.report, how, one.tag, ask.copies, now_s - ask.began_s, detail)]

    def _restarted(self) -> list[News]:
        """The controller has forgotten the session: a new one is opened next, and numbers of pieces may come again."""
        self._ask, self._greeted, self._unanswered_s = None, False, math.nan
        self._life += 1
        self._listener.forget()
        gone = self._queue.remove_triggered()
        return [
            ControllerRestarted(self._life),
            *(Outcome(one.report, "dropped", one.tag, detail=_OTHER_PIECES) for one in gone),
        ]

    def _give_up(self, now_s: float) -> list[News]:
        """Drop the reports that are of no use any more; no further copy is sent of the one that is under way."""
        news: list[News] = []
        while (one := self._queue.first()) is not None and one.until_s <= now_s:
            ask = self._ask if self._ask and self._ask.is_report else None
            if ask and ask.due_s > now_s:
                break
            self._queue.remove()
            if ask:
                self._ask = None
                news.append(Outcome(one.report, "unconfirmed", one.tag, ask.copies, now_s - ask.began_s, "too late"))
            else:
                news.append(Outcome(one.report, "dropped", one.tag, detail="too late"))
        return news

    def _tell_lost(self, why: str) -> list[News]:
        self.is_lost = True
        if self._told_lost:
            return []
        self._told_lost = True
        return [WireLost(why)]
