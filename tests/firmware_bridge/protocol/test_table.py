"""The table of messages: its numbers, and the page that is printed from it."""

from __future__ import annotations

import pytest

from docs.build.wire import PAGE, filled
from docs.build.wire_header import HEADER, header
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol.codec import unpack
from firmware_bridge.protocol.frame import Frame, FrameReader, encode
from firmware_bridge.protocol.table import MESSAGES, Message

BY_NAME = {one.name: one for one in MESSAGES}
BY_TYPE = {one.type: one for one in MESSAGES}


def test_the_pages_tables_are_those_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    assert filled(text) == text
    shown = {name for name in BY_NAME if f"<!-- layout: {name} -->" in text}
    # The payloads of these three have a table of their own, or none.
    assert set(BY_NAME) - shown == {"WELCOME", "ACK", "NAK", "STATS"}


def test_the_c_header_is_that_of_the_table() -> None:
    assert HEADER.read_text("utf-8") == header(), "make pages"


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_numbers_say_who_sends_it_and_whether_it_is_answered(message: Message) -> None:
    frame = Frame(message.type, 0, 1)
    assert frame.is_answer == (message.sender == "controller")
    asks = frame.is_request or message.type >= wire.FIRST_NOTICE
    assert asks or not message.answers  # TIME asks for nothing
    assert all(BY_NAME[answer].sender != message.sender for answer in message.answers)
    assert BY_NAME[message.name] == BY_TYPE[message.type] == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_fields_fit_into_a_frame_and_appended_ones_are_last(message: Message) -> None:
    names = [field.name for field in message.fields]
    assert len(set(names)) == len(names)
    longest = sum(field.width + (field.largest if field.kind == "text" else 0) for field in message.fields)
    assert longest <= wire.MAX_PAYLOAD_BYTES
    appended = [field.appended for field in message.fields]
    assert appended == sorted(appended)
    assert all(0 <= field.least <= field.largest < 256**field.width for field in message.fields)


def test_every_type_has_an_example_whose_bytes_are_right(examples: dict[str, tuple[bytes, bytes]]) -> None:
    seen = set()
    for body, on_the_wire in examples.values():
        (frame,) = FrameReader().feed(on_the_wire)
        assert encode(frame) == on_the_wire and frame.payload == body[8:-4]
        unpack(BY_TYPE[frame.type], frame.payload)
        seen.add(frame.type)
    assert seen == set(BY_TYPE)


def test_offsets_are_those_of_the_page_until_a_text_moves_them() -> None:
    reading = BY_NAME["READING"]
    assert [reading.offset(field) for field in reading.fields] == [0, 4, 6, 8, 9, None, None]
