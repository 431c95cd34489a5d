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
from firmware_bridge import Link, NoAnswerError, ReadingMessage
from firmware_bridge.protocol.frame import Frame, encode
from firmware_bridge.protocol.message import decode_reading
from tests.firmware_bridge.conftest import PROTOCOL_PAGE

# What the page leaves to the board: a CRC-32, and the two ways out.
BOARD = """
#include <stdbool.h>
#include <stdint.h>
typedef void put_t(uint8_t, uint16_t, uint32_t, const void *, unsigned);
typedef void act_t(const uint8_t *);
static put_t *put_out; static act_t *act_out;
void board(put_t *p, act_t *a) { put_out = p; act_out = a; }
static void put(uint8_t type, const uint8_t *request, const void *payload, unsigned length) {
    put_out(type, request[2] | request[3] << 8,
            request[4] | request[5] << 8 | request[6] << 16 | (uint32_t)request[7] << 24, payload, length);
}
static void act(const uint8_t *reading) { act_out(reading); }
static uint32_t crc32(const uint8_t *b, unsigned n) {
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
    source.write_text(BOARD + found[1])
    subprocess.run([compiler, "-std=c99", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source], check=True)
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


def damaged(data: bytes, generator: random.Random) -> bytes:
    """What arrives of a piece of traffic: at times with a bit flipped, a byte lost, or noise behind it."""
    arrives = bytearray(data)
    if arrives and generator.random() < 0.15:
        arrives[generator.randrange(len(arrives))] ^= 1 << generator.randrange(8)
    if arrives and generator.random() < 0.1:
        del arrives[generator.randrange(len(arrives))]
    return bytes(arrives) + (generator.randbytes(300) if generator.random() < 0.1 else b"")


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


def test_what_no_reader_sends_is_refused_with_its_cause(controller: Feed, acted: list[ReadingMessage]) -> None:
    hello, unknown, early = Frame(0x01, 0, 9, b"\x01x"), Frame(0x05, 1, 9), Frame(0x02, 1, 8, bytes(10))
    for frame, cause in ((early, 4), (unknown, 2), (Frame(0x01, 0, 9, b"\x01x", version=2), 1)):
        assert controller(encode(frame)) == encode(Frame(0x83, frame.sequence, frame.session, bytes([cause])))
    assert controller(encode(hello)) == encode(Frame(0x81, 0, 9, b"\x0cmysorter 1.0"))
    assert controller(encode(Frame(0x02, 1, 9, bytes(10)))) == encode(Frame(0x83, 1, 9, b"\x03"))
    assert controller(encode(Frame(0x02, 0, 9, bytes(10)))) == encode(Frame(0x83, 0, 9, b"\x05"))
    assert acted == []
