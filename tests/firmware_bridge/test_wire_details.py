"""What both ends of the wire say and count, word for word and without waiting: ports in memory, no clock."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest

from firmware_bridge import Event, Link, NoAnswerError, PortError, ReadingMessage, Sorter, serve
from firmware_bridge.controller import serving
from firmware_bridge.host import link
from firmware_bridge.host.port import BAUD_RATE
from firmware_bridge.protocol.frame import ACK, HELLO, NAK, READING, WELCOME, Frame, FrameReader, encode
from firmware_bridge.protocol.message import NakCause, decode_name, encode_cause, encode_name, encode_reading

SESSION = 0x5F3A12C4
READ = ReadingMessage(7, "accepted", "10115", 0.9973, 84)
PAYLOAD = encode_reading(READ)
Answer = Callable[[Frame], bytes]


def opened(session: int = SESSION) -> Sorter:
    made = Sorter("a sorter")
    made.feed(encode(Frame(HELLO, 0, session, encode_name("a reader"))))
    return made


def only_event(made: Sorter, frame: Frame) -> Event:
    (event,) = made.feed(encode(frame))[1]
    return event


@pytest.mark.parametrize("session", [0, 1, SESSION])
def test_before_any_greeting_every_session_is_unknown(session: int) -> None:
    answers, events = Sorter().feed(encode(Frame(READING, 1, session, PAYLOAD)))
    assert FrameReader().feed(answers) == [Frame(NAK, 1, session, encode_cause(NakCause.UNKNOWN_SESSION))]
    assert events == [Event("refused", None, session, 1, "unknown session")]


@pytest.mark.parametrize("session", [1, SESSION, 2**32 - 1])
def test_events_say_of_which_frame_they_are(session: int) -> None:
    made = Sorter()
    greeting = Frame(HELLO, 0, session, encode_name("a reader"))
    assert only_event(made, greeting) == Event("session", None, session, 0, f"{session:08x} opened by a reader")
    assert only_event(made, Frame(READING, 3, session, PAYLOAD)) == Event("reading", READ, session, 3)
    assert only_event(made, Frame(READING, 3, session, PAYLOAD)) == Event("duplicate", READ, session, 3)
    assert only_event(made, Frame(READING, 2, session, PAYLOAD)) == Event("refused", None, session, 2, "stale sequence")


@pytest.mark.parametrize(
    ("frame", "detail"),
    [
        (Frame(READING, 4, SESSION, PAYLOAD, version=9), "unsupported version 9"),
        (Frame(0x05, 4, SESSION, PAYLOAD), "unknown type 0x05"),
        (Frame(READING, 4, SESSION, b"\x00"), r"malformed payload \(.+\)"),
    ],
)
def test_a_refusal_says_what_was_refused(frame: Frame, detail: str) -> None:
    event = only_event(opened(), frame)
    assert (event.kind, event.session, event.sequence) == ("refused", SESSION, 4)
    assert re.fullmatch(detail, event.detail or "")


def test_an_answer_on_the_line_does_not_hide_the_request_behind_it() -> None:
    data = encode(Frame(ACK, 1, SESSION)) + encode(Frame(READING, 1, SESSION, PAYLOAD))
    answers, events = opened().feed(data)
    assert [event.kind for event in events] == ["reading"]
    assert FrameReader().feed(answers) == [Frame(ACK, 1, SESSION)]


def test_damage_of_two_kinds_is_listed_and_counted_for_its_own_bytes_alone() -> None:
    made = opened()
    whole = encode(Frame(READING, 1, SESSION, PAYLOAD))
    flipped = whole[:-3] + bytes([whole[-3] ^ 0x10]) + whole[-2:]
    first = made.feed(b"\x02\x07\x07\x00" + flipped)[1]
    assert [event.kind for event in first] == ["damaged"]
    assert first[0].detail == "2 frames dropped (cobs 1, crc 1)"
    assert made.feed(b"\x02\x07\x07\x00")[1][0].detail == "1 frames dropped (cobs 1)"
    assert made.feed(whole)[1] == [Event("reading", READ, SESSION, 1)]


class MemoryPort:
    """A port whose other end is a function of the frames written; nothing arrives for what it does not answer."""

    def __init__(self, answer: Answer) -> None:
        self.url, self.written, self.closed = "memory", [], False  # type: ignore[var-annotated]
        self._answer, self._waiting = answer, b""

    def write(self, data: bytes) -> None:
        (frame,) = FrameReader().feed(data)
        self.written.append(frame)
        self._waiting += self._answer(frame)

    def read(self) -> bytes:
        waiting, self._waiting = self._waiting, b""
        return waiting

    def close(self) -> None:
        self.closed = True


def obedient(frame: Frame) -> bytes:
    kind = WELCOME if frame.type == HELLO else ACK
    return encode(Frame(kind, frame.sequence, frame.session, encode_name("a board") if kind == WELCOME else b""))


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Link, MemoryPort]]:
    """Opens a link over a port in memory, with waits of next to nothing."""

    def open_it(answer: Answer, **options: object) -> tuple[Link, MemoryPort]:
        port = MemoryPort(answer)
        monkeypatch.setattr(link, "Port", lambda url, baud_rate: port)
        return Link("memory", **({"ack_timeout_s": 0.001} | options)), port  # type: ignore[arg-type]

    return open_it


def test_a_reader_greets_by_its_name_and_learns_the_controllers(line: Callable[..., tuple[Link, MemoryPort]]) -> None:
    to_sorter, port = line(obedient)
    assert to_sorter.controller == "a board"
    assert decode_name(port.written[0].payload) == "posteye"
    assert decode_name(line(obedient, name="desk 4")[1].written[0].payload) == "desk 4"


def test_a_delivery_says_how_it_went(line: Callable[..., tuple[Link, MemoryPort]]) -> None:
    to_sorter, port = line(obedient, ack_timeout_s=1.0)
    for sequence in (1, 2):
        delivery = to_sorter.send_reading(READ)
        assert (delivery.session, delivery.sequence, delivery.transmissions) == (to_sorter.session, sequence, 1)
        assert 0 <= delivery.elapsed_s < 1
        assert port.written[-1] == Frame(READING, sequence, to_sorter.session, PAYLOAD)
    to_sorter.close()
    assert port.closed


@pytest.mark.parametrize(("drawn", "session"), [(0, 1), (2**32 - 2, 2**32 - 1)])
def test_sessions_are_drawn_from_all_numbers_but_zero(
    line: Callable[..., tuple[Link, MemoryPort]], monkeypatch: pytest.MonkeyPatch, drawn: int, session: int
) -> None:
    asked: list[int] = []

    def randbelow(below: int) -> int:
        asked.append(below)
        return drawn

    monkeypatch.setattr(link.secrets, "randbelow", randbelow)
    assert line(obedient)[0].session == session
    assert asked == [2**32 - 1]


def restarting(after: int) -> Answer:
    """A board that swallows so many copies of its first reading and then knows no session until it is greeted."""
    copies: list[Frame] = []
    greetings: list[Frame] = []

    def answer(frame: Frame) -> bytes:
        if frame.type == HELLO:
            greetings.append(frame)
            return obedient(frame)
        if len(greetings) > 1:
            return obedient(frame)
        copies.append(frame)
        if len(copies) <= after:
            return b""
        return encode(Frame(NAK, frame.sequence, frame.session, encode_cause(NakCause.UNKNOWN_SESSION)))

    return answer


def test_a_board_that_restarted_before_the_reading_gets_it_in_a_new_session(
    line: Callable[..., tuple[Link, MemoryPort]],
) -> None:
    to_sorter, port = line(restarting(after=0))
    delivery = to_sorter.send_reading(READ)
    assert (delivery.sequence, delivery.transmissions) == (1, 2)
    assert [frame.type for frame in port.written] == [HELLO, READING, HELLO, READING]
    assert port.written[0].session != port.written[2].session == delivery.session


@pytest.mark.parametrize("after", [1, 2])
def test_a_board_that_restarted_while_the_reading_was_under_way_is_not_trusted(
    line: Callable[..., tuple[Link, MemoryPort]], after: int
) -> None:
    to_sorter, _ = line(restarting(after))
    with pytest.raises(NoAnswerError) as caught:
        to_sorter.send_reading(READ)
    assert str(caught.value) == (
        "the controller on memory restarted while the reading of piece 7 was on its way: "
        "it may or may not have been acted upon"
    )


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (lambda frame: b"", "nothing came back (is the controller running, and this its port?)"),
        (
            lambda frame: b"\x55",
            "3 bytes came back, but no answer (another baud rate, or another program on the line?)",
        ),
        (encode, "only an echo came back (receive shorted to transmit, or a terminal that echoes?)"),
    ],
    ids=["nothing", "a byte a try", "an echo"],
)
def test_silence_is_described_by_what_came_back_for_this_request(
    line: Callable[..., tuple[Link, MemoryPort]], back: Answer, words: str
) -> None:
    to_sorter, port = line(lambda frame: obedient(frame) if frame.type == HELLO else back(frame), ack_timeout_s=0.01)
    with pytest.raises(NoAnswerError) as caught:
        to_sorter.send_reading(READ)
    assert str(caught.value) == (
        f"no acknowledgement of the reading of piece 7 on memory after 3 tries in 0.07 s: {words}"
    )
    assert len(port.written) == 4 and len(set(port.written[1:])) == 1  # the greeting, and the same frame three times


def test_a_controller_says_who_it_is_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    hello = Frame(HELLO, 0, SESSION, encode_name("a reader"))
    welcomes = [Sorter().feed(encode(hello))[0]]
    stop = threading.Event()

    class Board(MemoryPort):
        def __init__(self, url: str, baud_rate: int, poll_s: float) -> None:
            super().__init__(lambda frame: b"")
            self._waiting = encode(hello)

        def write(self, data: bytes) -> None:
            welcomes.append(data)
            stop.set()

    monkeypatch.setattr(serving, "Port", Board)
    serve("tty", lambda event: None, stop)
    assert [decode_name(FrameReader().feed(data)[0].payload) for data in welcomes] == ["posteye sorter"] * 2


def test_both_ends_open_the_port_at_the_rate_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def no_port(url: str, baud_rate: int = -1, poll_s: float = 0) -> None:
        asked.append((url, baud_rate))
        raise PortError("there is none")

    monkeypatch.setattr(link, "Port", no_port)
    monkeypatch.setattr(serving, "Port", no_port)
    for options, rate in (({}, BAUD_RATE), ({"baud_rate": 9600}, 9600)):
        for end in (lambda **o: Link("tty", **o), lambda **o: serve("tty", print, threading.Event(), **o)):
            with pytest.raises(PortError):
                end(**options)
            assert asked.pop() == ("tty", rate)


def test_a_port_that_comes_back_is_opened_as_before_and_the_broken_frame_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The old connection ended within a frame; the new one begins with a whole one, which must be read."""
    whole = encode(Frame(HELLO, 0, SESSION, encode_name("a reader")))
    stop = threading.Event()
    asked: list[tuple[str, int]] = []
    told: list[Event] = []
    answers: list[bytes] = []

    class Board:
        def __init__(self, url: str, baud_rate: int, poll_s: float) -> None:
            asked.append((url, baud_rate))
            if len(asked) in (2, 3):
                raise PortError("not yet")
            self._arriving = [whole[:-4]] if len(asked) == 1 else [whole[1:]]

        def read(self) -> bytes:
            if self._arriving:
                return self._arriving.pop()
            if len(asked) == 1:
                raise PortError("it went away")
            stop.set()
            return b""

        def write(self, data: bytes) -> None:
            answers.append(data)

        def close(self) -> None:
            told.append(Event("lost", detail="closed"))

    monkeypatch.setattr(serving, "Port", Board)
    monkeypatch.setattr(serving, "REOPEN_S", 0.001)
    serve("tty", told.append, stop, name="desk 4", baud_rate=9600)
    assert asked == [("tty", 9600)] * 4
    assert [str(event) for event in told if event.kind != "damaged"] == [
        "opened: tty",
        "lost: it went away",
        "lost: closed",
        "opened: tty",
        f"session: {SESSION:08x} opened by a reader",
        "lost: closed",
    ]
    (welcome,) = FrameReader().feed(b"".join(answers))
    assert decode_name(welcome.payload) == "desk 4"
