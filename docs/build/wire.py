"""Fills the tables of docs/protocol.md from the table of messages: `python -m docs.build.wire [--check]`.

The page holds `<!-- types -->` for the table of all types and `<!-- layout: NAME -->` for that of a payload, each up to
`<!-- end -->`.
"""

from __future__ import annotations

import re

import click

from device_runtime.files.atomic import write_text
from docs.build.examples import ROOT
from firmware_bridge.protocol.table import MESSAGES, Field, Message

PAGE = ROOT / "docs" / "protocol.md"
_MARK = re.compile(r"<!-- (types|layout: (\w+)) -->\n.*?<!-- end -->", re.S)


def filled(text: str) -> str:
    """The page with its tables as the table of messages has them now."""
    return _MARK.sub(_fill, text)


def _fill(mark: re.Match[str]) -> str:
    if mark[2] is None:
        rows = [("type", "name", "from", "payload", "answered by"), *map(_type_row, MESSAGES)]
    else:
        (message,) = (one for one in MESSAGES if one.name == mark[2])
        rows = [
            ("offset", "bytes", "field", "unit", "meaning"),
            *(_field_row(message, field) for field in message.fields),
        ]
    return f"<!-- {mark[1]} -->\n{_table(rows)}\n<!-- end -->"


def _type_row(message: Message) -> tuple[str, ...]:
    answers = " or ".join(message.answers) or "-"
    return f"0x{message.type:02X}", message.name, message.sender, message.summary, answers


def _field_row(message: Message, field: Field) -> tuple[str, ...]:
    at = message.offset(field)
    width = f"1 + 0 to {field.largest}" if field.kind == "text" else f"{field.width}"
    limits = f" ({field.least} to {field.largest})" if field.most is not None and field.kind != "text" else ""
    unit = {"text": "ASCII", "hash": "hash"}.get(field.kind, field.unit)
    later = "; may be missing" if field.appended else ""
    return "then" if at is None else f"{at}", width, field.name, unit, f"{field.meaning}{limits}{later}"


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 where the page differs.")
def main(check: bool) -> None:
    """Fill the tables of the protocol page."""
    text = PAGE.read_text("utf-8")
    new = filled(text)
    if new == text:
        return
    if check:
        click.echo("docs/protocol.md differs from firmware_bridge/protocol/table.py: make pages", err=True)
        raise click.exceptions.Exit(1)
    write_text(PAGE, new)


if __name__ == "__main__":
    main()
