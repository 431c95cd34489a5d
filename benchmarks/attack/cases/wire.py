"""Noise, broken frames and forged ones into both ends of the wire."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from benchmarks.attack.cases.memory_port import Line, plugged_in
from benchmarks.attack.counts import Outcome, Target
from firmware_bridge import Event, Link, NoAnswerError, ReadingMessage, RefusedError, Sorter
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol.frame import Frame, FrameReader
from firmware_bridge.protocol.message import encode_name, encode_reading

BYTES_A_CASE = 4_000
_SESSION = 0x5F3A12C4
_PAYLOADS = (
    b"",
    b"\x00",
    b"\x05",
    b"\xff" * 242,
    encode_name("a reader"),
    encode_reading(ReadingMessage(7, "accepted", "10115", 0.9973, 84)),
    encode_reading(ReadingMessage(8, "rejected", None, 0.41, 91)),
    encode_reading(ReadingMessage(9, "no_code", None, 0.0, 65_535)),
)
_TYPES = (wire.HELLO, wire.READING, wire.WELCOME, wire.ACK, wire.NAK, 0x00, 0x05, 0x7F, 0x80, 0xFF)
_NOISE, _DAMAGED, _FORGED = _KINDS = ("noise", "damaged frames", "frames of all contents")


def case(seed: int, number: int) -> Outcome:
    """Feed 4,000 hostile bytes to a sorter, and as answers to a link; both live on, and do only what was sent."""
    generator = random.Random(f"{seed} {number}")
    kind = _KINDS[number % len(_KINDS)]
    frames: list[Frame] = []
    data = b"".join(_pieces(generator, kind, frames))[:BYTES_A_CASE]
    wrong = _into_sorter(generator, data, frames) or _into_link(generator, data, kind)
    return Outcome(kind, wrong=1, detail=wrong) if wrong else Outcome(kind, answered=1)


TARGET = Target("wire", f"pieces of {BYTES_A_CASE:,} bytes into both ends of the wire", 4_500, case)


def _pieces(generator: random.Random, kind: str, frames: list[Frame]) -> Iterator[bytes]:
    """Bytes for a case, piece by piece; `frames` gets those that were sent in them."""
    made = 0
    while made < BYTES_A_CASE:
        if kind == _NOISE:
            alphabet = generator.choice([bytes(range(256)), b"\x00", b"\x00\x01", b"\x01\x02\xff", b"\xff"])
            piece = bytes(generator.choices(alphabet, k=generator.choice([1, 10, 255, 256, 257, 1_000])))
        else:
            frames.append(_frame(generator))
            piece = wire.encode(frames[-1])
            if kind == _DAMAGED:
                piece = _damage(generator, piece)
        made += len(piece)
        yield piece


def _frame(generator: random.Random) -> Frame:
    """A frame of any type, session, sequence, version and payload."""
    payload = bytearray(generator.choice(_PAYLOADS))
    if payload and generator.random() < 0.5:
        payload[generator.randrange(len(payload))] = generator.choice([0, 1, 3, 4, 32, 33, 127, 255])
    if generator.random() < 0.1:
        payload = bytearray(generator.randbytes(generator.randrange(wire.MAX_PAYLOAD_BYTES + 1)))
    if generator.random() < 0.2:
        del payload[generator.randrange(len(payload) + 1) :]
    session = generator.choice([0, 1, _SESSION, _SESSION, _SESSION, 2**32 - 1])
    sequence = generator.choice([0, 1, 1, 2, 3, 255, 65_535])
    return Frame(generator.choice(_TYPES), sequence, session, bytes(payload), generator.choice([1, 1, 1, 0, 2, 255]))


def _damage(generator: random.Random, piece: bytes) -> bytes:
    """A frame's bytes with at least one byte between its delimiters changed, lost or added, or an end cut off."""
    damaged = bytearray(piece)
    for _ in range(generator.randint(1, 4)):
        if len(damaged) < 3:
            break
        place = generator.randrange(1, len(damaged) - 1)
        way = generator.randrange(4)
        if way == 0:
            damaged[place] ^= 1 << generator.randrange(8)
        elif way == 1:
            del damaged[place : place + generator.randint(1, 3)]
        elif way == 2:
            damaged[place:place] = generator.randbytes(generator.randint(1, 3))
        else:
            damaged = damaged[:place]
    return bytes(damaged)


def _into_sorter(generator: random.Random, data: bytes, frames: list[Frame]) -> str:
    """What a sorter does wrong with bytes in which these frames were sent, or ""."""
    sorter, whole = Sorter(), FrameReader()
    sorter.feed(wire.encode(Frame(wire.HELLO, 0, _SESSION, encode_name("a reader"))))
    if not set(whole.feed(data)) <= set(frames):
        return "a frame that nobody sent"
    acted: list[Event] = []
    at = 0
    while at < len(data):
        size = generator.choice([1, 2, 50, 256, BYTES_A_CASE])
        answers, events = sorter.feed(data[at : at + size])
        at += size
        acted += [event for event in events if event.kind == "reading"]
        answered = FrameReader()
        answered.feed(answers)
        if answered.dropped:
            return "an answer that is no frame"
        if "\n" in "".join(str(event) + event.as_json() for event in events):
            return "an event of several lines"
    if sorter.dropped != whole.dropped:
        return f"dropped {sorter.dropped} of these bytes in pieces, {whole.dropped} at once"
    sent = {(f.session, f.sequence) for f in frames if f.type == wire.READING and f.version == wire.VERSION}
    done = {(event.session, event.sequence) for event in acted}
    return "" if done <= sent else f"acted upon {done - sent}, which nobody sent"


def _into_link(generator: random.Random, data: bytes, kind: str) -> str:
    """What a link does wrong when these bytes come beside, or in the place of, its answers; or ""."""
    sorter = Sorter()
    acted: list[Event] = []
    hostile = [data]

    def carry(sent: bytes) -> list[tuple[float, bytes]]:
        answers, events = sorter.feed(sent)
        acted.extend(event for event in events if event.kind == "reading")
        arriving = [answers if generator.random() < 0.6 else b"", hostile.pop() if hostile else b""]
        generator.shuffle(arriving)
        return [(0.0, b"".join(arriving))]

    with plugged_in(Line(carry), generator), suppress(NoAnswerError, RefusedError), Link("memory") as link:
        hostile.append(_as_answers(data, link.session) if kind == _FORGED else data)
        link.send_reading(ReadingMessage(7, "accepted", "10115", 0.9973, 84))
        if not acted and kind != _FORGED:
            return "a reading called delivered that was not"
    return ""


def _as_answers(data: bytes, session: int) -> bytes:
    """The frames among the bytes as if they answered the first reading of a session."""
    frames = FrameReader().feed(data)
    return b"".join(wire.encode(replace(frame, session=session, sequence=1)) for frame in frames)
