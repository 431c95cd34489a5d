"""The controller as a state machine without a port: bytes in, bytes and events out.

Source: docs/protocol.md section 4.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from firmware_bridge.controller.event import Event, EventKind
from firmware_bridge.errors import MessageError
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import Frame, FrameReader
from firmware_bridge.protocol.message import (
    NakCause,
    Report,
    decode_name,
    decode_no_read,
    decode_reading,
    describe_cause,
    encode_cause,
    encode_name,
)
from firmware_bridge.protocol.notice import (
    Capability,
    ControllerIdentity,
    Heartbeat,
    ReaderIdentity,
    Statistics,
    decode_taken,
)
from firmware_bridge.protocol.table import Message

SPEAKS = Capability.NO_READ | Capability.HEARTBEAT | Capability.STATS | Capability.TRIGGER | Capability.TIME

_FIRST_DAYS = (table.HELLO, table.READING)
_KNOWN = (*_FIRST_DAYS, table.NO_READ, table.IDENTIFY, table.HEARTBEAT, table.STATS)
_LAST_SEQUENCE = 2**16 - 1


class Sorter:
    """The controller as a state machine: one open session and the last sequence acted upon in it.

    Args:
        name: what WELCOME says.
        speaks: what it knows beside HELLO and READING; nothing: it is a controller of the first days, which refuses
            IDENTIFY too.
        clock: seconds that only grow.

    Attributes:
        session: the open one; 0 where there is none.
        dropped: how many damaged frames were dropped, by cause.
        statistics: what it counted.
        taken: sequence and cause of each TAKEN that came; who sent the TRIGGERs clears it.
    """

    def __init__(
        self,
        name: str = "posteye sorter",
        *,
        speaks: Capability = SPEAKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._welcome = encode_name(name)
        self._speaks = speaks
        self._known: dict[int, Message] = {one.type: one for one in (_KNOWN if speaks else _FIRST_DAYS)}
        self._clock = clock
        self._started_s = clock()
        self._frames = FrameReader()
        self.session = 0
        self._last_sequence = 0
        self._own_sequence = 0
        self.dropped = self._frames.dropped
        self.statistics = Statistics()
        self.taken: list[tuple[int, int]] = []

    def feed(self, data: bytes) -> tuple[bytes, list[Event]]:
        """Take bytes from the wire.

        Act upon the events first and write the answer afterwards: an ACK says that the reading was taken over.

        Args:
            data: any number of bytes.

        Returns:
            The bytes to answer, and what happened, in order.
        """
        dropped_before = self.dropped.copy()
        answers, events = b"", []
        for frame in self._frames.feed(data):
            if frame.is_answer:  # our own, echoed; or another controller's
                continue
            if not frame.is_request:  # an answer of the reader, which is never answered itself
                self._take_taken(frame)
                continue
            try:
                answer, event = self._take(frame)
            except MessageError as error:
                answer, event = self._refuse(frame, NakCause.MALFORMED_PAYLOAD, f" ({error})")
            answers += wire.encode(answer)
            events += [event] if event else []
        damaged = self.dropped - dropped_before
        if damaged:
            counts = ", ".join(f"{cause} {count}" for cause, count in sorted(damaged.items()))
            events.append(Event("damaged", detail=f"{damaged.total()} frames dropped ({counts})"))
            self._count("dropped", damaged.total())
        return answers, events

    def notice(self, message: Message, payload: bytes, sequence: int | None = None) -> tuple[int, bytes]:
        """Return what the controller says of its own accord, and its number.

        Args:
            message: its type.
            payload: of the frame.
            sequence: of what is said again; None: the next one.
        """
        if sequence is None:
            self._own_sequence = sequence = self._own_sequence % _LAST_SEQUENCE + 1
        return sequence, wire.encode(Frame(message.type, sequence, self.session, payload))

    def restart(self) -> None:
        """Be a controller that lost its power: unless it remembers, it knows no session any more."""
        self._frames.feed(wire.DELIMITER)
        if Capability.REMEMBERS not in self._speaks:
            self.session = self._last_sequence = 0
        self._own_sequence = 0
        self._started_s = self._clock()
        self.statistics = Statistics()

    def count_trigger(self, again: bool) -> None:
        """Count a TRIGGER that was sent, or sent again."""
        self._count("repeats" if again else "triggers")

    def _take(self, frame: Frame) -> tuple[Frame, Event | None]:
        """Look at a frame in the order of the page: version, type, session, sequence, payload."""
        if frame.version != wire.VERSION:
            return self._refuse(frame, NakCause.UNSUPPORTED_VERSION, f" {frame.version}")
        if frame.type not in self._known:
            return self._refuse(frame, NakCause.UNKNOWN_TYPE, f" {frame.type:#04x}")
        if frame.session == 0 or (frame.type != wire.HELLO and frame.session != self.session):
            return self._refuse(frame, NakCause.UNKNOWN_SESSION)
        message = self._known[frame.type]
        if message in (table.READING, table.NO_READ):
            return self._take_reading(frame)
        if message == table.HELLO:
            return self._take_hello(frame)
        if message == table.IDENTIFY:
            reader = ReaderIdentity.decode(frame.payload)
            said = f"{reader.model or 'a reader without a model'}, bundle {reader.bundle.hex()}"
            identity = ControllerIdentity(self._speaks, self._name).encode()
            return _answer(frame, table.IDENTITY.type, identity), _event("identity", frame, said)
        if message == table.HEARTBEAT:
            beat = Heartbeat.decode(frame.payload)
            troubles = (
                ", ".join(one.name.lower().replace("_", " ") for one in beat.troubles if one.name) or "no trouble"
            )
            said = f"{beat.uptime_s} s up, {beat.pieces} pieces, {troubles}"
            return _answer(frame, wire.ACK), _event("heartbeat", frame, said)
        self.statistics = replace(self.statistics, uptime=int(self._clock() - self._started_s))
        return _answer(frame, table.STATISTICS.type, self.statistics.encode()), None

    def _take_hello(self, frame: Frame) -> tuple[Frame, Event | None]:
        name = decode_name(frame.payload)
        event = None
        if frame.session != self.session:
            self.session, self._last_sequence = frame.session, 0
            event = _event("session", frame, f"{frame.session:08x} opened by {name}")
        return _answer(frame, wire.WELCOME, self._welcome), event

    def _take_reading(self, frame: Frame) -> tuple[Frame, Event]:
        if frame.sequence == 0 or frame.sequence < self._last_sequence:
            return self._refuse(frame, NakCause.STALE_SEQUENCE)
        reading: Report
        if frame.type == wire.READING:
            reading = decode_reading(frame.payload, first_days=not self._speaks)
        else:
            reading = decode_no_read(frame.payload)
        kind: EventKind = "duplicate" if frame.sequence == self._last_sequence else "reading"
        self._last_sequence = frame.sequence
        self._count("duplicates" if kind == "duplicate" else "taken")
        return _answer(frame, wire.ACK), Event(kind, reading, frame.session, frame.sequence)

    def _take_taken(self, frame: Frame) -> None:
        if (frame.type, frame.version, frame.session) != (table.TAKEN.type, wire.VERSION, self.session):
            return
        with contextlib.suppress(MessageError):  # an answer that cannot be read is none: the TRIGGER is sent again
            self.taken.append((frame.sequence, decode_taken(frame.payload)))

    def _refuse(self, request: Frame, cause: NakCause, remark: str = "") -> tuple[Frame, Event]:
        self._count("refused")
        return _answer(request, wire.NAK, encode_cause(cause)), _event(
            "refused", request, describe_cause(cause) + remark
        )

    def _count(self, what: str, more: int = 1) -> None:
        self.statistics = replace(self.statistics, **{what: getattr(self.statistics, what) + more})


def _answer(request: Frame, kind: int, payload: bytes = b"") -> Frame:
    return Frame(kind, request.sequence, request.session, payload)


def _event(kind: EventKind, frame: Frame, detail: str) -> Event:
    return Event(kind, None, frame.session, frame.sequence, detail)
