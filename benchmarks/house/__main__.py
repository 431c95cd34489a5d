"""The command: `python -m benchmarks.house`; `make pages` runs it."""

from __future__ import annotations

import click

from benchmarks.figures.command import run_command
from benchmarks.house.page import write
from benchmarks.house.rooms import house


@click.command()
def draw() -> None:
    """Draw the pictures of docs/architecture.md and fill its table of imports."""
    write(house())


if __name__ == "__main__":
    run_command(draw)
