"""Writes the weights of the evidence into docs/choosing.md: `python -m docs.build.evidence [--check]`.

<!-- evidence: GEOMETRY -->
...
<!-- end evidence -->
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from device_runtime.files.atomic import write_text
from device_runtime.piece.evidence import features
from device_runtime.piece.evidence.weights import load_weights

PAGE = Path(__file__).parents[1] / "choosing.md"
_BLOCK = re.compile(r"<!-- evidence: (\w+) -->\n(.*?)<!-- end evidence -->", re.S)
_GROUPS: Mapping[str, Mapping[str, str]] = {
    "GEOMETRY": features.GEOMETRY,
    "READ": features.READ,
    "UNREAD": features.UNREAD,
}


def filled(text: str) -> str:
    """The page with the weights as they are in the file."""
    return _BLOCK.sub(
        lambda block: f"<!-- evidence: {block[1]} -->\n\n{_table(block[1])}\n\n<!-- end evidence -->", text
    )


def _table(group: str) -> str:
    """The features of a group, with what each takes off the penalty of an alternative, in nats."""
    roles = load_weights().roles
    rows: list[tuple[str, ...]] = [("evidence", "destination", "sender")]
    for name, meaning in _GROUPS[group].items():
        weights = [f"{roles[role].weights[name]:+.2f}" for role in ("destination", "sender")]
        rows.append((meaning, *weights))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"| {meaning:<{widths[0]}} | {one:>{widths[1]}} | {other:>{widths[2]}} |" for meaning, one, other in rows]
    rule = f"|{'-' * (widths[0] + 2)}|{'-' * (widths[1] + 1)}:|{'-' * (widths[2] + 1)}:|"
    return "\n".join([lines[0], rule, *lines[1:]])


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 when the page is out of date.")
def main(check: bool) -> None:
    """Write the weights of the evidence into the page about choosing."""
    text = PAGE.read_text("utf-8")
    found = filled(text)
    if check and found != text:
        click.echo(f"{PAGE.name} is out of date: run python -m docs.build.evidence", err=True)
        sys.exit(1)
    if found != text:
        write_text(PAGE, found)


if __name__ == "__main__":
    main()
