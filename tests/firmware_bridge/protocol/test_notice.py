"""Who the ends are, triggers, time and settings: examples of the page, round trips, and payloads that are none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import MessageError
from firmware_bridge.protocol import table
from firmware_bridge.protocol.message import (
    Flags,
    NakCause,
    NoReadMessage,
    NoReadReason,
    ReadingMessage,
    decode_no_read,
    decode_reading,
    encode_no_read,
    encode_reading,
)
from firmware_bridge.protocol.notice import (
    Capability,
    ControllerIdentity,
    Heartbeat,
    ReaderIdentity,
    Setting,
    Statistics,
    TriggerMessage,
    Troubles,
    decode_taken,
    decode_time,
    encode_taken,
    encode_time,
)

GET, SET, SAID = table.CONFIG_GET.type, table.CONFIG_SET.type, table.CONFIG.type
READER = Capability.NO_READ | Capability.HEARTBEAT | Capability.TRIGGER | Capability.TIME
BUNDLE = bytes.fromhex("9f86d081884c7d65")
NO_READ = NoReadMessage(11, NoReadReason.NO_TIME, 98, "reject", Flags.TRIGGERED, "no time left")
WITH_BIN = ReadingMessage(10, "accepted", "10115", 0.9973, 61, "A3", Flags.TRIGGERED)

REFUSED = Setting("deadline", "100", NakCause.NOT_ALLOWED)
Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]


def setting(kind: int) -> Decode:
    return lambda payload: Setting.decode(kind, payload)


EXAMPLES: dict[str, tuple[Any, Encode, Decode]] = {
    "reading-bin": (WITH_BIN, encode_reading, decode_reading),
    "no-read": (NO_READ, encode_no_read, decode_no_read),
    "identify": (ReaderIdentity(READER, BUNDLE, "posteye 0.1.0"), ReaderIdentity.encode, ReaderIdentity.decode),
    "identity": (
        ControllerIdentity(Capability(15), "mysorter 1.0"),
        ControllerIdentity.encode,
        ControllerIdentity.decode,
    ),
    "heartbeat": (Heartbeat(3600, 18_000, Troubles.OVERHEATED), Heartbeat.encode, Heartbeat.decode),
    "statistics": (Statistics(7200, 18_000, 2, 0, 3, 18_000, 1), Statistics.encode, Statistics.decode),
    "trigger": (TriggerMessage(10, 100, 0), TriggerMessage.encode, TriggerMessage.decode),
    "taken": (0, encode_taken, decode_taken),
    "time": (1_796_083_200_000, encode_time, decode_time),
    "config-get": (Setting("deadline"), Setting.encode, setting(GET)),
    "config-set": (Setting("deadline", "80"), Setting.encode, setting(SET)),
    "config": (Setting("deadline", "100"), Setting.encode_answer, setting(SAID)),
    "config-refused": (REFUSED, Setting.encode_answer, setting(SAID)),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_example_of_the_protocol_page(name: str, examples: dict[str, tuple[bytes, bytes]]) -> None:
    value, encode, decode = EXAMPLES[name]
    payload = encode(value)
    assert examples[name][0][8:-4] == payload
    assert decode(payload) == value


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_payload_cut_anywhere_is_refused_and_a_longer_one_read(name: str) -> None:
    value, encode, decode = EXAMPLES[name]
    payload = encode(value)
    for length in range(len(payload)):
        if name == "reading-bin" and length == 15:  # where a reading without a bin ends
            continue
        with pytest.raises(MessageError):
            decode(payload[:length])
    assert decode(payload + b"\x01later") == value


@pytest.mark.parametrize("name", EXAMPLES)
@given(data=st.data())
def test_any_bytes_are_a_message_or_refused(name: str, data: st.DataObject) -> None:
    value, encode, decode = EXAMPLES[name]
    payload = encode(value)
    at = data.draw(st.integers(0, len(payload) - 1))
    changed = payload[:at] + data.draw(st.binary(min_size=1, max_size=3)) + payload[at + 1 :]
    for hostile in (changed, data.draw(st.binary(max_size=242))):
        try:
            decode(hostile)
        except MessageError as error:
            assert "\n" not in str(error)


texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
flags = st.integers(0, 255).map(Flags)
bins = st.none() | texts.filter(lambda bin: 0 < len(bin) <= 32)


@given(
    st.builds(
        NoReadMessage, st.integers(0, 2**32 - 1), st.integers(1, 255), st.integers(0, 65_535), bins, flags,
        texts.filter(lambda detail: len(detail) <= 64),
    )
)  # fmt: skip
def test_pieces_without_a_reading_round_trip(no_read: NoReadMessage) -> None:
    assert decode_no_read(encode_no_read(no_read)) == no_read


@given(bins, flags)
def test_readings_round_trip_with_bins_and_flags(bin: str | None, flags: Flags) -> None:
    reading = ReadingMessage(7, "rejected", None, 0.5, 84, bin, flags)
    assert decode_reading(encode_reading(reading)) == reading


def test_a_reading_without_a_bin_has_the_bytes_of_the_first_days() -> None:
    assert len(encode_reading(ReadingMessage(7, "accepted", "10115", 0.9973, 84))) == 15


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NoReadMessage(1, 0, 5), "reason 0 is outside 1..255"),
        (lambda: NoReadMessage(1, 1, 5, ""), "an empty bin must be None"),
        (lambda: NoReadMessage(1, 1, 5, "M\u00fcnchen"), "bin 'M\u00fcnchen' is not printable ASCII"),
        (lambda: NoReadMessage(1, 1, 5, None, Flags(0), "x" * 65), "detail 'x+' is not printable ASCII of at most 64"),
        (lambda: ReadingMessage(1, "accepted", "1", 0.5, 5, "b" * 33), "at most 32 characters"),
        (lambda: TriggerMessage(1, 65_536).encode(), "deadline 65536 is outside 0..65535"),
        (lambda: TriggerMessage(-1).encode(), "piece -1 is outside"),
        (lambda: ReaderIdentity(READER, b"\x01").encode(), "bundle has 1 bytes, not 8"),
        (lambda: Setting("k" * 33).encode(), "key 'k+' is not printable ASCII of at most 32"),
        (lambda: encode_time(-1), "time -1 is outside"),
    ],
)
def test_values_that_cannot_travel(make: Callable[[], object], message: str) -> None:
    with pytest.raises(MessageError, match=message):
        make()
