"""The controller library in C: it answers and acts as the controller in Python does, whatever arrives."""

from __future__ import annotations

import ctypes
import os
import random
import re
from collections.abc import Callable

import pytest

from benchmarks.attack.cases.memory_port import Line, plugged_in
from build_core import NoCompilerError, compiler
from docs.build.wire_header import HEADER, header
from firmware_bridge import Event, Link, NoAnswerError, ReadingMessage, Sorter
from firmware_bridge.protocol import table
from firmware_bridge.protocol.codec import pack
from firmware_bridge.protocol.frame import Frame, FrameReader, encode
from firmware_bridge.protocol.message import NakCause, encode_name, encode_reading
from firmware_bridge.protocol.notice import Capability, Heartbeat, ReaderIdentity, Setting, Statistics, TriggerMessage
from tests.firmware_bridge.controller.c_library import CController, load
from tests.firmware_bridge.controller.traffic import Traffic, damaged

# The full comparison: POSTEYE_WIRE_FRAMES=1000000 pytest tests/firmware_bridge/controller/test_c_library.py
FRAMES = int(os.environ.get("POSTEYE_WIRE_FRAMES", "100000"))
FRAMES_AT_ONCE = 20
NOT_TAKEN = 255
SPEAKS = Capability.NO_READ | Capability.HEARTBEAT | Capability.STATS | Capability.TRIGGER | Capability.TIME
Start = Callable[..., CController]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    try:
        return load(compiler(), tmp_path_factory.mktemp("controller"))
    except NoCompilerError as error:
        pytest.skip(f"THE CONTROLLER LIBRARY IN C IS NOT TESTED: {error}: apt-get install gcc")


@pytest.fixture
def controller(library: ctypes.CDLL) -> CController:
    """One with an open session, 9."""
    one = CController(library)
    assert one.started
    hello = encode(Frame(table.HELLO.type, 0, 9, encode_name("a reader")))
    assert one.feed(hello) == encode(Frame(table.WELCOME.type, 0, 9, encode_name("mysorter 1.0")))
    assert one.told == [("opened", 9, "a reader")]
    one.told.clear()
    return one


def frames(data: bytes) -> list[Frame]:
    return FrameReader().feed(data)


def reading(sequence: int, piece: int = 7) -> bytes:
    return encode(Frame(table.READING.type, sequence, 9, encode_reading(ReadingMessage(piece, "no_code", None, 0, 1))))


def test_the_header_is_that_of_the_table() -> None:
    assert HEADER.read_text("utf-8") == header(), "make pages"


def test_c_and_python_agree_on_random_and_mutated_frames(library: ctypes.CDLL) -> None:
    traffic, now_ms = Traffic(random.Random(1959)), 0
    in_c = CController(library)
    in_python = Sorter("mysorter 1.0", speaks=SPEAKS, clock=lambda: now_ms / 1000)
    kinds, causes = set(), set()
    for number in range(FRAMES // FRAMES_AT_ONCE):
        now_ms += 100
        in_c.poll(now_ms)
        data = traffic.bytes(FRAMES_AT_ONCE)
        expected, events = _fed(in_python, data)
        assert in_c.feed(data) == expected, f"batch {number}: {data.hex()}"
        reports = [(one.reading, one.session, one.sequence) for one in events if one.kind == "reading"]
        assert in_c.reports == reports
        told = [one.detail for one in events if one.kind == "session"]
        assert [f"{session:08x} opened by {name}" for what, session, name in _told(in_c, "opened")] == told
        assert len(_told(in_c, "identified")) == sum(one.kind == "identity" for one in events)
        assert len(_told(in_c, "alive")) == sum(one.kind == "heartbeat" for one in events)
        in_c.reports.clear()
        in_c.told.clear()
        if number % 100 == 0:
            answers = frames(expected)
            kinds |= {one.type for one in answers}
            causes |= {one.payload[0] for one in answers if one.type == table.NAK.type}
    counts = in_c.statistics
    assert counts == Statistics(
        **vars(in_python.statistics) | {"uptime": now_ms // 1000, "dropped": in_python.dropped.total()}
    )
    assert kinds == {one.type for one in table.MESSAGES if 0x80 <= one.type < 0xA0}
    assert causes == {1, 2, 3, 4, 5} and set(in_python.dropped) == {"oversize", "cobs", "short", "crc"}
    assert counts.taken > FRAMES / 10 and counts.duplicates > FRAMES / 50


def _fed(sorter: Sorter, data: bytes) -> tuple[bytes, list[Event]]:
    """Give it frame by frame: of what it is given at once, it counts the damaged ones last."""
    answers, events = b"", []
    for piece in re.findall(rb"[^\0]*\0|[^\0]+", data):
        answer, happened = sorter.feed(piece)
        answers += answer
        events += happened
    return answers, events


def _told(controller: CController, what: str) -> list[tuple[str, int, str]]:
    return [one for one in controller.told if one[0] == what]  # type: ignore[misc]


def test_c_and_python_agree_on_bytes_that_are_no_frames(library: ctypes.CDLL) -> None:
    generator = random.Random(1978)
    in_c, in_python = CController(library), Sorter("mysorter 1.0", speaks=SPEAKS, clock=lambda: 0.0)
    for _ in range(3_000):
        alphabet = generator.choice((range(256), range(3), (0, 1, 2, 254, 255), (1, 2, 255)))
        data = bytes(generator.choices(alphabet, k=generator.choice((1, 20, 254, 255, 256, 257, 600))))
        assert in_c.feed(data) == in_python.feed(data)[0]
    assert in_c.statistics.dropped == in_python.dropped.total() > 1_000


def test_every_delivered_reading_was_taken_over_once_and_in_order(library: ctypes.CDLL) -> None:
    generator = random.Random(1998)
    one = CController(library)
    line = Line(lambda sent: [(0.0, damaged(one.feed(damaged(sent, generator)), generator))])
    sent = [ReadingMessage(piece, "accepted", f"{piece:05}", 0.5, 84, bin="A3") for piece in range(500)]
    delivered = []
    with plugged_in(line, generator):
        link = Link("memory")
        for piece in sent:
            try:
                link.send_reading(piece)
                delivered.append(piece.piece)
            except NoAnswerError:
                continue  # may have been taken over
    pieces = [report.piece for report, _, _ in one.reports]
    assert pieces == sorted(set(pieces)) and set(delivered) <= set(pieces) and len(delivered) > 450
    assert all(report == sent[report.piece] for report, _, _ in one.reports)


def test_a_report_that_was_not_taken_over_is_not_acknowledged_and_may_come_again(controller: CController) -> None:
    controller.takes = False
    assert controller.feed(reading(1)) == b"" and controller.statistics.taken == 0
    controller.takes = True
    (answer,) = frames(controller.feed(reading(1)))
    assert answer.type == table.ACK.type and len(controller.reports) == controller.statistics.taken == 1


def test_a_controller_that_remembers_goes_on(library: ctypes.CDLL) -> None:
    one = CController(library)
    one.call("resume", ctypes.c_uint32(9), ctypes.c_uint16(4))
    (answer,) = frames(one.feed(reading(4)))
    assert answer.type == table.ACK.type and one.reports == [] and one.statistics.duplicates == 1
    assert one.feed(reading(5)) and len(one.reports) == 1


def test_what_it_is_and_what_the_reader_is(controller: CController) -> None:
    reader = ReaderIdentity(Capability.TRIGGER, b"\x01\x00\x02\x00\x03\x00\x04\x00", "posteye 9")
    (answer,) = frames(controller.feed(encode(Frame(table.IDENTIFY.type, 1, 9, reader.encode()))))
    assert answer.payload == pack(table.IDENTITY, {"capabilities": int(SPEAKS), "model": "mysorter 1.0"})
    beat = Heartbeat(2**32 - 1, 70_000, 2)  # type: ignore[arg-type] # disk full
    controller.feed(encode(Frame(table.HEARTBEAT.type, 2, 9, beat.encode())))
    assert controller.told == [("identified", reader), ("alive", beat)]


def test_a_trigger_is_sent_again_until_it_is_taken(controller: CController) -> None:
    assert controller.call("trigger", ctypes.c_uint32(70_001), ctypes.c_uint16(100), ctypes.c_uint32(1_000))
    first = controller.sent()
    assert first == encode(Frame(table.TRIGGER.type, 1, 9, TriggerMessage(70_001, 100, 0).encode()))
    assert controller.poll(1_019) == b""
    assert controller.poll(1_020) == encode(Frame(table.TRIGGER.type, 1, 9, TriggerMessage(70_001, 100, 20).encode()))
    assert controller.poll(1_059) == b"" and controller.poll(1_060)
    taken = Frame(table.TAKEN.type, 1, 9, b"\x00")
    for other in (Frame(taken.type, 2, 9, b"\x00"), Frame(taken.type, 1, 8, b"\x00"), Frame(taken.type, 1, 9)):
        assert controller.feed(encode(other)) == b"" and controller.told == []
    assert controller.feed(encode(taken)) == controller.feed(encode(taken)) == b""
    assert controller.told == [("triggered", 70_001, 0)] and controller.poll(2_000) == b""
    assert (controller.statistics.triggers, controller.statistics.repeats) == (1, 2)


def test_a_trigger_that_nobody_takes_is_given_up(controller: CController) -> None:
    controller.call("trigger", ctypes.c_uint32(1), ctypes.c_uint16(0), ctypes.c_uint32(2**32 - 30))  # the clock wraps
    controller.sent()
    sent_ms = [ms for ms in range(400) if controller.poll((2**32 - 30 + ms) % 2**32)]
    assert sent_ms == [20, 60, 140]
    assert controller.told == [("triggered", 1, NOT_TAKEN)]


def test_a_refused_trigger_is_settled_with_its_cause(controller: CController) -> None:
    controller.call("trigger", ctypes.c_uint32(1), ctypes.c_uint16(0), ctypes.c_uint32(0))
    controller.feed(encode(Frame(table.TAKEN.type, 1, 9, bytes([NakCause.MALFORMED_PAYLOAD]))))
    assert controller.told == [("triggered", 1, NakCause.MALFORMED_PAYLOAD)]


def test_triggers_without_a_session_begin_again_in_the_one_that_is_opened(library: ctypes.CDLL) -> None:
    one = CController(library)
    assert all(one.call("trigger", ctypes.c_uint32(n), ctypes.c_uint16(0), ctypes.c_uint32(0)) for n in range(8))
    assert not one.call("trigger", ctypes.c_uint32(8), ctypes.c_uint16(0), ctypes.c_uint32(0))  # all are on their way
    assert [frame.session for frame in frames(one.sent())] == 8 * [0]
    one.feed(encode(Frame(table.HELLO.type, 0, 9, encode_name(""))))
    again = frames(one.poll(5))
    assert [frame.session for frame in again] == 8 * [9] and [frame.sequence for frame in again] == [*range(9, 17)]
    assert TriggerMessage.decode(again[0].payload).age_ms == 5
    one.feed(encode(Frame(table.TAKEN.type, 1, 9, b"\x00")))  # a number of the old session settles nothing
    assert one.told == [("opened", 9, "")]


def test_time_and_settings(library: ctypes.CDLL, controller: CController) -> None:
    unix_ms = 1_798_761_600_123
    assert controller.call("tell_time", ctypes.c_uint64(unix_ms))
    assert controller.sent() == encode(Frame(table.TIME.type, 1, 9, pack(table.TIME, {"time": unix_ms})))
    assert controller.call("ask_setting", b"deadline")
    assert controller.sent() == encode(Frame(table.CONFIG_GET.type, 2, 9, Setting("deadline").encode()))
    assert controller.call("change_setting", 32 * b"k", 64 * b"v")
    assert controller.sent() == encode(Frame(table.CONFIG_SET.type, 3, 9, Setting(32 * "k", 64 * "v").encode()))
    assert not any(
        controller.call("change_setting", *words) for words in ((33 * b"k", b""), (b"k", 65 * b"v"), (b"\n", b""))
    )
    assert not controller.call("ask_setting", b"\x7f")
    setting = Setting("deadline", "100", NakCause.NOT_ALLOWED)
    for session in (9, 8):
        controller.feed(encode(Frame(table.CONFIG.type, 3, session, setting.encode_answer())))
    assert controller.told == [("setting", setting)] and controller.sent() == b""
    mute = CController(library)
    assert not any((mute.call("tell_time", ctypes.c_uint64(1)), mute.call("ask_setting", b"k")))
    assert not mute.call("change_setting", b"k", b"v")


def test_its_own_numbers_begin_again_behind_the_last(controller: CController) -> None:
    for _ in range(65_535):
        controller.call("tell_time", ctypes.c_uint64(0))
    assert frames(controller.sent())[-1].sequence == 65_535
    controller.call("tell_time", ctypes.c_uint64(0))
    assert frames(controller.sent())[0].sequence == 1


def test_what_cannot_be_started_says_so(library: ctypes.CDLL) -> None:
    assert CController(library, 64 * "m").started and CController(library, "").started
    assert not CController(library, 65 * "m").started and not CController(library, "\u00e9").started


def test_callbacks_may_be_missing(library: ctypes.CDLL) -> None:
    one = CController(library, listens=False)
    traffic = Traffic(random.Random(1))
    assert one.feed(b"".join(traffic.bytes(20) for _ in range(50)))
    one.call("trigger", ctypes.c_uint32(1), ctypes.c_uint16(0), ctypes.c_uint32(0))
    for now_ms in range(0, 400, 10):
        one.poll(now_ms)
    assert one.statistics.repeats == 3 and one.told == []
