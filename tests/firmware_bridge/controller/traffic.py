"""What arrives at a controller: requests of every type, near those of a reader and far from them, and bad lines."""

from __future__ import annotations

import random

from firmware_bridge.protocol import table
from firmware_bridge.protocol.codec import Value, pack
from firmware_bridge.protocol.frame import Frame, encode
from firmware_bridge.protocol.table import Field

_ODD_BYTES = (0, 1, 2, 3, 4, 31, 32, 33, 64, 65, 126, 127, 255)
_READERS = tuple(one for one in table.MESSAGES if one.sender == "reader")
_TYPES = (*(one.type for one in _READERS), 0x00, 0x05, 0x1F, 0x22, 0x7F, 0x80, 0x81, 0x82, 0xA0, 0xFF)


def damaged(data: bytes, generator: random.Random) -> bytes:
    """What arrives of a piece of traffic: at times with a bit flipped, a byte lost, or noise behind it."""
    arrives = bytearray(data)
    if arrives and generator.random() < 0.15:
        arrives[generator.randrange(len(arrives))] ^= 1 << generator.randrange(8)
    if arrives and generator.random() < 0.1:
        del arrives[generator.randrange(len(arrives))]
    return bytes(arrives) + (generator.randbytes(300) if generator.random() < 0.1 else b"")


class Traffic:
    """Frames as a reader sends them, mutated: sessions and sequences near the open ones, and some of another day.

    Args:
        generator: of all chances.
    """

    def __init__(self, generator: random.Random) -> None:
        self._generator = generator
        self._session, self._sequence = 1, 0

    def frame(self) -> Frame:
        """Return the next frame; one in fifty opens a session."""
        pick = self._generator.random
        if pick() < 0.02:
            self._session, self._sequence = self._session + 1, 0
            return Frame(table.HELLO.type, 0, self._session, self._payload(table.HELLO))
        message = self._generator.choices(
            _READERS, [4 if one in (table.READING, table.NO_READ) else 1 for one in _READERS]
        )[0]
        payload = self._payload(message)
        self._sequence = min(self._sequence + (pick() < 0.7), 65_535)
        kind = message.type if pick() < 0.95 else self._generator.choice(_TYPES)
        sequence = (
            self._sequence if pick() < 0.8 else self._generator.choice((0, 1, max(self._sequence - 1, 0), 65_535))
        )
        session = self._session if pick() < 0.95 else self._generator.choice((0, self._session - 1, 2**32 - 1))
        return Frame(kind, sequence, session, payload, 1 if pick() < 0.97 else self._generator.randrange(256))

    def arriving(self, count: int) -> bytes:
        """Return the bytes of some frames, of which a few are damaged on the way."""
        sent = b""
        for _ in range(count):
            one = encode(self.frame())
            sent += damaged(one, self._generator) if self._generator.random() < 0.2 else one
        return sent

    def _payload(self, message: table.Message) -> bytes:
        """A payload by the table, at times with other bytes, cut, or longer."""
        pick = self._generator.random
        fields = [one for one in message.fields if not one.appended] if pick() < 0.3 else message.fields
        payload = bytearray(pack(message, {one.name: self._value(one) for one in fields}))
        if message is table.READING and payload[8] != 2 and pick() < 0.9:  # status and code fit to each other
            payload[8] = 1 if payload[9] else 3
        if pick() < 0.1 and payload:
            payload[self._generator.randrange(len(payload))] = self._generator.choice(_ODD_BYTES)
        if pick() < 0.05:
            del payload[self._generator.randrange(len(payload) + 1) :]
        if pick() < 0.05:
            payload += self._generator.randbytes(self._generator.choice((1, 2, 242 - len(payload))))
        return bytes(payload)

    def _value(self, field: Field) -> Value:
        if field.kind == "hash":
            return self._generator.randbytes(field.width)
        if field.kind != "text":
            return self._generator.choice(
                (field.least, field.largest, self._generator.randint(field.least, field.largest))
            )
        length = self._generator.choice((0, 5, 5, 5, field.largest, self._generator.randrange(field.largest)))
        return "".join(chr(self._generator.randint(32, 126)) for _ in range(length))
