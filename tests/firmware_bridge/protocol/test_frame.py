"""Frames on the wire: worked examples, COBS edges, and every way to damage one."""

from __future__ import annotations

import binascii
import itertools
import random

import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import MessageError
from firmware_bridge.protocol.frame import (
    ACK,
    HELLO,
    MAX_ENCODED_BYTES,
    MAX_PAYLOAD_BYTES,
    NAK,
    READING,
    WELCOME,
    Frame,
    FrameReader,
    decode,
    encode,
)

SESSION = 0x5F3A12C4
NEXT = Frame(READING, 77, SESSION, b"the frame after")

FRAMES = {
    "hello": Frame(HELLO, 0, SESSION, b"\x0dposteye 0.1.0"),
    "welcome": Frame(WELCOME, 0, SESSION, b"\x14posteye sorter 0.1.0"),
    "reading-accepted": Frame(READING, 1, SESSION, bytes.fromhex("07000000 f526 5400 01 05 3130313135")),
    "reading-rejected": Frame(READING, 2, SESSION, bytes.fromhex("08000000 0410 5b00 02 05 3130373735")),
    "reading-no-code": Frame(READING, 3, SESSION, bytes.fromhex("09000000 0000 4d00 03 00")),
    "ack": Frame(ACK, 1, SESSION),
    "nak-unknown-session": Frame(NAK, 3, SESSION, b"\x04"),
}
LONG = Frame(READING, 500, SESSION, bytes(range(MAX_PAYLOAD_BYTES)))

any_frame = st.builds(
    Frame,
    type=st.integers(0, 255),
    sequence=st.integers(0, 2**16 - 1),
    session=st.integers(0, 2**32 - 1),
    payload=st.binary(max_size=MAX_PAYLOAD_BYTES) | st.sampled_from([bytes(MAX_PAYLOAD_BYTES), b"\xff" * 242]),
    version=st.integers(0, 255),
)


def received(data: bytes) -> list[Frame]:
    return FrameReader().feed(data)


@pytest.mark.parametrize("name", FRAMES)
def test_worked_example_of_the_protocol_page(name: str, examples: dict[str, tuple[bytes, bytes]]) -> None:
    body, on_the_wire = examples[name]
    assert encode(FRAMES[name]) == on_the_wire
    assert received(on_the_wire) == [FRAMES[name]]
    assert cobs.decode(on_the_wire[1:-1]) == body
    assert binascii.crc32(body) == 0x2144DF1C  # the remainder that section 1 promises to firmware writers


def test_crc_is_the_one_that_the_protocol_page_names() -> None:
    assert binascii.crc32(b"123456789") == 0xCBF43926


@pytest.mark.parametrize("size", [0, 1, 240, 241, MAX_PAYLOAD_BYTES])
@pytest.mark.parametrize("fill", [0x00, 0x01, 0x55, 0xFF])
def test_cobs_adds_one_byte_at_every_length(size: int, fill: int) -> None:
    frame = Frame(READING, 1, SESSION, bytes([fill]) * size)
    on_the_wire = encode(frame)
    assert len(on_the_wire) == 8 + size + 4 + 1 + 2
    assert on_the_wire.count(0) == 2
    assert received(on_the_wire) == [frame]


def test_a_body_of_254_bytes_without_zero_is_the_longest_cobs_block() -> None:
    frames = (Frame(0xFF, 0x0101, 0x01010101, bytes([fill]) * MAX_PAYLOAD_BYTES) for fill in range(1, 256))
    frame, on_the_wire = next((one, encode(one)) for one in frames if encode(one)[1] == 0xFF)
    assert len(on_the_wire) - 2 == MAX_ENCODED_BYTES
    assert received(on_the_wire) == [frame]


def test_a_body_of_255_bytes_is_dropped_although_its_crc_is_right() -> None:
    body = b"\x01" * 251
    reader = FrameReader()
    assert reader.feed(b"\0" + cobs.encode(body + binascii.crc32(body).to_bytes(4, "little")) + b"\0") == []
    assert reader.dropped == {"oversize": 1}


def test_what_does_not_fit_into_a_frame_is_refused() -> None:
    with pytest.raises(MessageError, match=r"243 bytes does not fit: at most 242"):
        encode(Frame(READING, 1, SESSION, bytes(243)))
    with pytest.raises(MessageError, match="out of range"):
        encode(Frame(READING, 65536, SESSION))


@given(frames=st.lists(any_frame, max_size=5), cuts=st.lists(st.integers(0, 1300), max_size=10))
def test_round_trip_in_pieces_of_any_length(frames: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(map(encode, frames))
    bounds = [0, *sorted(cuts), len(stream)]
    reader = FrameReader()
    got = [frame for begin, end in itertools.pairwise(bounds) for frame in reader.feed(stream[begin:end])]
    assert got == frames
    assert not reader.dropped


@pytest.mark.parametrize("frame", [*FRAMES.values(), LONG], ids=[*FRAMES, "long"])
def test_every_change_of_one_byte_is_noticed_and_spares_the_next_frame(frame: Frame) -> None:
    on_the_wire, after = encode(frame), encode(NEXT)
    for position in range(len(on_the_wire)):
        for mask in range(1, 256):  # the powers of two among them are the one-bit errors
            damaged = bytearray(on_the_wire)
            damaged[position] ^= mask
            assert received(bytes(damaged) + after) == [NEXT], (position, mask)


@pytest.mark.parametrize("frame", [*FRAMES.values(), LONG], ids=[*FRAMES, "long"])
def test_lost_doubled_inserted_and_swapped_bytes_are_noticed(frame: Frame) -> None:
    on_the_wire, after = encode(frame), encode(NEXT)
    inside = on_the_wire[1:-1]
    generator = random.Random(1)
    for position in range(len(inside)):
        head, tail = inside[:position], inside[position:]
        damages = [head + tail[1:], head + bytes([generator.randrange(256)]) + tail]
        if len(tail) > 1 and tail[0] != tail[1]:
            damages.append(head + tail[1::-1] + tail[2:])
        for damaged in damages:
            if damaged != inside:
                assert received(b"\0" + damaged + b"\0" + after) == [NEXT], position


def test_a_frame_cut_off_anywhere_spares_the_next_frame() -> None:
    on_the_wire, after = encode(LONG), encode(NEXT)
    for length in range(len(on_the_wire) - 1):
        assert received(on_the_wire[:length]) == []
        assert received(on_the_wire[:length] + after) == [NEXT]


def test_garbage_before_between_and_after_frames() -> None:
    generator = random.Random(2)
    frames = [*FRAMES.values(), LONG]
    stream = b"".join(generator.randbytes(generator.randrange(600)) + encode(frame) for frame in frames)
    assert received(stream + generator.randbytes(600)) == frames


def test_garbage_inside_a_frame_costs_that_frame_only() -> None:
    on_the_wire = encode(LONG)
    reader = FrameReader()
    assert reader.feed(on_the_wire[:50] + b"\x07noise" + on_the_wire[50:] + encode(NEXT)) == [NEXT]
    assert reader.dropped.total() == 1


@given(st.binary(max_size=2000))
def test_no_bytes_raise_an_error(data: bytes) -> None:
    reader = FrameReader()
    assert reader.feed(data) == []  # a random frame passes the CRC once in 4 000 million
    assert reader.bytes_seen == len(data)
    assert reader.feed(b"\0" + encode(NEXT)) == [NEXT]


def test_a_flood_without_delimiter_is_held_in_bounded_memory() -> None:
    reader = FrameReader()
    for _ in range(100):
        assert reader.feed(b"\x55" * 10_000) == []
        assert len(reader._unfinished) <= MAX_ENCODED_BYTES + 1
    assert reader.feed(encode(NEXT)) == [NEXT]
    assert reader.dropped == {"oversize": 1}


@pytest.mark.parametrize(
    ("encoded", "cause"),
    [
        (b"\x05\x01", "cobs"),  # the block is longer than the frame
        (cobs.encode(bytes(11)), "short"),
        (cobs.encode(bytes(12)), "crc"),
        (b"\x01" * 256, "oversize"),
    ],
)
def test_dropped_frames_are_counted_by_cause(encoded: bytes, cause: str) -> None:
    assert decode(encoded) == cause
    reader = FrameReader()
    assert reader.feed(encoded + b"\0") == []
    assert reader.dropped == {cause: 1}


def test_nothing_between_delimiters_is_not_counted() -> None:
    reader = FrameReader()
    assert reader.feed(bytes(1000)) == []
    assert not reader.dropped
