"""The virtual cable carries every byte, as it is told to."""

from __future__ import annotations

import threading

import pytest
import serial

from firmware_bridge import Cable
from firmware_bridge.host.port import Port

EVERY_BYTE = bytes(range(256))


def read_all(port: Port, size: int) -> bytes:
    data = b""
    for _ in range(100):
        data += port.read()
        if len(data) >= size:
            break
    return data


def test_every_byte_passes_both_ways_and_none_is_echoed() -> None:
    with Cable() as line:
        reader, sorter = Port(line.reader_end), Port(line.sorter_end)
        reader.write(EVERY_BYTE)
        assert read_all(sorter, 256) == EVERY_BYTE
        sorter.write(EVERY_BYTE[::-1])
        assert read_all(reader, 256) == EVERY_BYTE[::-1]
        assert reader.read() == sorter.read() == b""
        reader.close()
        sorter.close()


def test_an_end_can_be_opened_again() -> None:
    with Cable() as line:
        sorter = Port(line.sorter_end)
        for message in (b"one", b"two"):
            reader = Port(line.reader_end)
            reader.write(message)
            assert read_all(sorter, 3) == message
            reader.close()
        sorter.close()


def test_each_direction_is_tampered_with_on_its_own() -> None:
    with Cable(to_sorter=bytes.upper, to_reader=lambda data: b"") as line:
        reader, sorter = Port(line.reader_end), Port(line.sorter_end)
        reader.write(b"letter")
        assert read_all(sorter, 6) == b"LETTER"
        sorter.write(b"lost")
        reader.write(b"!")
        assert read_all(sorter, 1) == b"!"
        assert reader.read() == b""
        reader.close()
        sorter.close()


def test_unplugging_twice_is_harmless_and_stops_the_thread() -> None:
    threads_before = threading.active_count()
    line = Cable()
    line.unplug()
    line.unplug()
    assert threading.active_count() == threads_before
    with pytest.raises(serial.SerialException):
        serial.Serial(line.reader_end)
