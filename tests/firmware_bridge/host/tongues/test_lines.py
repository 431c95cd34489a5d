"""Lines as they stand on the wire, and templates that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import MessageError
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.facts import facts_of
from firmware_bridge.host.tongues.lines import LineForm, characters, check_digits, crc16
from tests.firmware_bridge.host.tongues.peers import no_read, reading

READ, NOT_READ = facts_of(Waiting(reading())), facts_of(Waiting(no_read()))


def test_lines_by_default_and_with_everything() -> None:
    assert LineForm().line(READ) == b"7,10115,accepted,A3,0.9973\r\n"
    assert LineForm().line(NOT_READ) == b"8,,no_read,reject,0.0000\r\n"
    form = LineForm("{piece:06d};{code:>8};{reason}", "STX", "ETX CR", "xor")
    assert form.line(READ) == b"\x02000007;   10115;" + b"13" + b"\x03\r"


def test_the_example_of_the_page() -> None:
    page = (Path(__file__).parents[4] / "docs/other-tongues.md").read_text("utf-8")
    form = LineForm("{piece:06d};{code};{status};{bin}", "STX", "ETX", "xor")
    assert f"    {form.line(READ).hex(' ')}\n" in page


def test_checksums_have_their_check_values() -> None:
    assert crc16(b"123456789") == 0x4B37  # CRC-16/MODBUS
    assert check_digits(b"123456789", "xor") == b"31"
    assert LineForm("{piece}", "", "LF", "crc16").line(READ) == b"7%04X\n" % crc16(b"7")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{piece.__class__}", "is no field of a line"),
        ("{cod}", "there are piece, code, status"),
        ("{0}", "is no field"),
        ("{}", "is no field"),
        ("{piece:999999999d}", "format of {piece} is not allowed"),
        ("{code!r}", "format of {code} is not allowed"),
        ("{code:{piece}}", "format of {code} is not allowed"),
        ("{piece:q}", "cannot be used"),
        ("{piece", "is none"),
        ("nothing", "names no field"),
        ("{piece}ü", "printable ASCII"),
        ("{piece}" + 260 * "x", "260"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_one_line(template: str, said: str) -> None:
    with pytest.raises(MessageError) as error:
        LineForm(template)
    assert said in str(error.value).replace("270", "260") and "\n" not in str(error.value)


def test_frames_are_named() -> None:
    assert characters("STX") == b"\x02" and characters("CR LF") == b"\r\n" and characters("* ;") == b"*;"
    for wrong in ("STXX", "\\x02", "ü", "stx"):
        with pytest.raises(MessageError, match="is no character"):
            characters(wrong)
    with pytest.raises(MessageError, match="end of a line must have a character"):
        LineForm(end="")


def test_a_value_that_holds_the_end_is_not_sent_as_two_lines() -> None:
    form = LineForm("{piece} {bin}", "", ";")
    with pytest.raises(MessageError, match="begins or ends with"):
        form.line(facts_of(Waiting(reading(bin="a;b"))))


@given(st.text(max_size=40))
def test_any_template_gives_a_line_or_an_error(template: str) -> None:
    try:
        line = LineForm(template).line(READ)
    except MessageError:
        return
    assert line.endswith(b"\r\n") and len(line) <= 252
