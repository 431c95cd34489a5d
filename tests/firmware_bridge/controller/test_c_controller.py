"""The controller in C of docs/protocol.md: compiled as it stands, and joined to the reader's end by a bad line."""

from __future__ import annotations

import ctypes
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.attack.cases.memory_port import Line, plugged_in
from firmware_bridge import Link, NoAnswerError, ReadingMessage, Sorter
from firmware_bridge.protocol.frame import Frame, FrameReader, encode
from firmware_bridge.protocol.message import Report, decode_reading, encode_name, encode_reading
from firmware_bridge.protocol.notice import Capability
from tests.firmware_bridge.conftest import PROTOCOL_PAGE
from tests.firmware_bridge.controller.traffic import damaged

# What the page leaves to the board: a CRC-32, and the two ways out.
BOARD = """
typedef void put_t(uint8_t, uint16_t, uint32_t, const void *, unsigned);
typedef void act_t(const uint8_t *);
static put_t *put_out; static act_t *act_out;
void board(put_t *p, act_t *a);
void board(put_t *p, act_t *a) { put_out = p; act_out = a; }
void put(uint8_t type, const uint8_t *request, const void *payload, unsigned length) {
    uint32_t session =
        request[4] | (uint32_t)request[5] << 8 | (uint32_t)request[6] << 16 | (uint32_t)request[7] << 24;
    put_out(type, (uint16_t)(request[2] | request[3] << 8), session, payload, length);
}
void act(const uint8_t *reading) { act_out(reading); }
uint32_t crc32(const uint8_t *b, unsigned n) {
    uint32_t c = 0xFFFFFFFF;
    while (n--) { c ^= *b++; for (int k = 0; k < 8; k++) c = c >> 1 ^ (c & 1 ? 0xEDB88320 : 0); }
    return ~c;
}
"""
Feed = Callable[[bytes], bytes]


@pytest.fixture
def acted() -> list[ReadingMessage]:
    """What the controller acted upon, in order."""
    return []


@pytest.fixture
def controller(tmp_path: Path, acted: list[ReadingMessage]) -> Feed:
    """Gives bytes to the controller and returns its answers."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("no C compiler: apt-get install gcc")
    found = re.search(r"```c\n(.*?)```", PROTOCOL_PAGE.read_text("utf-8"), re.S)
    assert found
    source, library = tmp_path / "controller.c", tmp_path / "controller.so"
    source.write_text(found[1] + BOARD)
    strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wmissing-prototypes", "-Werror"]
    subprocess.run([compiler, *strict, "-shared", "-fPIC", "-o", library, source], check=True)
    code, answers = ctypes.CDLL(str(library)), bytearray()

    @ctypes.CFUNCTYPE(None, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint)
    def put(kind: int, sequence: int, session: int, payload: int | None, length: int) -> None:
        answers.extend(encode(Frame(kind, sequence, session, ctypes.string_at(payload, length) if payload else b"")))

    @ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_uint8))
    def act(reading: ctypes.Array[ctypes.c_uint8]) -> None:
        acted.append(decode_reading(bytes(reading[: 10 + reading[9]])))

    code.board(put, act)

    def feed(data: bytes) -> bytes:
        answers.clear()
        for byte in data:
            code.on_byte(ctypes.c_uint8(byte))
        return bytes(answers)

    feed.kept = put, act  # type: ignore[attr-defined] # the library calls them
    return feed


def test_every_delivered_reading_was_acted_upon_once_and_in_order(
    controller: Feed, acted: list[ReadingMessage]
) -> None:
    generator = random.Random(1998)
    line = Line(lambda sent: [(0.0, damaged(controller(damaged(sent, generator)), generator))])
    sent = [ReadingMessage(piece, "accepted", f"{piece:05}", 0.5, 84) for piece in range(500)]
    delivered, transmissions = [], 0
    with plugged_in(line, generator):
        link = Link("memory")
        for reading in sent:
            try:
                transmissions += link.send_reading(reading).transmissions
                delivered.append(reading.piece)
            except NoAnswerError:
                continue  # may have been acted upon
    pieces = [reading.piece for reading in acted]
    assert pieces == sorted(set(pieces)) and set(delivered) <= set(pieces)
    assert len(delivered) > 450 and transmissions > 600  # the line was bad, and it was used
    assert all(reading == sent[reading.piece] for reading in acted)


def mutated(generator: random.Random) -> Frame:
    """A request near one that a reader sends: any field may be another, and the payload cut or changed."""
    reading = ReadingMessage(7, "accepted", "10115", 0.9973, 84)
    payloads = [encode_name("a reader"), encode_name(""), b"", bytes(10), *4 * [encode_reading(reading)]]
    payload = bytearray(generator.choice(payloads))
    if payload and generator.random() < 0.4:
        payload[generator.randrange(len(payload))] = generator.choice(
            [0, 1, 2, 3, 4, 31, 32, 33, 64, 65, 126, 127, 255]
        )
    if generator.random() < 0.2:
        del payload[generator.randrange(len(payload) + 1) :]
    session, sequence = generator.choice([0, 1, *8 * [9], 10]), generator.choice([0, 1, 1, 2, 2, 3, 4, 4])
    kind = generator.choice([0x01, *8 * [0x02], 0x05, 0x1F, 0x20, 0x7F, 0x80, 0xFF])
    return Frame(kind, sequence, session, bytes(payload), generator.choice([1, 1, 1, 1, 1, 0, 2]))


def test_the_controllers_in_c_and_in_python_answer_the_same_to_everything(
    controller: Feed, acted: list[ReadingMessage]
) -> None:
    generator = random.Random(1959)
    in_python = Sorter("mysorter 1.0", speaks=Capability(0))
    taken: list[Report | None] = []
    answers: set[bytes] = set()
    for number in range(20_000):
        if number % 10 == 0:  # sessions whose sequences are not used up
            for board in (controller, in_python.feed):
                board(encode(Frame(0x01, 0, 10 + number, encode_name(""))))
            frame = Frame(0x01, 0, 9, encode_name("a reader"))
        else:
            frame = mutated(generator)
        expected, events = in_python.feed(encode(frame))
        assert controller(encode(frame)) == expected, frame
        taken += [event.reading for event in events if event.kind == "reading"]
        answers |= {answer.payload for answer in FrameReader().feed(expected) if answer.type == 0x83}
    assert taken == acted and len(acted) > 1_000
    assert answers == {bytes([cause]) for cause in range(1, 6)}


def test_what_no_reader_sends_is_refused_with_its_cause(controller: Feed, acted: list[ReadingMessage]) -> None:
    hello, unknown, early = Frame(0x01, 0, 9, b"\x01x"), Frame(0x05, 1, 9), Frame(0x02, 1, 8, bytes(10))
    for frame, cause in ((early, 4), (unknown, 2), (Frame(0x01, 0, 9, b"\x01x", version=2), 1)):
        assert controller(encode(frame)) == encode(Frame(0x83, frame.sequence, frame.session, bytes([cause])))
    assert controller(encode(hello)) == encode(Frame(0x81, 0, 9, b"\x0cmysorter 1.0"))
    assert controller(encode(Frame(0x02, 1, 9, bytes(10)))) == encode(Frame(0x83, 1, 9, b"\x03"))
    assert controller(encode(Frame(0x02, 0, 9, bytes(10)))) == encode(Frame(0x83, 0, 9, b"\x05"))
    assert acted == []
