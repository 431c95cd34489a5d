"""Payloads: worked examples, rounding, limits, and what a later version may append."""

from __future__ import annotations

import math

import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import MessageError
from firmware_bridge.protocol.message import (
    NakCause,
    ReadingMessage,
    decode_cause,
    decode_name,
    decode_reading,
    describe_cause,
    encode_cause,
    encode_name,
    encode_reading,
)

READINGS = {
    "reading-accepted": ReadingMessage(7, "accepted", "10115", 0.9973, 84),
    "reading-rejected": ReadingMessage(8, "rejected", "10775", 0.41, 91),
    "reading-no-code": ReadingMessage(9, "no_code", None, 0.0, 77),
}
ACCEPTED = encode_reading(READINGS["reading-accepted"])

codes = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=32)
confidences = st.integers(0, 10_000).map(lambda steps: steps / 10_000)
pieces = st.integers(0, 2**32 - 1)
times_ms = st.integers(0, 65_535)
any_reading = (
    st.builds(ReadingMessage, pieces, st.just("accepted"), codes, confidences, times_ms)
    | st.builds(ReadingMessage, pieces, st.just("rejected"), codes | st.none(), confidences, times_ms)
    | st.builds(ReadingMessage, pieces, st.just("no_code"), st.none(), confidences, times_ms)
)


@pytest.mark.parametrize("name", READINGS)
def test_worked_example_of_the_protocol_page(name: str, examples: dict[str, tuple[bytes, bytes]]) -> None:
    payload = examples[name][0][8:-4]
    assert encode_reading(READINGS[name]) == payload
    assert decode_reading(payload) == READINGS[name]


def test_names_of_the_protocol_page(examples: dict[str, tuple[bytes, bytes]]) -> None:
    assert decode_name(cobs.decode(examples["hello"][1][1:-1])[8:-4]) == "posteye 0.1.0"
    assert decode_name(examples["welcome"][0][8:-4]) == "posteye sorter 0.1.0"


@given(any_reading)
def test_readings_round_trip(reading: ReadingMessage) -> None:
    assert decode_reading(encode_reading(reading)) == reading


def test_every_confidence_that_can_travel_arrives_as_it_was() -> None:
    for steps in range(10_001):
        payload = encode_reading(ReadingMessage(1, "rejected", None, steps / 10_000, 0))
        assert int.from_bytes(payload[4:6], "little") == steps


@pytest.mark.parametrize(("confidence", "steps"), [(0.99999, 9999), (0.00009, 0), (math.nextafter(1, 0), 10_000)])
def test_confidence_is_rounded_down_but_for_the_error_of_floats(confidence: float, steps: int) -> None:
    assert encode_reading(ReadingMessage(1, "accepted", "1", confidence, 0))[4:6] == steps.to_bytes(2, "little")


def test_a_long_time_is_reported_as_the_longest() -> None:
    assert decode_reading(encode_reading(ReadingMessage(1, "no_code", None, 0, 3_600_000))).elapsed_ms == 65_535


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((-1, "accepted", "1", 0.5, 0), "piece -1 is outside"),
        ((2**32, "accepted", "1", 0.5, 0), "piece 4294967296 is outside"),
        ((1, "perhaps", "1", 0.5, 0), "status 'perhaps' is none of accepted, rejected, no_code"),
        ((1, "accepted", None, 0.5, 0), "an accepted reading needs a code"),
        ((1, "accepted", "", 0.5, 0), "an accepted reading needs a code"),
        ((1, "rejected", "", 0.5, 0), "an empty code must be None"),
        ((1, "no_code", "1", 0.5, 0), "a reading without a code cannot carry '1'"),
        ((1, "accepted", "1" * 33, 0.5, 0), "at most 32 characters"),
        ((1, "accepted", "1\n", 0.5, 0), "not printable ASCII"),
        ((1, "accepted", "\u0661", 0.5, 0), "not printable ASCII"),
        ((1, "accepted", "1", 1.01, 0), "confidence 1.01 is outside 0..1"),
        ((1, "accepted", "1", math.nan, 0), "confidence nan is outside 0..1"),
        ((1, "accepted", "1", 0.5, -1), "elapsed time -1 ms is negative"),
    ],
)
def test_values_that_cannot_travel(values: tuple[int, str, str | None, float, int], message: str) -> None:
    with pytest.raises(MessageError, match=message):
        ReadingMessage(*values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "payload",
    [
        *(ACCEPTED[:length] for length in range(len(ACCEPTED))),
        ACCEPTED[:8] + b"\x00" + ACCEPTED[9:],  # status 0
        ACCEPTED[:8] + b"\x04" + ACCEPTED[9:],
        ACCEPTED[:8] + b"\x03" + ACCEPTED[9:],  # no code, yet a code
        ACCEPTED[:9] + b"\x00",  # accepted without a code
        ACCEPTED[:9] + b"\x06" + ACCEPTED[10:],  # the length says more than there is
        ACCEPTED[:9] + b"\x21" + b"1" * 33,
        ACCEPTED[:4] + b"\x11\x27" + ACCEPTED[6:],  # confidence 10001
        ACCEPTED[:-1] + b"\xb5",
        ACCEPTED[:-1] + b"\x00",
    ],
)
def test_malformed_readings_are_refused(payload: bytes) -> None:
    with pytest.raises(MessageError):
        decode_reading(payload)


@given(st.binary(max_size=242))
def test_any_payload_is_a_reading_or_malformed(payload: bytes) -> None:
    try:
        reading = decode_reading(payload)
    except MessageError:
        return
    assert payload.startswith(encode_reading(reading))


def test_bytes_that_a_later_version_appends_are_ignored() -> None:
    assert decode_reading(ACCEPTED + b"\x00\x00\x03") == READINGS["reading-accepted"]
    assert decode_name(encode_name("posteye 9") + b"more") == "posteye 9"
    assert decode_cause(encode_cause(NakCause.UNKNOWN_TYPE) + b"more") == 2


@pytest.mark.parametrize("name", ["x" * 65, "caf\u00e9", "a\x1b[2J"])
def test_names_that_cannot_travel(name: str) -> None:
    with pytest.raises(MessageError, match="printable ASCII of at most 64"):
        encode_name(name)
    with pytest.raises(MessageError):
        decode_name(bytes([len(name)]) + name.encode("latin-1"))


def test_empty_payloads_of_names_and_causes_are_malformed() -> None:
    with pytest.raises(MessageError, match="without a name"):
        decode_name(b"")
    with pytest.raises(MessageError, match="without a cause"):
        decode_cause(b"")


def test_causes_have_names_and_unknown_ones_numbers() -> None:
    assert describe_cause(NakCause.UNKNOWN_SESSION) == "unknown session"
    assert describe_cause(77) == "cause 77"
