"""What the ends tell and ask each other beside the readings: who they are, how they are, triggers, settings.

Source: docs/protocol.md section 3.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import IntFlag

from firmware_bridge.protocol import table
from firmware_bridge.protocol.codec import Value, number, pack, text, unpack

NO_HASH = bytes(8)


class Capability(IntFlag):
    """What an end speaks beside HELLO and READING; unknown bits are kept, and mean nothing yet."""

    NO_READ = 1
    HEARTBEAT = 2
    STATS = 4
    TRIGGER = 8
    TIME = 16
    CONFIG = 32
    REMEMBERS = 64


NOTHING = Capability(0)


class Troubles(IntFlag):
    """What is wrong at the reader; unknown bits are kept."""

    CAMERA_LOST = 1
    DISK_FULL = 2
    CLOCK_STEPPED = 4
    OVERHEATED = 8


NO_TROUBLES = Troubles(0)


@dataclass(frozen=True)
class ReaderIdentity:
    """What a reader is.

    Attributes:
        capabilities: what it speaks.
        bundle: the first 8 bytes of the SHA-256 of its bundle's manifest; zeros where it has none.
        model: make and version; printable ASCII of at most 64 characters.
    """

    capabilities: Capability
    bundle: bytes = NO_HASH
    model: str = ""

    def encode(self) -> bytes:
        """Return the payload of an IDENTIFY."""
        values: dict[str, Value] = {"capabilities": int(self.capabilities), "bundle": self.bundle, "model": self.model}
        return pack(table.IDENTIFY, values)

    @classmethod
    def decode(cls, payload: bytes) -> ReaderIdentity:
        """Return what the payload of an IDENTIFY says; a malformed one raises MessageError."""
        values = unpack(table.IDENTIFY, payload)
        bundle = values["bundle"]
        assert isinstance(bundle, bytes)
        return cls(Capability(number(values, "capabilities")), bundle, text(values, "model"))


@dataclass(frozen=True)
class ControllerIdentity:
    """What a controller is.

    Attributes:
        capabilities: what it speaks; none where it does not know IDENTIFY.
        model: make and version; printable ASCII of at most 64 characters.
    """

    capabilities: Capability = NOTHING
    model: str = ""

    def encode(self) -> bytes:
        """Return the payload of an IDENTITY."""
        return pack(table.IDENTITY, {"capabilities": int(self.capabilities), "model": self.model})

    @classmethod
    def decode(cls, payload: bytes) -> ControllerIdentity:
        """Return what the payload of an IDENTITY says; a malformed one raises MessageError."""
        values = unpack(table.IDENTITY, payload)
        return cls(Capability(number(values, "capabilities")), text(values, "model"))


@dataclass(frozen=True)
class Heartbeat:
    """How the reader is.

    Attributes:
        uptime_s: since it started.
        pieces: decided since then.
        troubles: what is wrong.
    """

    uptime_s: int
    pieces: int
    troubles: Troubles = NO_TROUBLES

    def encode(self) -> bytes:
        """Return the payload of a HEARTBEAT."""
        values = {"uptime": self.uptime_s, "pieces": self.pieces, "troubles": int(self.troubles)}
        return pack(table.HEARTBEAT, values)

    @classmethod
    def decode(cls, payload: bytes) -> Heartbeat:
        """Return what the payload of a HEARTBEAT says; a malformed one raises MessageError."""
        values = unpack(table.HEARTBEAT, payload)
        return cls(number(values, "uptime"), number(values, "pieces"), Troubles(number(values, "troubles")))


@dataclass(frozen=True)
class Statistics:
    """What a controller counted since it started.

    Attributes:
        uptime: seconds.
        taken: READINGs and NO_READs taken over.
        duplicates: those that came again.
        refused: requests answered with NAK.
        dropped: damaged frames.
        triggers: pieces triggered.
        repeats: TRIGGERs sent again.
    """

    uptime: int = 0
    taken: int = 0
    duplicates: int = 0
    refused: int = 0
    dropped: int = 0
    triggers: int = 0
    repeats: int = 0

    def encode(self) -> bytes:
        """Return the payload of a STATISTICS."""
        return pack(table.STATISTICS, asdict(self))

    @classmethod
    def decode(cls, payload: bytes) -> Statistics:
        """Return what the payload of a STATISTICS says; a malformed one raises MessageError."""
        values = unpack(table.STATISTICS, payload)
        return cls(**{name: number(values, name) for name in values})


@dataclass(frozen=True)
class TriggerMessage:
    """A piece that came under the camera.

    Attributes:
        piece: the controller's number of it.
        deadline_ms: from the moment it came to its answer; 0: as the reader is configured.
        age_ms: since it came, when this copy was sent.
    """

    piece: int
    deadline_ms: int = 0
    age_ms: int = 0

    def encode(self) -> bytes:
        """Return the payload of a TRIGGER."""
        return pack(table.TRIGGER, {"piece": self.piece, "deadline": self.deadline_ms, "age": self.age_ms})

    @classmethod
    def decode(cls, payload: bytes) -> TriggerMessage:
        """Return what the payload of a TRIGGER says; a malformed one raises MessageError."""
        values = unpack(table.TRIGGER, payload)
        return cls(number(values, "piece"), number(values, "deadline"), number(values, "age"))


@dataclass(frozen=True)
class Setting:
    """A setting as it is asked for, changed and answered.

    Attributes:
        key: its name; printable ASCII of at most 32 characters.
        value: None in a CONFIG_GET; else printable ASCII of at most 64 characters.
        cause: of an answer, why it was not done: a NakCause; 0: it was.
    """

    key: str
    value: str | None = None
    cause: int = 0

    def encode(self) -> bytes:
        """Return the payload of a CONFIG_GET or a CONFIG_SET."""
        if self.value is None:
            return pack(table.CONFIG_GET, {"key": self.key})
        return pack(table.CONFIG_SET, {"key": self.key, "value": self.value})

    def encode_answer(self) -> bytes:
        """Return the payload of a CONFIG."""
        return pack(table.CONFIG, {"cause": self.cause, "key": self.key, "value": self.value or ""})

    @classmethod
    def decode(cls, kind: int, payload: bytes) -> Setting:
        """Return what a payload says; a malformed one raises MessageError.

        Args:
            kind: type of its frame: CONFIG_GET, CONFIG_SET or CONFIG.
            payload: of the frame.
        """
        (message,) = (one for one in (table.CONFIG_GET, table.CONFIG_SET, table.CONFIG) if one.type == kind)
        values = {"cause": 0} | unpack(message, payload)
        return cls(text(values, "key"), text(values, "value") if "value" in values else None, number(values, "cause"))


def encode_taken(cause: int) -> bytes:
    """Return the payload of a TAKEN.

    Args:
        cause: 0 where the trigger was taken, else a NakCause.
    """
    return pack(table.TAKEN, {"cause": int(cause)})


def decode_taken(payload: bytes) -> int:
    """Return the cause in the payload of a TAKEN; a malformed one raises MessageError."""
    return number(unpack(table.TAKEN, payload), "cause")


def encode_time(unix_ms: int) -> bytes:
    """Return the payload of a TIME.

    Args:
        unix_ms: milliseconds since 1970-01-01 in UTC.
    """
    return pack(table.TIME, {"time": unix_ms})


def decode_time(payload: bytes) -> int:
    """Return the milliseconds since 1970 in the payload of a TIME; a malformed one raises MessageError."""
    return number(unpack(table.TIME, payload), "time")
