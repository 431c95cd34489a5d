"""Lines against a scripted controller: over a pseudo-terminal, and over TCP."""

from __future__ import annotations

import os
import socket
import threading
import tty
from collections.abc import Callable, Iterator

import pytest

from firmware_bridge.errors import NoAnswerError
from firmware_bridge.host.queues.queue import MemoryQueue, Waiting
from firmware_bridge.host.tongues.line_tongue import Asking, LineTongue
from firmware_bridge.host.tongues.lines import LineForm, crc16
from firmware_bridge.host.tongues.speaker import Speaker
from tests.firmware_bridge.host.tongues.peers import AT_ONCE, PATIENCE_S, Ear, no_read, reading

FORM = LineForm("{piece};{code};{bin}", "STX", "ETX", "crc16")
ASKING = Asking("ack", 0.2, 3)
Answering = Callable[[bytes, int], bytes]


class Controller:
    """Reads lines from a descriptor and answers as its script says.

    Args:
        descriptor: of a pseudo-terminal or a socket.
        answer: gives the answer to a line, by the line and its count from 1.
    """

    def __init__(self, descriptor: int, answer: Answering) -> None:
        self.lines: list[bytes] = []
        self._descriptor, self._answer = descriptor, answer
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        held = b""
        while True:
            try:
                held += os.read(self._descriptor, 1000)
            except OSError:
                return
            while b"\x03" in held:
                line, _, held = held.partition(b"\x03")
                self.lines.append(line.partition(b"\x02")[2])
                answer = self._answer(line + b"\x03", len(self.lines))
                if answer:
                    os.write(self._descriptor, answer)


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """The controller's descriptor, and the URL of the station's end."""
    controller, station = os.openpty()
    tty.setraw(station)
    yield controller, os.ttyname(station)
    os.close(controller)
    os.close(station)


def speak(url: str, asking: Asking = ASKING) -> tuple[Speaker, Ear]:
    ear = Ear()
    return Speaker(LineTongue(url, FORM, asking), ear.outcome, ear.wire, MemoryQueue(), AT_ONCE), ear


def bodies(*texts: str) -> list[bytes]:
    return [text.encode() + b"%04X" % crc16(text.encode()) for text in texts]


def test_lines_are_acknowledged_each(line: tuple[int, str]) -> None:
    controller = Controller(line[0], lambda _, __: b"\x06")
    speaker, ear = speak(line[1])
    speaker.send(reading(7), 1)
    speaker.send(no_read(8), 2)
    assert speaker.close(PATIENCE_S)
    assert controller.lines == bodies("7;10115;A3", "8;;reject")
    assert ear.said() == [(1, "delivered", "acknowledged"), (2, "delivered", "acknowledged")]
    assert ear.wires == [None]


def test_a_nak_has_the_line_again_and_three_refuse_it(line: tuple[int, str]) -> None:
    controller = Controller(line[0], lambda text, count: b"\x06" if count == 2 or b"9;" in text else b"\x15")
    speaker, ear = speak(line[1])
    for piece in (7, 8, 9):
        speaker.send(reading(piece), piece)
    assert speaker.close(PATIENCE_S)
    assert [text[:1] for text in controller.lines] == [b"7", b"7", b"8", b"8", b"8", b"9"]
    refused = "the controller answered NAK to 3 lines"
    assert ear.said() == [(7, "delivered", "acknowledged"), (8, "refused", refused), (9, "delivered", "acknowledged")]


def test_a_silent_controller_is_lost_and_gets_the_line_when_it_is_back(line: tuple[int, str]) -> None:
    controller = Controller(line[0], lambda _, count: b"\x06" if count > 4 else b"")
    speaker, ear = speak(line[1])
    speaker.send(reading(), 1)
    ear.wait(lambda: ear.outcomes)
    assert speaker.close(PATIENCE_S)
    assert controller.lines == 5 * bodies("7;10115;A3")
    assert ear.wires == [f"{line[1]}: no answer to 3 lines; is the controller running?", None]
    assert ear.outcomes[0].transmissions == 2


def test_an_echo_must_be_the_line_itself(line: tuple[int, str]) -> None:
    controller = Controller(line[0], lambda text, count: text if count != 1 else text.replace(b"7", b"1"))
    speaker, ear = speak(line[1], Asking("echo", 0.2, 3))
    speaker.send(reading(), 1)
    assert speaker.close(PATIENCE_S)
    assert len(controller.lines) == 2 and ear.said() == [(1, "delivered", "acknowledged")]


def test_an_answer_from_before_is_none(line: tuple[int, str]) -> None:
    os.write(line[0], b"\x06\x06\x06")
    controller = Controller(line[0], lambda _, count: b"" if count < 3 else b"\x06")
    speaker, _ = speak(line[1])
    speaker.send(reading(), 1)
    assert speaker.close(PATIENCE_S)
    assert len(controller.lines) == 3


def test_a_peer_that_sends_without_an_end_is_told_and_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def flood() -> None:
            other, _ = server.accept()
            try:
                while True:
                    other.sendall(1000 * b"x")
            except OSError:
                pass

        threading.Thread(target=flood, daemon=True).start()
        tongue = LineTongue(f"socket://127.0.0.1:{server.getsockname()[1]}", FORM, ASKING)
        tongue.open()
        with pytest.raises(NoAnswerError, match="sends without an end"):
            tongue.say(Waiting(reading(), 1))
        tongue.close()


def test_over_tcp_without_answers_and_a_server_that_comes_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        speaker, ear = speak(f"socket://127.0.0.1:{server.getsockname()[1]}", Asking("none"))
        first, _ = server.accept()
        speaker.send(reading(7), 1)
        assert first.recv(100) == b"\x02%s\x03" % bodies("7;10115;A3")[0]
        ear.wait(lambda: ear.outcomes)
        first.close()
        second, _ = server.accept()  # the beat finds out
        speaker.send(reading(8), 2)
        assert second.recv(100) == b"\x02%s\x03" % bodies("8;10115;A3")[0]
        assert speaker.close(PATIENCE_S)
        second.close()
    assert ear.said() == [(1, "delivered", "sent"), (2, "delivered", "sent")]
    assert len(ear.wires) == 3 and "went away" in str(ear.wires[1]) and ear.wires[2] is None
