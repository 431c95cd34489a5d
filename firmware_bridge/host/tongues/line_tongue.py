"""Says pieces as lines of ASCII over a serial port or TCP, by pyserial's URLs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from firmware_bridge.errors import MessageError, NoAnswerError, PortError, RefusedError
from firmware_bridge.host.port import BAUD_RATE, Port
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.facts import facts_of
from firmware_bridge.host.tongues.lines import ACK, LONGEST, NAK, LineForm

Answer = Literal["none", "echo", "ack"]
_KEPT = 4 * LONGEST  # bytes of an answer


@dataclass(frozen=True)
class Asking:
    """What is asked of the controller.

    Attributes:
        answer: "ack": ACK (06h), or NAK (15h) to have the line again; "echo": the line itself; "none": nothing.
        timeout_s: for its answer.
        tries: how often a line is sent before the controller counts as lost, or as refusing it.
    """

    answer: Answer = "ack"
    timeout_s: float = 0.5
    tries: int = 3


class LineTongue:
    """A tongue of lines; one line is under way at a time.

    Args:
        url: a device, or another of pyserial's URLs: `socket://10.0.0.5:4001`.
        form: of the lines.
        asking: what is asked of the controller.
        baud_rate: bits a second of a serial port.
    """

    name = "ascii"

    def __init__(self, url: str, form: LineForm, asking: Asking, baud_rate: int = BAUD_RATE) -> None:
        self.to = url
        self._form, self._asking, self._baud_rate = form, asking, baud_rate
        self._port: Port | None = None

    def open(self) -> bool:
        """As `Tongue.open`: an open port is all that is known of a controller that answers nothing."""
        self._port = Port(self.to, self._baud_rate)
        return self._asking.answer == "none"

    def say(self, one: Waiting) -> str:
        """As `Tongue.say`: "acknowledged", or "sent" where nothing is answered."""
        try:
            line = self._form.line(facts_of(one))
        except MessageError as error:
            raise RefusedError(f"not sent: {error}", 0) from error
        port = self._open_port()
        if self._asking.answer == "none":
            port.write(line)
            return "sent"
        refused = ""
        for _ in range(self._asking.tries):
            self._drain(port)
            port.write(line)
            refused = self._heard(port, line)
            if not refused:
                return "acknowledged"
        if refused == "nothing":
            raise NoAnswerError(f"{self.to}: no answer to {self._asking.tries} lines; is the controller running?")
        raise RefusedError(f"the controller answered {refused} to {self._asking.tries} lines", NAK[0])

    def beat(self) -> None:
        """As `Tongue.beat`: finds out whether the port is still there; what a controller says unasked is dropped."""
        self._open_port().read()

    def close(self) -> None:
        """As `Tongue.close`."""
        if self._port:
            self._port.close()
            self._port = None

    def _open_port(self) -> Port:
        if self._port is None:
            raise PortError(f"{self.to} is not open")
        return self._port

    def _drain(self, port: Port) -> None:
        """Drop what came before: it is no answer to the next line."""
        until_s = time.monotonic() + self._asking.timeout_s
        while port.read():
            if time.monotonic() > until_s:
                raise NoAnswerError(f"{self.to} sends without an end; is the controller in another mode?")

    def _heard(self, port: Port, line: bytes) -> str:
        """What was heard instead of the answer: "NAK", "another line", "nothing"; empty where it came."""
        until_s, heard = time.monotonic() + self._asking.timeout_s, b""
        while time.monotonic() < until_s:
            heard = (heard + port.read())[-_KEPT:]
            if self._asking.answer == "echo":
                if line in heard:
                    return ""
            elif ACK in heard or NAK in heard:
                return "NAK" if NAK in heard else ""
        return "another line" if heard and self._asking.answer == "echo" else "nothing"
