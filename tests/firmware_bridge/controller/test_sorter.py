"""The controller's end: the rules of delivery, its events, and what happens when its port goes."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import Cable, Event, Link, PortError, ReadingMessage, Sorter, serve
from firmware_bridge.protocol.frame import ACK, HELLO, NAK, READING, WELCOME, Frame, FrameReader, encode
from firmware_bridge.protocol.message import NakCause, decode_name, encode_name, encode_reading

SESSION = 0x5F3A12C4
PAYLOAD = encode_reading(ReadingMessage(7, "accepted", "10115", 0.9973, 84))
GREETING = Frame(HELLO, 0, SESSION, encode_name("a reader"))


def ask(sorter: Sorter, request: Frame) -> tuple[Frame, list[str]]:
    """Return the one answer to a request and the kinds of its events."""
    answers, events = sorter.feed(encode(request))
    (answer,) = FrameReader().feed(answers)
    assert (answer.session, answer.sequence, answer.version) == (request.session, request.sequence, 1)
    return answer, [event.kind for event in events]


def greeted(last: int = 0) -> Sorter:
    sorter = Sorter()
    ask(sorter, GREETING)
    if last:
        ask(sorter, Frame(READING, last, SESSION, PAYLOAD))
    return sorter


def test_the_examples_of_the_protocol_page_answer_each_other(examples: dict[str, tuple[bytes, bytes]]) -> None:
    sorter = Sorter("posteye sorter 0.1.0")
    assert sorter.feed(examples["reading-no-code"][1])[0] == examples["nak-unknown-session"][1]
    assert sorter.feed(examples["hello"][1])[0] == examples["welcome"][1]
    assert sorter.feed(examples["reading-accepted"][1])[0] == examples["ack"][1]


def test_hello_is_answered_with_the_name_and_opens_a_session_once() -> None:
    sorter = Sorter("a sorter")
    answer, kinds = ask(sorter, GREETING)
    assert (answer.type, decode_name(answer.payload), kinds) == (WELCOME, "a sorter", ["session"])
    ask(sorter, Frame(READING, 1, SESSION, PAYLOAD))
    assert ask(sorter, GREETING)[1] == []
    assert ask(sorter, Frame(READING, 1, SESSION, PAYLOAD))[1] == ["duplicate"]


@pytest.mark.parametrize(
    ("last", "request_frame", "answer_type", "cause", "kind"),
    [
        (0, Frame(READING, 1, SESSION, PAYLOAD), ACK, None, "reading"),
        (5, Frame(READING, 6, SESSION, PAYLOAD), ACK, None, "reading"),
        (5, Frame(READING, 65_535, SESSION, PAYLOAD + b"\x00\x00later fields"), ACK, None, "reading"),
        (5, Frame(READING, 5, SESSION, PAYLOAD), ACK, None, "duplicate"),
        (5, Frame(READING, 4, SESSION, PAYLOAD), NAK, NakCause.STALE_SEQUENCE, "refused"),
        (0, Frame(READING, 0, SESSION, PAYLOAD), NAK, NakCause.STALE_SEQUENCE, "refused"),
        (5, Frame(READING, 6, SESSION + 1, PAYLOAD), NAK, NakCause.UNKNOWN_SESSION, "refused"),
        (5, Frame(READING, 6, 0, PAYLOAD), NAK, NakCause.UNKNOWN_SESSION, "refused"),
        (5, Frame(HELLO, 0, 0, GREETING.payload), NAK, NakCause.UNKNOWN_SESSION, "refused"),
        (5, Frame(READING, 6, SESSION, PAYLOAD[:-1]), NAK, NakCause.MALFORMED_PAYLOAD, "refused"),
        (5, Frame(READING, 5, SESSION, PAYLOAD[:-1]), NAK, NakCause.MALFORMED_PAYLOAD, "refused"),
        (5, Frame(READING, 4, SESSION, PAYLOAD[:-1]), NAK, NakCause.STALE_SEQUENCE, "refused"),
        (5, Frame(READING, 6, SESSION + 1, PAYLOAD[:-1]), NAK, NakCause.UNKNOWN_SESSION, "refused"),
        (5, Frame(HELLO, 0, 0, b""), NAK, NakCause.UNKNOWN_SESSION, "refused"),
        (5, Frame(HELLO, 0, SESSION + 1, b""), NAK, NakCause.MALFORMED_PAYLOAD, "refused"),
        (5, Frame(HELLO, 0, SESSION + 1, b"\x05abc"), NAK, NakCause.MALFORMED_PAYLOAD, "refused"),
        (5, Frame(0x05, 6, SESSION, PAYLOAD), NAK, NakCause.UNKNOWN_TYPE, "refused"),
        (5, Frame(READING, 6, SESSION, PAYLOAD, version=2), NAK, NakCause.UNSUPPORTED_VERSION, "refused"),
    ],
)
def test_table_of_delivery(
    last: int, request_frame: Frame, answer_type: int, cause: NakCause | None, kind: str
) -> None:
    sorter = greeted(last)
    answer, kinds = ask(sorter, request_frame)
    assert answer.type == answer_type
    assert answer.payload == (bytes([cause]) if cause else b"")
    assert kinds == [kind]
    if kind == "refused":  # and nothing has changed
        assert ask(sorter, Frame(READING, last + 1, SESSION, PAYLOAD))[1] == ["reading"]


def test_a_controller_that_was_never_greeted_refuses_session_zero_too() -> None:
    assert ask(Sorter(), Frame(READING, 1, 0, PAYLOAD))[0].payload == bytes([NakCause.UNKNOWN_SESSION])


@pytest.mark.parametrize("kind", [WELCOME, ACK, NAK, 0xFF])
def test_answers_are_not_answered(kind: int) -> None:
    assert greeted().feed(encode(Frame(kind, 1, SESSION, b"\x01"))) == (b"", [])


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(0, 6)), max_size=40))
def test_no_order_of_frames_makes_it_act_twice(frames: list[tuple[int, int]]) -> None:
    """Sequence 0 stands for the HELLO of its session; readers never open a session again once they have another."""
    sorter = Sorter()
    acted: list[tuple[int, int]] = []
    newest = 0
    for session, sequence in frames:
        if sequence == 0 and session < newest:
            continue
        newest = max(newest, session) if sequence == 0 else newest
        frame = Frame(READING, sequence, session, PAYLOAD) if sequence else Frame(HELLO, 0, session, b"\x00")
        _, events = sorter.feed(encode(frame))
        acted += [(session, sequence) for event in events if event.kind == "reading"]
    assert len(acted) == len(set(acted))
    assert acted == sorted(acted)


def test_it_works_after_100_kb_of_noise() -> None:
    generator = random.Random(3)
    sorter = greeted()
    for _ in range(100):
        answers, events = sorter.feed(generator.randbytes(1000))
        assert answers == b""
        assert {event.kind for event in events} <= {"damaged"}
    assert sorter.dropped.total() > 100
    assert "reading" in ask(sorter, Frame(READING, 1, SESSION, PAYLOAD))[1]


def test_several_frames_at_once_are_answered_in_order() -> None:
    requests = [GREETING, Frame(READING, 1, SESSION, PAYLOAD), Frame(0x05, 2, SESSION)]
    answers, events = Sorter().feed(b"".join(map(encode, requests)) + b"\x02\x07\x07\x00")
    assert [answer.type for answer in FrameReader().feed(answers)] == [WELCOME, ACK, NAK]
    assert [event.kind for event in events] == ["session", "reading", "refused", "damaged"]
    assert events[-1].detail == "1 frames dropped (cobs 1)"


@pytest.mark.parametrize(
    ("event", "line", "fields"),
    [
        (
            Event("reading", ReadingMessage(7, "accepted", "10115", 0.9973, 84), SESSION, 1),
            "piece 7: accepted 10115, confidence 0.9973, 84 ms",
            {
                "event": "reading",
                "session": "5f3a12c4",
                "sequence": 1,
                "piece": 7,
                "status": "accepted",
                "code": "10115",
                "confidence": 0.9973,
                "elapsed_ms": 84,
            },
        ),
        (
            Event("duplicate", ReadingMessage(8, "rejected", "10775", 0.41, 91), SESSION, 2),
            "piece 8: rejected (best guess 10775), confidence 0.4100, 91 ms (sent again, not acted upon)",
            {
                "event": "duplicate",
                "session": "5f3a12c4",
                "sequence": 2,
                "piece": 8,
                "status": "rejected",
                "code": "10775",
                "confidence": 0.41,
                "elapsed_ms": 91,
            },
        ),
        (
            Event("reading", ReadingMessage(9, "no_code", None, 0.0, 77), 1, 3),
            "piece 9: no code, confidence 0.0000, 77 ms",
            {
                "event": "reading",
                "session": "00000001",
                "sequence": 3,
                "piece": 9,
                "status": "no_code",
                "code": None,
                "confidence": 0.0,
                "elapsed_ms": 77,
            },
        ),
        (
            Event("refused", None, SESSION, 4, "unknown session"),
            "refused: unknown session",
            {"event": "refused", "session": "5f3a12c4", "sequence": 4, "detail": "unknown session"},
        ),
        (
            Event("opened", detail="/dev/ttyACM0"),
            "opened: /dev/ttyACM0",
            {"event": "opened", "detail": "/dev/ttyACM0"},
        ),
    ],
)
def test_events_print_for_people_and_for_programs(event: Event, line: str, fields: dict[str, Any]) -> None:
    assert str(event) == line
    assert "\n" not in event.as_json()
    assert json.loads(event.as_json()) == fields


def test_the_reading_is_handed_over_before_it_is_acknowledged(
    cable: Callable[..., Cable], reading: ReadingMessage
) -> None:
    line = cable()
    stop, acting, go_on = threading.Event(), threading.Event(), threading.Event()

    def act(event: Event) -> None:
        if event.kind == "reading":
            acting.set()
            go_on.wait(5)

    thread = threading.Thread(target=serve, args=(line.sorter_end, act, stop))
    thread.start()
    deliveries: list[Any] = []
    with Link(line.reader_end, ack_timeout_s=2) as to_sorter:
        sender = threading.Thread(target=lambda: deliveries.append(to_sorter.send_reading(reading)))
        sender.start()
        assert acting.wait(5)
        sender.join(0.1)
        assert not deliveries
        go_on.set()
        sender.join(5)
    assert len(deliveries) == 1
    stop.set()
    thread.join(5)


def test_noise_on_the_line_does_not_stop_serving(controller: Any, reading: ReadingMessage) -> None:
    noise = random.Random(4).randbytes(3000)
    with Cable(to_sorter=lambda data: noise + data) as line:
        sorter = controller(line.sorter_end)
        with Link(line.reader_end) as to_sorter:
            to_sorter.send_reading(reading)
    assert [event.reading for event in sorter.of_kind("reading")] == [reading]
    assert sorter.of_kind("damaged")


def test_serving_goes_on_when_the_port_comes_back(
    tmp_path: Path, cable: Callable[..., Cable], controller: Any, reading: ReadingMessage
) -> None:
    by_id = tmp_path / "usb-sorter"
    first = cable()
    by_id.symlink_to(first.sorter_end)
    sorter = controller(str(by_id))
    with Link(first.reader_end) as to_sorter:
        to_sorter.send_reading(reading)
        session = to_sorter.session
        first.unplug()
    sorter.wait_for("lost")
    assert "unplugged" in str(sorter.of_kind("lost")[0])
    by_id.unlink()
    second = cable()
    by_id.symlink_to(second.sorter_end)
    sorter.wait_for("opened", 2)
    with Link(second.reader_end) as to_sorter:
        # What the first connection delivered is still remembered.
        to_sorter._port.write(encode(Frame(READING, 1, session, PAYLOAD)))
        to_sorter.send_reading(reading)
    assert len(sorter.of_kind("reading")) == 2


def test_serving_stops_while_the_port_is_gone(cable: Callable[..., Cable], controller: Any) -> None:
    line = cable()
    sorter = controller(line.sorter_end)
    line.unplug()
    sorter.wait_for("lost")
    sorter.stop()
    assert len(sorter.of_kind("opened")) == 1


def test_a_missing_port_is_an_error_at_the_start() -> None:
    with pytest.raises(PortError, match="no serial port /dev/ttyUSB99"):
        serve("/dev/ttyUSB99", print, threading.Event())
