"""Draws docs/dashboard.svg, the terminal dashboard of a made-up station: `python -m docs.build.dashboard [--check]`."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.terminal_theme import MONOKAI

from device_runtime.files.atomic import write_text
from device_runtime.station.health.states import MEANINGS
from device_runtime.station.tell.screen import screen
from device_runtime.station.tell.snapshot import PieceRow, Snapshot, StageRow, TroubleRow

PICTURE = Path(__file__).parents[1] / "dashboard.svg"
_WIDTH = 110
# rich's picture would fetch a font from another host.
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.S)
_READ = (
    ("80331", "accepted", 0.9991, 41.3, "munich"),
    ("10115", "accepted", 0.9973, 47.5, "berlin"),
    ("80333", "rejected", 0.5711, 53.7, "hand"),
    ("-", "no_read", 0.0, 99.1, "hand"),
    ("80469", "accepted", 0.9958, 44.0, "munich"),
    ("04109", "accepted", 0.9989, 39.8, "leipzig"),
    ("-", "no_code", 0.0, 31.2, "hand"),
    ("81541", "accepted", 0.9990, 42.9, "munich"),
    ("12627", "accepted", 0.9985, 45.1, "berlin"),
    ("04229", "accepted", 0.9942, 43.3, "leipzig"),
)


def made_up() -> Snapshot:
    """A station that has just lost its controller."""
    pieces = tuple(PieceRow(8412 - n, f"05:13:{27 - n:02}", *row) for n, row in enumerate(_READ))
    stages = (
        StageRow("wait", 8.1, 16.4, 17.9),
        StageRow("locate", 6.2, 7.0, 9.8),
        StageRow("scan", 14.4, 21.7, 30.2),
        StageRow("decode", 5.3, 11.1, 19.6),
        StageRow("total", 42.8, 61.5, 78.3),
    )
    lost = TroubleRow("wire_lost", "/dev/serial0: nothing is acknowledged", MEANINGS["wire_lost"].works, 12)
    reasons = (("rival", 311), ("the deadline passed", 98), ("no code was found", 64), ("rejected", 51))
    counts = {"accepted": 7888, "rejected": 362, "no_code": 64, "no_read": 98}
    messages = ("05:13:16  warning  wire_lost: /dev/serial0: nothing is acknowledged",)
    return Snapshot(
        "posteye watch  v4l2:/dev/video0", 7985, 1.1, 58.2, counts, reasons, stages, (lost,), pieces, messages
    )


def drawn() -> str:
    """The picture; the same bytes each time."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(screen(made_up()))
    picture = console.export_svg(title="posteye", theme=MONOKAI, unique_id="dashboard")
    return _FONT_FACE.sub("", picture).replace("Fira Code", "monospace").rstrip() + "\n"


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 when the picture is out of date.")
def main(check: bool) -> None:
    """Draw the dashboard of a made-up station into the page about health."""
    picture = drawn()
    current = PICTURE.is_file() and PICTURE.read_text("utf-8") == picture
    if check and not current:
        click.echo(f"{PICTURE.name} is out of date: run python -m docs.build.dashboard", err=True)
        sys.exit(1)
    if not current:
        write_text(PICTURE, picture)


if __name__ == "__main__":
    main()
