"""Registers polled by another implementation (mbpoll, over libmodbus), and byte by byte."""

from __future__ import annotations

import random
import re
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from firmware_bridge.errors import BridgeError
from firmware_bridge.host.cable import Cable
from firmware_bridge.host.port import Port
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.lines import crc16
from firmware_bridge.host.tongues.modbus.modbus_tongue import Line, ModbusTongue
from firmware_bridge.host.tongues.modbus.registers import BY_NAME, COUNT, REGISTERS, piece_values, state_bits, words
from firmware_bridge.host.tongues.modbus.rtu_server import own_frame
from firmware_bridge.host.tongues.speaker import Speaker
from firmware_bridge.host.tongues.state import StationState
from firmware_bridge.protocol.message import ReadingMessage
from tests.firmware_bridge.host.tongues.mosquitto import free_port
from tests.firmware_bridge.host.tongues.peers import AT_ONCE, PATIENCE_S, Ear, no_read, reading

BINS = ("reject", "A3")
MBPOLL = shutil.which("mbpoll")
needs_mbpoll = pytest.mark.skipif(
    MBPOLL is None, reason="mbpoll is not installed (apt-get install mbpoll): Modbus is polled by hand alone"
)


class Master:
    """A master over TCP, written from the specification."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._count = 0

    def ask(self, request: bytes, unit: int = 1) -> bytes:
        self._count += 1
        self._socket.sendall(struct.pack(">HHHB", self._count, 0, 1 + len(request), unit) + request)
        count, protocol, length, answered = struct.unpack(">HHHB", self._take(7))
        assert (count, protocol, answered) == (self._count, 0, unit)
        return self._take(length - 1)

    def read(self, address: int = 0, count: int = COUNT, function: int = 3) -> list[int]:
        answer = self.ask(struct.pack(">BHH", function, address, count))
        assert answer[:2] == bytes([function, 2 * count]), answer
        return list(struct.unpack(f">{count}H", answer[2:]))

    def write(self, address: int, value: int) -> bytes:
        return self.ask(struct.pack(">BHH", 6, address, value))

    def close(self) -> None:
        self._socket.close()

    def _take(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            assert more, "the connection was closed"
            data += more
        return data


def value(found: list[int], name: str) -> int:
    register = BY_NAME[name]
    return int.from_bytes(
        b"".join(struct.pack(">H", one) for one in found[register.address :][: register.count]), "big"
    )


def text(found: list[int]) -> str:
    data = b"".join(struct.pack(">H", one) for one in found[BY_NAME["code"].address :][:16])
    return data[: value(found, "code_length")].decode("ascii")


@contextmanager
def opened(acknowledge: bool = False) -> Iterator[tuple[ModbusTongue, int]]:
    port = free_port()
    state = StationState((("disk_full", "90 MB"), ("camera_lost", "no cable")))
    tongue = ModbusTongue(Line(f"tcp://127.0.0.1:{port}"), BINS, lambda: state, acknowledge, first=7)
    assert tongue.open() is not acknowledge
    try:
        yield tongue, port
    finally:
        tongue.close()


def test_the_map_has_no_gap_and_fits_one_request() -> None:
    at = 0
    for one in REGISTERS:
        assert one.address == at, one.name
        at += one.count
    assert at == COUNT <= 125 and state_bits(["overheated", "wire_lost"]) == 18


def test_a_piece_stands_in_its_registers() -> None:
    with opened() as (tongue, port):
        master = Master(port)
        assert master.read() == [0] * COUNT or master.read(0, 1) == [1]
        assert value(master.read(), "sequence") == 0
        assert tongue.say(Waiting(reading(70_000, "01067"), 1)) == "shown"
        tongue.beat()
        found = master.read()
        assert found == master.read(function=4)
        names = ("map", "state", "heartbeat", "sequence", "piece", "status", "bin", "code_number", "confidence")
        assert [value(found, name) for name in names] == [1, 5, 1, 7, 70_000, 1, 2, 1067, 9973]
        assert text(found) == "01067" and value(found, "elapsed_ms") == 61 and value(found, "sequence_again") == 7
        tongue.say(Waiting(no_read(8), 2))
        found = master.read()
        names = ("sequence", "piece", "status", "bin", "code_number", "confidence", "reason", "flags", "code_length")
        assert [value(found, name) for name in names] == [8, 8, 4, 1, 0, 0, 3, 2, 0]
        assert text(found) == "" and value(found, "code") == 0
        master.close()


def test_a_code_that_was_not_accepted_is_no_number() -> None:
    guess = ReadingMessage(1, "rejected", "10115", 0.5, 10, "nowhere")
    found = words(piece_values(Waiting(guess), 1, BINS))
    assert value(found, "code_number") == 0 and text(found) == "10115" and value(found, "bin") == 0
    for code in ("SW1A 1AA", "4294967296", 32 * "9"):
        assert value(words(piece_values(Waiting(reading(code=code)), 1, BINS)), "code_number") == 0


def test_what_a_master_may_not_do_is_answered_by_an_exception() -> None:
    with opened() as (_, port):
        master = Master(port)
        assert master.ask(struct.pack(">BHH", 3, COUNT, 1)) == b"\x83\x02"
        assert master.ask(struct.pack(">BHH", 3, 0, COUNT + 1)) == b"\x83\x02"
        assert master.write(0, 9) == b"\x86\x02"
        assert master.ask(struct.pack(">BHH", 1, 0, 1)) == b"\x81\x01"
        assert master.ask(struct.pack(">BHH", 5, COUNT - 1, 0xFF00)) == b"\x85\x01"
        assert master.read(0, 1) == [1] and master.ask(struct.pack(">BHH", 3, 0, 1), unit=255)[:2] == b"\x03\x02"
        master.close()


def test_any_bytes_end_nothing() -> None:
    dice = random.Random(5)
    with opened() as (_, port):
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as other:
                other.sendall(dice.randbytes(dice.randrange(1, 400)))
        master = Master(port)
        assert master.read(0, 1) == [1]
        master.close()


def test_a_piece_stays_until_it_is_acknowledged() -> None:
    port, ear = free_port(), Ear()
    tongue = ModbusTongue(Line(f"tcp://127.0.0.1:{port}"), BINS, StationState, True, first=65_535)
    speaker = Speaker(tongue, ear.outcome, ear.wire, None, AT_ONCE)
    speaker.send(reading(7), 11)
    speaker.send(reading(8), 12)
    ear.wait(lambda: ear.wires)
    assert ear.wires == [f"no master at tcp://127.0.0.1:{port} acknowledges sequence 65535"]
    master = Master(port)
    found = master.read()
    assert (value(found, "sequence"), value(found, "piece")) == (65_535, 7) and not ear.outcomes
    assert master.write(32, 65_535) == struct.pack(">BHH", 6, 32, 65_535)
    ear.wait(lambda: ear.outcomes)
    while value(found := master.read(), "piece") != 8:
        pass
    assert value(found, "sequence") == 1
    master.write(32, 1)
    assert speaker.close(PATIENCE_S)
    master.close()
    assert ear.said() == [(11, "delivered", "acknowledged"), (12, "delivered", "acknowledged")]
    assert ear.wires[1:] == [None]


def test_an_address_that_is_in_use_is_told_and_a_closed_one_is_free() -> None:
    with opened() as (_, port):
        second = ModbusTongue(Line(f"tcp://127.0.0.1:{port}"), BINS, StationState)
        with pytest.raises(BridgeError, match="Modbus cannot listen at tcp://127"):
            second.open()
    second.open()
    second.close()
    missing = ModbusTongue(Line("/dev/none"), BINS, StationState)
    with pytest.raises(BridgeError, match="Modbus cannot listen at /dev/none"):
        missing.open()


@pytest.mark.parametrize("url", ["http://x", "tcp://", "tcp://x:99999", "tcp://x/y", "COM3"])
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(BridgeError, match="URL of Modbus is none; give one such as tcp://"):
        Line(url)


def polled(*arguments: str) -> list[int]:
    """What mbpoll reads, once."""
    assert MBPOLL
    done = subprocess.run([MBPOLL, "-0", "-1", "-q", *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    return [int(one) for one in re.findall(r"^\[\d+\]:\s+(-?\d+)", done.stdout, re.M)]


@needs_mbpoll
def test_mbpoll_reads_and_writes_over_tcp() -> None:
    with opened() as (tongue, port):
        tongue.say(Waiting(reading(70_000, "80331"), 1))
        where = ("-m", "tcp", "-p", str(port), "127.0.0.1")
        assert polled("-t", "4", "-r", "3", "-c", "1", *where) == [7]
        assert polled("-t", "4:int", "-B", "-r", "4", "-c", "1", *where) == [70_000]
        assert polled("-t", "3:int", "-B", "-r", "8", "-c", "1", *where) == [80_331]
        assert polled("-t", "3", "-r", "15", "-c", "3", *where) == [0x3830, 0x3333, 0x3100]
        polled("-t", "4", "-r", "32", *where, "7")
        assert polled("-t", "4", "-r", "32", "-c", "1", *where) == [7]


@needs_mbpoll
def test_mbpoll_reads_over_a_serial_line() -> None:
    with Cable() as cable:
        tongue = ModbusTongue(Line(cable.reader_end, 17, parity="N"), BINS, StationState, first=7)
        tongue.open()
        tongue.say(Waiting(reading(70_000, "80331"), 1))
        where = ("-m", "rtu", "-a", "17", "-b", "19200", "-P", "none", "-s", "2", cable.sorter_end)
        assert polled("-t", "4", "-r", "3", "-c", "1", *where) == [7]
        assert polled("-t", "4:int", "-B", "-r", "8", "-c", "1", *where) == [80_331]
        tongue.close()


def test_on_a_serial_line_what_is_for_others_is_not_answered() -> None:
    def framed(frame: bytes) -> bytes:
        return frame + struct.pack("<H", crc16(frame))

    own = framed(struct.pack(">BBHH", 17, 3, 0, 1))
    assert own_frame(b"\x11\x05" + own, 17) == own and own_frame(own[:-1], 17) is None and own_frame(own, 5) is None
    others = (
        framed(struct.pack(">BBHH", 5, 3, 0, 1)),  # a question to another unit
        framed(struct.pack(">BBBH", 5, 3, 2, 99)),  # and its answer
        framed(struct.pack(">BBHH", 5, 6, 32, 7)),  # a register of it is written
        framed(struct.pack(">BBHH", 0, 6, 32, 7)),  # all are told
    )
    with Cable() as cable:
        tongue = ModbusTongue(Line(cable.reader_end, 17, parity="N"), BINS, StationState)
        tongue.open()
        port = Port(cable.sorter_end, 19_200)
        heard = b""
        for frame in (*(20 * others), own):  # more than its buffer holds
            port.write(frame)
            heard += port.read()  # for 20 ms: they come one by one
        until_s = time.monotonic() + PATIENCE_S
        while len(heard) < 7 and time.monotonic() < until_s:
            heard += port.read()
        port.close()
        tongue.close()
    assert heard == framed(struct.pack(">BBBH", 17, 3, 2, 1))
