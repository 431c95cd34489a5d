"""The controller's end of the wire, for tests, the demo and `posteye sorter`; a board's firmware does the same.

`Sorter` is a state machine without a port: bytes in, bytes and events out. `serve` gives it a port.
Source: docs/protocol.md section 4.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from firmware_bridge.errors import MessageError, PortError
from firmware_bridge.host.port import BAUD_RATE, Port
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol.frame import Frame, FrameReader
from firmware_bridge.protocol.message import (
    NakCause,
    ReadingMessage,
    decode_name,
    decode_reading,
    describe_cause,
    encode_cause,
    encode_name,
)

REOPEN_S = 0.5

EventKind = Literal["opened", "lost", "session", "reading", "duplicate", "refused", "damaged"]


@dataclass(frozen=True)
class Event:
    """Something that happened at the controller's end; `str` makes a line for people, `as_json` one for programs.

    Attributes:
        kind: "opened", "lost": the port. "session": a reader opened a session. "reading": to be acted upon, once.
            "duplicate": the same reading again, not to be acted upon. "refused": answered with a NAK. "damaged": frames
            dropped.
        reading: of a reading or a duplicate.
        session: of the frame that caused it.
        sequence: of the same frame.
        detail: the rest in words.
    """

    kind: EventKind
    reading: ReadingMessage | None = None
    session: int | None = None
    sequence: int | None = None
    detail: str | None = None

    def __str__(self) -> str:
        if self.reading is None:
            return f"{self.kind}: {self.detail}"
        reading = self.reading
        what = {
            "accepted": f"accepted {reading.code}",
            "rejected": f"rejected (best guess {reading.code})" if reading.code else "rejected",
            "no_code": "no code",
        }[reading.status]
        again = " (sent again, not acted upon)" if self.kind == "duplicate" else ""
        return f"piece {reading.piece}: {what}, confidence {reading.confidence:.4f}, {reading.elapsed_ms} ms{again}"

    def as_json(self) -> str:
        """Return the event as one JSON object on one line; fields that do not apply are left out."""
        fields: dict[str, object] = {"event": self.kind}
        if self.session is not None:
            fields |= {"session": f"{self.session:08x}", "sequence": self.sequence}
        if self.reading is not None:
            fields |= asdict(self.reading)
        if self.detail is not None:
            fields["detail"] = self.detail
        return json.dumps(fields)


class Sorter:
    """The controller as a state machine: one open session and the last sequence acted upon in it.

    Args:
        name: what WELCOME says.

    Attributes:
        dropped: how many damaged frames were dropped, by cause.
    """

    def __init__(self, name: str = "posteye sorter") -> None:
        self._welcome = encode_name(name)
        self._frames = FrameReader()
        self._session = 0
        self._last_sequence = 0
        self.dropped = self._frames.dropped

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
            try:
                answer, event = self._take(frame)
            except MessageError as error:
                answer, event = _refuse(frame, NakCause.MALFORMED_PAYLOAD, f" ({error})")
            answers += wire.encode(answer)
            events += [event] if event else []
        damaged = self.dropped - dropped_before
        if damaged:
            counts = ", ".join(f"{cause} {count}" for cause, count in sorted(damaged.items()))
            events.append(Event("damaged", detail=f"{damaged.total()} frames dropped ({counts})"))
        return answers, events

    def _take(self, frame: Frame) -> tuple[Frame, Event | None]:
        if frame.version != wire.VERSION:
            return _refuse(frame, NakCause.UNSUPPORTED_VERSION, f" {frame.version}")
        if frame.type == wire.HELLO:
            return self._take_hello(frame)
        if frame.type == wire.READING:
            return self._take_reading(frame)
        return _refuse(frame, NakCause.UNKNOWN_TYPE, f" {frame.type:#04x}")

    def _take_hello(self, frame: Frame) -> tuple[Frame, Event | None]:
        name = decode_name(frame.payload)
        if frame.session == 0:
            return _refuse(frame, NakCause.UNKNOWN_SESSION)
        event = None
        if frame.session != self._session:
            self._session, self._last_sequence = frame.session, 0
            event = Event("session", None, frame.session, frame.sequence, f"{frame.session:08x} opened by {name}")
        return _answer(frame, wire.WELCOME, self._welcome), event

    def _take_reading(self, frame: Frame) -> tuple[Frame, Event]:
        if self._session == 0 or frame.session != self._session:
            return _refuse(frame, NakCause.UNKNOWN_SESSION)
        if frame.sequence == 0 or frame.sequence < self._last_sequence:
            return _refuse(frame, NakCause.STALE_SEQUENCE)
        reading = decode_reading(frame.payload)
        kind: EventKind = "duplicate" if frame.sequence == self._last_sequence else "reading"
        self._last_sequence = frame.sequence
        return _answer(frame, wire.ACK), Event(kind, reading, frame.session, frame.sequence)


def _answer(request: Frame, kind: int, payload: bytes = b"") -> Frame:
    return Frame(kind, request.sequence, request.session, payload)


def _refuse(request: Frame, cause: NakCause, remark: str = "") -> tuple[Frame, Event]:
    event = Event("refused", None, request.session, request.sequence, describe_cause(cause) + remark)
    return _answer(request, wire.NAK, encode_cause(cause)), event


def serve(
    url: str,
    on_event: Callable[[Event], None],
    stop: threading.Event,
    *,
    name: str = "posteye sorter",
    baud_rate: int = BAUD_RATE,
) -> None:
    """Be the controller on a port until stop is set.

    When the port vanishes, an event says so and serve tries every half second to open it again; the session stays, so
    a reading sent again is still a duplicate.

    Args:
        url: any of pyserial's.
        on_event: gets each event before its request is answered.
        stop: ends it.
        name: what WELCOME says.
        baud_rate: bits a second.

    Raises:
        PortError: the port cannot be opened at the start.
    """
    sorter = Sorter(name)
    port: Port | None = Port(url, baud_rate)
    while port is not None:
        on_event(Event("opened", detail=url))
        try:
            _serve_port(port, sorter, on_event, stop)
            return
        except PortError as error:
            on_event(Event("lost", detail=str(error)))
        finally:
            port.close()
        sorter.feed(wire.DELIMITER)  # what the old connection left unfinished is not the start of a new frame
        port = _reopen(url, baud_rate, stop)


def _serve_port(port: Port, sorter: Sorter, on_event: Callable[[Event], None], stop: threading.Event) -> None:
    while not stop.is_set():
        answers, events = sorter.feed(port.read())
        for event in events:
            on_event(event)
        if answers:
            port.write(answers)


def _reopen(url: str, baud_rate: int, stop: threading.Event) -> Port | None:
    """Return the port when it is there again, or None when stop was set."""
    while not stop.wait(REOPEN_S):
        try:
            return Port(url, baud_rate)
        except PortError:
            continue
    return None
