"""The controller library in C: what it answers, when it repeats, what it calls back."""

from __future__ import annotations

import ctypes
import random

import pytest

from firmware_bridge import SPEAKS, ReadingMessage
from firmware_bridge.protocol import table
from firmware_bridge.protocol.codec import pack
from firmware_bridge.protocol.frame import Frame, FrameReader, encode
from firmware_bridge.protocol.message import NakCause, encode_name, encode_reading
from firmware_bridge.protocol.notice import Capability, Heartbeat, ReaderIdentity, Setting, TriggerMessage
from tests.firmware_bridge.controller.c_library import CController
from tests.firmware_bridge.controller.traffic import Traffic

NOT_TAKEN = 255


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
    assert one.feed(b"".join(traffic.arriving(20) for _ in range(50)))
    one.call("trigger", ctypes.c_uint32(1), ctypes.c_uint16(0), ctypes.c_uint32(0))
    for now_ms in range(0, 400, 10):
        one.poll(now_ms)
    assert one.statistics.repeats == 3 and one.told == []
