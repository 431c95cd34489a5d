"""`posteye read`: image files in, one line or one JSON object a reading out, and over serial if asked."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from device_runtime.commands.options import advise, reading_options
from device_runtime.errors import ImageError
from device_runtime.reader import Reader, Result
from device_runtime.report import Reporter


@click.command()
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@reading_options
@click.option(
    "--serial", metavar="URL", help="Send each reading to a controller on this port and wait until it has it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a reading.")
def read(images: tuple[Path, ...], field: bool, serial: str | None, as_json: bool, **reading: Any) -> None:
    """Read the postal code in each of IMAGES.

    Without --country, --pattern or --lexicon a code is 3 to 9 digits, and four digits of five can pass for one: give
    the country, or a pattern of the length that your codes have. The code may stand inside other writing.

    \b
    Examples:
      posteye read letter.png --country US
      posteye read fields/*.png --field --pattern '\\d{5}' --max-error 0.005 --json
      posteye read letter.png --country US --lexicon us.grammar
      posteye read letter.png --country DE --serial /dev/serial0
    """
    reader = Reader(**reading)
    hint = None if as_json else advise(reader.grammar, bool(reading["country"] or reading["lexicon"]))
    if hint:
        print(f"posteye: {hint}", file=sys.stderr)
    failed = False
    with contextlib.ExitStack() as stack:
        reporter = stack.enter_context(Reporter(serial)) if serial else None
        for piece, image in enumerate(images, start=1):
            try:
                result = reader.read(image, field=field)
            except ImageError as error:  # the other images are read all the same
                print(f"posteye: {error}", file=sys.stderr)
                failed = True
                continue
            print(json.dumps(result.as_dict()) if as_json else line(result), flush=True)
            if reporter:
                print(reporter.send(piece, result), file=sys.stderr)
    if failed:
        raise click.exceptions.Exit(2)


def line(result: Result) -> str:
    """One line about a result for people."""
    reading = result.reading
    answer = (
        f"{reading.code or '-':<11} {reading.status:<9} {reading.confidence:6.4f} {result.timing_ms['total']:7.1f} ms"
    )
    return f"{answer}  {result.source}" + (f"  ({reading.reason})" if reading.reason else "")
