"""`posteye bench`: how long readings take on this machine, as a table, as JSON and as a picture."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from device_runtime.bench.images import files_in
from device_runtime.bench.job import Job
from device_runtime.bench.parent import bench as measured
from device_runtime.bench.plot import plot
from device_runtime.bench.table import table
from device_runtime.commands.options import BUNDLE_HELP, code_options
from device_runtime.engines import ENGINES
from device_runtime.errors import WriteError
from device_runtime.files.atomic import require_writable, write_text
from device_runtime.files.regular import printable
from device_runtime.piece.locator.bundle import load_locator

JSON_FILE, PLOT_FILE = "bench.json", "bench.svg"
_ALL = "all"
_QUIET_S = 2.0


class _Folder(click.Path):
    """A folder that has a name: an empty one would mean the current folder."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("the name is empty; give a folder, `.` for the current one", param, ctx)
        return super().convert(value, param, ctx)


class _Seconds(click.FloatRange):
    """A range of times; click lets through what is no number, which is outside of no range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is no time; give 1 to 3600 seconds", param, ctx)
        return seconds


@click.command()
@click.argument("folder", required=False, type=_Folder())
@code_options
@click.option(
    "--bundle",
    type=click.Path(),
    help=BUNDLE_HELP,
)
@click.option(
    "--engine",
    type=click.Choice([*ENGINES, _ALL]),
    help="Interpreter of the model, or all that are installed; default: the fastest.",
)
@click.option(
    "--seconds",
    type=_Seconds(1, 3600),
    default=20,
    show_default=True,
    help="Time for reading, shared by the engines; more readings tell rarer delays.",
)
@click.option("--out", type=_Folder(), help=f"Folder for {JSON_FILE} and {PLOT_FILE}; it is made if missing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def bench(
    folder: Path | None,
    field: bool,
    country: str | None,
    pattern: str | None,
    lexicon: Path | None,
    bundle: str | None,
    engine: str | None,
    seconds: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure how long readings take on this machine.

    Without FOLDER the golden images are read, whose codes are known: the sample fields, and pieces made of them. With
    FOLDER its images are read, as whole pictures or, with --field, as fields. Nothing is written but into --out.

    Exit status 1 when a golden image is not read as it must be.

    \b
    Examples:
      posteye bench
      posteye bench --engine all --out measured
      posteye bench letters/ --country DE --seconds 60 --json
    """
    if folder is None and (field or country or pattern or lexicon):
        raise click.UsageError(
            "--field, --country, --pattern and --lexicon are for a FOLDER; golden images have their codes"
        )
    files = files_in(folder) if folder else ()
    if not field:
        load_locator()  # a damaged one is told before anything is measured
    if out:
        _prepare(out)
    job = Job(None, bundle, seconds, files, field, country, pattern, str(lexicon) if lexicon else None)
    engines = ENGINES if engine == _ALL else [engine]
    progress = _Progress()
    try:
        report = measured(job, engines, printable(folder) if folder else None, progress.tell)
    finally:
        progress.clear()
    found = msgspec.to_builtins(report)
    click.echo(json.dumps(found) if as_json else table(report))
    if out and report.engines:
        write_text(out / JSON_FILE, json.dumps(found, indent=1) + "\n")
        write_text(out / PLOT_FILE, plot(report))
    if report.failed:
        raise click.exceptions.Exit(1)


def _prepare(out: Path) -> None:
    """Make the folder and see that the files can be written, before anything is measured."""
    try:
        out.mkdir(exist_ok=True)
    except OSError as error:
        raise WriteError(f"{out} cannot be made: {error.strerror}; give a folder, or a name in one") from error
    for name in (JSON_FILE, PLOT_FILE):
        require_writable(out / name)


class _Progress:
    """A line on stderr that says how far it is, on a terminal and from two seconds on."""

    def __init__(self) -> None:
        self._shown_from = time.monotonic() + _QUIET_S if sys.stderr.isatty() else float("inf")
        self._width = 0

    def tell(self, text: str) -> None:
        if time.monotonic() >= self._shown_from:
            print(f"\r{text:<{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(text)

    def clear(self) -> None:
        if self._width:
            print(f"\r{'':<{self._width}}\r", end="", file=sys.stderr, flush=True)
