"""The reader's end of the wire: sends readings one at a time and waits for their acknowledgement.

Source: docs/protocol.md section 4 (delivery).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from types import TracebackType

from firmware_bridge.errors import MessageError, NoAnswerError, PortError, RefusedError
from firmware_bridge.host.port import BAUD_RATE, Port
from firmware_bridge.host.silence import describe_silence
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol.frame import Frame, FrameReader
from firmware_bridge.protocol.message import (
    NakCause,
    ReadingMessage,
    decode_cause,
    decode_name,
    describe_cause,
    encode_name,
    encode_reading,
)

ACK_TIMEOUT_S = 0.25
TRIES = 3
MORE_HELLO_TRIES = 2  # boards that restart when the port is opened are deaf for up to two seconds
LONGEST_WAIT = 4  # as a multiple of the first wait
LAST_SEQUENCE = 2**16 - 1


@dataclass(frozen=True)
class Delivery:
    """How a reading was delivered.

    Attributes:
        session: in which it was sent.
        sequence: its number in the session.
        transmissions: how often it was sent.
        elapsed_s: from the first byte to its ACK.
    """

    session: int
    sequence: int
    transmissions: int
    elapsed_s: float


class Link:
    """An open line to the sorter's controller; use it with `with`, from one thread.

    Args:
        url: any of pyserial's.
        name: who is talking, for the controller's log; printable ASCII of at most 64 characters.
        baud_rate: bits a second.
        ack_timeout_s: the first wait for an answer; it doubles with each of the tries, up to four times itself.
        tries: how often a request is sent before it is given up.

    Attributes:
        controller: the name that the controller gave.
        session: the number of the open session.

    Raises:
        MessageError: the name is something else.
        PortError: the port cannot be opened.
        NoAnswerError: no controller answers on it.
        RefusedError: the controller does not speak this version.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "posteye",
        baud_rate: int = BAUD_RATE,
        ack_timeout_s: float = ACK_TIMEOUT_S,
        tries: int = TRIES,
    ) -> None:
        self._hello = encode_name(name)
        self._ack_timeout_s = ack_timeout_s
        self._tries = tries
        self._port = Port(url, baud_rate)
        self._frames = FrameReader()
        self._echoes = self._unreadable = 0
        try:
            self._open_session()
        except BaseException:
            self._port.close()
            raise

    def __enter__(self) -> Link:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def send_reading(self, reading: ReadingMessage) -> Delivery:
        """Send a reading and return when the controller has acknowledged it.

        Args:
            reading: what is sent.

        Raises:
            RefusedError: the controller refused it; it was not acted upon.
            NoAnswerError: nothing confirmed it in time; it may or may not have been acted upon.
            PortError: the port vanished; the same.
        """
        what = f"the reading of piece {reading.piece}"
        payload = encode_reading(reading)
        if self._sequence == LAST_SEQUENCE:
            self._open_session()
        started_s = time.monotonic()
        try:
            answer, transmissions = self._request_reading(what, payload)
            if _cause(answer) == NakCause.UNKNOWN_SESSION:
                self._open_session()
                answer, again = self._request_reading(what, payload)
                transmissions += again
        except PortError as error:
            raise PortError(f"{error}; {what} may or may not have been acted upon") from error
        self._raise_if_refused(answer, what)
        return Delivery(self.session, self._sequence, transmissions, time.monotonic() - started_s)

    def _open_session(self) -> None:
        self.session = 1 + secrets.randbelow(2**32 - 1)
        self._sequence = 0
        answer, _ = self._request("the greeting", wire.HELLO, self._hello, self._tries + MORE_HELLO_TRIES)
        self._raise_if_refused(answer, "the greeting")
        self.controller = decode_name(answer.payload)

    def _request_reading(self, what: str, payload: bytes) -> tuple[Frame, int]:
        self._sequence += 1
        answer, transmissions = self._request(what, wire.READING, payload, self._tries)
        # The controller was restarted. Only when this was the first copy is it sure that none was acted upon.
        if _cause(answer) == NakCause.UNKNOWN_SESSION and transmissions > 1:
            raise NoAnswerError(
                f"the controller on {self._port.url} restarted while {what} was on its way: "
                "it may or may not have been acted upon"
            )
        return answer, transmissions

    def _request(self, what: str, kind: int, payload: bytes, tries: int) -> tuple[Frame, int]:
        """Send one request until it is answered.

        Args:
            what: name of the request in messages.
            kind: type of the frame.
            payload: of the frame.
            tries: how often it is sent.

        Returns:
            The answer, and how often the request was sent.

        Raises:
            NoAnswerError: no answer came.
        """
        data = wire.encode(Frame(kind, self._sequence, self.session, payload))
        expected = wire.WELCOME if kind == wire.HELLO else wire.ACK
        bytes_before, self._echoes, self._unreadable = self._frames.bytes_seen, 0, 0
        waited_s, wait_s = 0.0, self._ack_timeout_s
        for transmission in range(1, tries + 1):
            self._port.write(data)
            answer = self._wait_for(expected, wait_s)
            if answer is not None:
                return answer, transmission
            waited_s += wait_s
            wait_s = min(2 * wait_s, LONGEST_WAIT * self._ack_timeout_s)
        hint = describe_silence(self._frames.bytes_seen - bytes_before, self._echoes, self._unreadable)
        raise NoAnswerError(
            f"no acknowledgement of {what} on {self._port.url} after {tries} tries in {waited_s:.2f} s: {hint}"
        )

    def _wait_for(self, expected: int, wait_s: float) -> Frame | None:
        """Return the answer to the request under way, or None when it does not arrive in time.

        Args:
            expected: type of the answer; a NAK is one too.
            wait_s: how long to wait.
        """
        deadline_s = time.monotonic() + wait_s
        while time.monotonic() < deadline_s:
            for frame in self._frames.feed(self._port.read()):
                if (frame.session, frame.sequence) != (self.session, self._sequence):
                    continue
                if not frame.is_answer:
                    self._echoes += 1
                elif frame.type == wire.NAK or (frame.type == expected and frame.version == wire.VERSION):
                    if _is_readable(frame):
                        return frame
                    self._unreadable += 1
        return None

    def _raise_if_refused(self, answer: Frame, what: str) -> None:
        cause = _cause(answer)
        if cause is None:
            return
        spoken = f"; it speaks version {answer.version}" if cause == NakCause.UNSUPPORTED_VERSION else ""
        raise RefusedError(f"the controller on {self._port.url} refused {what}: {describe_cause(cause)}{spoken}", cause)


def _is_readable(answer: Frame) -> bool:
    """Whether an answer's payload is what its type promises."""
    try:
        if answer.type == wire.NAK:
            decode_cause(answer.payload)
        elif answer.type == wire.WELCOME:
            decode_name(answer.payload)
    except MessageError:
        return False
    return True


def _cause(answer: Frame) -> int | None:
    return decode_cause(answer.payload) if answer.type == wire.NAK else None
