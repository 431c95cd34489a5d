"""The controller library in C answers and acts as the controller in Python does, whatever arrives."""

from __future__ import annotations

import ctypes
import os
import random
import re

from firmware_bridge import SPEAKS, Event, Sorter
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import FrameReader
from firmware_bridge.protocol.notice import Statistics
from tests.firmware_bridge.controller.c_library import CController
from tests.firmware_bridge.controller.traffic import Traffic

# The full comparison: POSTEYE_WIRE_FRAMES=1000000 pytest tests/firmware_bridge/controller/test_c_agreement.py
FRAMES = int(os.environ.get("POSTEYE_WIRE_FRAMES", "100000"))
FRAMES_AT_ONCE = 20


def test_c_and_python_agree_on_random_and_mutated_frames(library: ctypes.CDLL) -> None:
    traffic, now_ms = Traffic(random.Random(1959)), 0
    in_c = CController(library)
    in_python = Sorter("mysorter 1.0", speaks=SPEAKS, clock=lambda: now_ms / 1000)
    kinds, causes = set(), set()
    for number in range(FRAMES // FRAMES_AT_ONCE):
        now_ms += 100
        in_c.poll(now_ms)
        data = traffic.arriving(FRAMES_AT_ONCE)
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
            answers = FrameReader().feed(expected)
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
    return [one for one in controller.told if one[0] == what]


def test_c_and_python_agree_on_bytes_that_are_no_frames(library: ctypes.CDLL) -> None:
    generator = random.Random(1978)
    in_c, in_python = CController(library), Sorter("mysorter 1.0", speaks=SPEAKS, clock=lambda: 0.0)
    for _ in range(3_000):
        alphabet = generator.choice((range(256), range(3), (0, 1, 2, 254, 255), (1, 2, 255)))
        data = bytes(generator.choices(alphabet, k=generator.choice((1, 20, 254, 255, 256, 257, 600))))
        assert in_c.feed(data) == in_python.feed(data)[0]
    assert in_c.statistics.dropped == in_python.dropped.total() > 1_000
