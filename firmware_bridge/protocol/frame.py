"""Frames: header, payload and CRC-32 inside COBS, between zero bytes.

Source: docs/protocol.md section 1; S. Cheshire and M. Baker, "Consistent overhead byte stuffing", 1999.
"""

from __future__ import annotations

import binascii
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from cobs import cobs

from firmware_bridge.errors import MessageError
from firmware_bridge.protocol import table

VERSION = 1
DELIMITER = b"\x00"
MAX_PAYLOAD_BYTES = 242
MAX_ENCODED_BYTES = 255

# Types of frames that both ends know since the first days, and NO_READ.
HELLO = table.HELLO.type
READING = table.READING.type
NO_READ = table.NO_READ.type
WELCOME = table.WELCOME.type
ACK = table.ACK.type
NAK = table.NAK.type
ANSWER_BIT = 0x80  # set in what the controller sends
FIRST_ANSWER_OF_READER = 0x20  # up to 0x7F; they are never answered
FIRST_NOTICE = 0xA0  # up to 0xFF; what the controller sends of its own accord

_HEADER = struct.Struct("<BBHI")
_CRC = struct.Struct("<I")
_SMALLEST_BODY_BYTES = _HEADER.size + _CRC.size

DropCause = Literal["oversize", "cobs", "short", "crc"]


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes:
        type: HELLO, READING or another of the table, 0..255.
        sequence: 0..65535, names the request within its session.
        session: 0..2^32-1.
        payload: at most 242 bytes.
        version: of the protocol, 0..255.
    """

    type: int
    sequence: int
    session: int
    payload: bytes = b""
    version: int = VERSION

    @property
    def is_answer(self) -> bool:
        """Whether the frame comes from the controller's end."""
        return bool(self.type & ANSWER_BIT)

    @property
    def is_request(self) -> bool:
        """Whether the frame comes from the reader and asks for an answer."""
        return self.type < FIRST_ANSWER_OF_READER


def encode(frame: Frame) -> bytes:
    """Return the bytes of a frame on the wire, with a delimiter before and after it.

    Raises:
        MessageError: a header field or the payload is out of range.
    """
    if len(frame.payload) > MAX_PAYLOAD_BYTES:
        raise MessageError(f"a payload of {len(frame.payload)} bytes does not fit: at most {MAX_PAYLOAD_BYTES}")
    try:
        body = _HEADER.pack(frame.version, frame.type, frame.sequence, frame.session) + frame.payload
    except struct.error as error:
        raise MessageError(f"a frame's header is out of range ({error}): {frame}") from None
    encoded: bytes = cobs.encode(body + _CRC.pack(binascii.crc32(body)))
    return DELIMITER + encoded + DELIMITER


def decode(encoded: bytes) -> Frame | DropCause:
    """Return the frame that stood between two delimiters, or why it must be dropped.

    Args:
        encoded: the bytes between the delimiters.
    """
    if len(encoded) > MAX_ENCODED_BYTES:
        return "oversize"
    try:
        body = cobs.decode(encoded)
    except cobs.DecodeError:
        return "cobs"
    if len(body) < _SMALLEST_BODY_BYTES:
        return "short"
    if _CRC.unpack(body[-_CRC.size :])[0] != binascii.crc32(body[: -_CRC.size]):
        return "crc"
    version, kind, sequence, session = _HEADER.unpack_from(body)
    return Frame(kind, sequence, session, body[_HEADER.size : -_CRC.size], version)


class FrameReader:
    """Cuts a stream of bytes, arriving in any pieces, into frames; it holds 256 bytes at most.

    Attributes:
        dropped: how many damaged frames were dropped, by cause.
        bytes_seen: all bytes fed so far.
    """

    def __init__(self) -> None:
        self.dropped: Counter[DropCause] = Counter()
        self.bytes_seen = 0
        self._unfinished = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the frames that they complete; no bytes raise an error."""
        self.bytes_seen += len(data)
        *finished, rest = (self._unfinished + data).split(DELIMITER)
        # One byte more than a frame may have is enough to know that it is oversize.
        self._unfinished = rest[: MAX_ENCODED_BYTES + 1]
        frames = []
        for encoded in filter(None, finished):
            result = decode(encoded)
            if isinstance(result, Frame):
                frames.append(result)
            else:
                self.dropped[result] += 1
        return frames
