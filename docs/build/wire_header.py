"""Writes the C header of the wire from the table of messages: `python -m docs.build.wire_header [--check]`.

What the controller library knows of types, limits, causes and bits comes from here alone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from enum import IntEnum, IntFlag
from typing import get_args

import click

from device_runtime.files.atomic import write_text
from docs.build.examples import ROOT
from firmware_bridge.protocol.frame import FIRST_ANSWER_OF_READER, MAX_ENCODED_BYTES, MAX_PAYLOAD_BYTES, VERSION
from firmware_bridge.protocol.message import Flags, NakCause, NoReadReason, Status
from firmware_bridge.protocol.notice import Capability, Troubles
from firmware_bridge.protocol.table import MESSAGES, Field, Message

HEADER = ROOT / "firmware_bridge" / "controller" / "c" / "posteye_wire.h"
_COLUMNS = 120
_KINDS = {"text": "text", "hash": "8 bytes"}
_ENUMS: tuple[tuple[str, str, type[IntEnum] | type[IntFlag]], ...] = (
    ("Why a request or a setting is refused.", "CAUSE", NakCause),
    ("Why a piece was not read; a reason that is not here counts as OTHER.", "REASON", NoReadReason),
    ("Bits of a report's flags.", "FLAG", Flags),
    ("Bits of what an end speaks.", "SPEAKS", Capability),
    ("Bits of what is wrong at the reader.", "TROUBLE", Troubles),
)
_TOP = f"""\
/* The numbers of posteye's wire protocol, version {VERSION}; docs/protocol.md has their meaning.
 *
 * Written by `python -m docs.build.wire_header` from the table of messages by which the reader encodes and decodes:
 * change that one.
 */
#ifndef POSTEYE_WIRE_H
#define POSTEYE_WIRE_H
"""


def header() -> str:
    """The text of the header as the table of messages has it now."""
    return "\n".join([_TOP, *_lines(), "", "#endif", ""])


def _lines() -> Iterator[str]:
    yield _define("VERSION", f"{VERSION}u")
    yield _define("MOST_ENCODED_BYTES", f"{MAX_ENCODED_BYTES}u", "of a frame between its delimiters")
    yield _define("MOST_BODY_BYTES", f"{MAX_ENCODED_BYTES - 1}u", "of the same, decoded")
    yield _define("MOST_PAYLOAD_BYTES", f"{MAX_PAYLOAD_BYTES}u")
    most = max(_most_bytes(message) for message in MESSAGES if message.sender == "controller")
    yield _define("MOST_SENT_BYTES", f"{most}u", "of a payload that the controller sends")
    yield _define("FIRST_ANSWER", f"0x{FIRST_ANSWER_OF_READER:02X}u", "types below it are requests of the reader")
    yield "\n/* Types, each below the fields of its payload. A text is a byte of length and as many characters. */"
    for message in MESSAGES:
        yield from _message_lines(message)
    yield "\n/* Of a READING. */"
    for number, status in enumerate(get_args(Status), 1):
        yield _define(f"STATUS_{status}", f"{number}u")
    for words, prefix, members in _ENUMS:
        yield f"\n/* {words} */"
        for member in members:
            yield _define(f"{prefix}_{member.name}", f"{int(member)}u")


def _message_lines(message: Message) -> Iterator[str]:
    fields = ", ".join(_described(field) for field in message.fields) or message.summary
    yield "\n" + textwrap.fill(f"/* {fields} */", _COLUMNS, subsequent_indent=" * ", break_long_words=False)
    yield _define(f"TYPE_{message.name}", f"0x{message.type:02X}u")
    for field in message.fields:
        name = f"{message.name}_{field.name}"
        if field.least:
            yield _define(f"{name}_LEAST", f"{field.least}u")
        if field.most is not None:
            yield _define(f"{name}_MOST", f"{field.most}u", "characters" if field.kind == "text" else "")


def _described(field: Field) -> str:
    later = ", may be missing" if field.appended else ""
    return f"{field.name} ({_KINDS.get(field.kind, field.kind)}{later})"


def _most_bytes(message: Message) -> int:
    return sum(field.width + (field.largest if field.kind == "text" else 0) for field in message.fields)


def _define(name: str, value: str, remark: str = "") -> str:
    return f"#define PEC_{name.upper()} {value}" + (f" /* {remark} */" if remark else "")


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 where the header differs.")
def main(check: bool) -> None:
    """Write the header."""
    new = header()
    if HEADER.is_file() and HEADER.read_text("utf-8") == new:
        return
    if check:
        click.echo(f"{HEADER.name} differs from firmware_bridge/protocol/table.py: make pages", err=True)
        raise click.exceptions.Exit(1)
    write_text(HEADER, new)


if __name__ == "__main__":
    main()
