"""All messages of the wire: the one table from which both ends, the page's tables and the C header come.

Source: docs/protocol.md sections 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["u8", "u16", "u32", "u64", "hash", "text"]
Sender = Literal["reader", "controller"]

_WIDTHS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "hash": 8}  # bytes; a text has one byte of length before it


@dataclass(frozen=True)
class Field:
    """A field of a payload.

    Attributes:
        name: as both ends call it.
        kind: a little-endian number of so many bits, the first 8 bytes of a hash, or a length byte and printable ASCII.
        meaning: in words.
        unit: of a number.
        least: the smallest number allowed.
        most: the largest number allowed, or the most characters of a text; None: as many as fit.
        appended: whether older ends leave it out, so that the payload may end before it.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    least: int = 0
    most: int | None = None
    appended: bool = False

    @property
    def width(self) -> int:
        """Bytes on the wire; of a text, those of its length alone."""
        return _WIDTHS.get(self.kind, 1)

    @property
    def largest(self) -> int:
        """The largest number allowed, or the most characters of a text."""
        return self.most if self.most is not None else 256**self.width - 1


@dataclass(frozen=True)
class Message:
    """A type of frame.

    Attributes:
        type: its number; that of what the controller sends has the high bit set.
        name: of the type.
        sender: who sends it.
        answers: names of the types that answer it; none where nothing does.
        summary: of the payload, in a few words.
        fields: of the payload, in order.
    """

    type: int
    name: str
    sender: Sender
    answers: tuple[str, ...]
    summary: str
    fields: tuple[Field, ...] = ()

    def offset(self, field: Field) -> int | None:
        """Where a field begins in the payload; None where that depends on a text before it."""
        before = self.fields[: self.fields.index(field)]
        return None if any(one.kind == "text" for one in before) else sum(one.width for one in before)


_NAME = Field("name", "text", "which program is talking; for logs only", most=64)
_PIECE = Field("piece", "u32", "the number of the piece (letter, parcel, card)")
_ELAPSED = Field("elapsed", "u16", "from the picture to this report; 65535 means 65.535 s or more", "ms")
_FLAGS = Field("flags", "u8", "bit 0: the piece was named by a TRIGGER; bit 1: late; bit 2: sent again after a restart")
_BIN = Field("bin", "text", "where the reader's sort plan sends the piece; empty: it has no plan", most=32)
_CAPABILITIES = Field("capabilities", "u16", "what this end speaks, one bit each")
_MODEL = Field("model", "text", "make and version of this end", most=64)
_KEY = Field("key", "text", "name of the setting", most=32)
_VALUE = Field("value", "text", "of the setting", most=64)

HELLO = Message(0x01, "HELLO", "reader", ("WELCOME", "NAK"), "name", (_NAME,))
READING = Message(
    0x02,
    "READING",
    "reader",
    ("ACK", "NAK"),
    "one reading",
    (
        _PIECE,
        Field("confidence", "u16", "rounded down: 9973 is 99.73 %", "1/10000", most=10_000),
        _ELAPSED,
        Field("status", "u8", "1 accepted, 2 rejected, 3 no code", least=1, most=3),
        Field("code", "text", "accepted: at least one character; rejected: the best guess; no code: empty", most=32),
        Field("flags", "u8", _FLAGS.meaning, appended=True),
        Field("bin", "text", _BIN.meaning, most=32, appended=True),
    ),
)
NO_READ = Message(
    0x03,
    "NO_READ",
    "reader",
    ("ACK", "NAK"),
    "a piece that was not read, with the reason",
    (
        _PIECE,
        _ELAPSED,
        Field("reason", "u8", "why, as listed below", least=1),
        _FLAGS,
        _BIN,
        Field("detail", "text", "the reason in words; for logs only", most=64),
    ),
)
IDENTIFY = Message(
    0x10,
    "IDENTIFY",
    "reader",
    ("IDENTITY", "NAK"),
    "what the reader is and speaks",
    (_CAPABILITIES, Field("bundle", "hash", "SHA-256 of the bundle's manifest; zeros: none"), _MODEL),
)
HEARTBEAT = Message(
    0x11,
    "HEARTBEAT",
    "reader",
    ("ACK", "NAK"),
    "that the reader lives, and how",
    (
        Field("uptime", "u32", "since the reader started", "s"),
        Field("pieces", "u32", "decided since then"),
        Field("troubles", "u16", "bit 0: camera lost; bit 1: disk full; bit 2: clock stepped; bit 3: overheated"),
    ),
)
STATS = Message(0x12, "STATS", "reader", ("STATISTICS", "NAK"), "empty: a question")
TAKEN = Message(
    0x20,
    "TAKEN",
    "reader",
    (),
    "that a TRIGGER was taken",
    (Field("cause", "u8", "0: taken; else why not, as in NAK"),),
)
CONFIG = Message(
    0x21,
    "CONFIG",
    "reader",
    (),
    "a setting, or why not",
    (Field("cause", "u8", "0: done; else why not, as in NAK"), _KEY, _VALUE),
)

WELCOME = Message(0x81, "WELCOME", "controller", (), "name", (_NAME,))
ACK = Message(0x82, "ACK", "controller", (), "empty")
NAK = Message(0x83, "NAK", "controller", (), "cause", (Field("cause", "u8", "why, as listed below"),))
IDENTITY = Message(0x90, "IDENTITY", "controller", (), "what the controller is and speaks", (_CAPABILITIES, _MODEL))
STATISTICS = Message(
    0x92,
    "STATISTICS",
    "controller",
    (),
    "what the controller counted",
    (
        Field("uptime", "u32", "since the controller started", "s"),
        Field("taken", "u32", "READINGs and NO_READs taken over"),
        Field("duplicates", "u32", "those that came again"),
        Field("refused", "u32", "requests answered with NAK"),
        Field("dropped", "u32", "damaged frames"),
        Field("triggers", "u32", "pieces triggered"),
        Field("repeats", "u32", "TRIGGERs sent again"),
    ),
)
TRIGGER = Message(
    0xA0,
    "TRIGGER",
    "controller",
    ("TAKEN",),
    "a piece that came under the camera",
    (
        _PIECE,
        Field("deadline", "u16", "from the moment it came to its answer; 0: as the reader is configured", "ms"),
        Field("age", "u16", "since it came, when this copy is sent", "ms"),
    ),
)
TIME = Message(
    0xA1,
    "TIME",
    "controller",
    (),
    "the time of day",
    (Field("time", "u64", "since 1970-01-01 in UTC, without leap seconds", "ms"),),
)
CONFIG_GET = Message(0xA2, "CONFIG_GET", "controller", ("CONFIG",), "asks for a setting", (_KEY,))
CONFIG_SET = Message(0xA3, "CONFIG_SET", "controller", ("CONFIG",), "changes a setting", (_KEY, _VALUE))

MESSAGES = (
    HELLO,
    READING,
    NO_READ,
    IDENTIFY,
    HEARTBEAT,
    STATS,
    TAKEN,
    CONFIG,
    WELCOME,
    ACK,
    NAK,
    IDENTITY,
    STATISTICS,
    TRIGGER,
    TIME,
    CONFIG_GET,
    CONFIG_SET,
)
