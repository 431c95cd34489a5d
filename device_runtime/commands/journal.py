"""`posteye journal`: shows, exports and counts what became of each piece."""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from device_runtime.commands.notes import note
from device_runtime.files.regular import printable
from device_runtime.station.journal.entry import Entry
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.journal.stats import stats_of

_FILE = click.argument("file", type=click.Path(path_type=Path))
_DURATION = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_POLL_S = 0.5
_COLUMNS = (
    *("id", "time", "latency_ms", "status", "code", "confidence", "reason", "candidates", "bin", "delivered", "engine"),
    *("bundle", "source", "monotonic_ns", "boot"),
)


class Since(click.ParamType):
    """A time, as nanoseconds since 1970: so long ago, or a date with or without a time."""

    name = "TIME"

    def convert(self, value: Any, _parameter: click.Parameter | None, _context: click.Context | None) -> int:
        if isinstance(value, int):  # the default
            return value
        text = str(value)
        if found := _DURATION.fullmatch(text):
            return time.time_ns() - int(found[1]) * _UNITS_S[found[2]] * 10**9
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r:.40} is no time; give 30m, 24h or 7d, or a date as 2026-12-01 or 2026-12-01T06:00")
        return round((moment if moment.tzinfo else moment.astimezone()).timestamp() * 1000) * 10**6


_SINCE = click.option(
    "--since", type=Since(), default=0, help="Only pieces from then on: 30m, 24h, 7d ago, or a date (local time)."
)


@click.group()
def journal() -> None:
    """Show, export or count what became of each piece.

    A journal is a file that a station writes. It can be read meanwhile.

    \b
    Examples:
      posteye journal tail station.journal --follow
      posteye journal export station.journal --csv --since 24h
      posteye journal stats station.journal --since 7d --json
    """


@journal.command()
@_FILE
@click.option("-n", "count", type=click.IntRange(0, 100_000), default=10, show_default=True, help="Pieces to show.")
@click.option("--follow", is_flag=True, help="Go on with new pieces until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a piece.")
def tail(file: Path, count: int, follow: bool, as_json: bool) -> None:
    """Show the last pieces of the journal FILE.

    With --follow a piece is shown when it is recorded; what is delivered later is not told.

    \b
    Examples:
      posteye journal tail station.journal
      posteye journal tail station.journal -n 100 --json
      posteye journal tail station.journal --follow
    """
    show: Callable[[Entry], str] = _json if as_json else line
    with JournalReader(file) as found:
        # At least one is asked for: it says behind which piece to go on.
        entries = found.last(max(count, 1))
        last = entries[-1].piece.id if entries else 0
        for entry in entries[-count:] if count else ():
            print(show(entry))
        sys.stdout.flush()
        _tell_left_out(found)
        while follow:
            for entry in found.after(last):
                print(show(entry), flush=True)
                last = entry.piece.id
            time.sleep(_POLL_S)


@journal.command()
@_FILE
@click.option("--csv", "as_csv", is_flag=True, help="Print a table with a header.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a piece.")
@_SINCE
def export(file: Path, as_csv: bool, as_json: bool, since: int) -> None:
    """Print all pieces of the journal FILE, as --csv or as --json.

    \b
    Examples:
      posteye journal export station.journal --csv > pieces.csv
      posteye journal export station.journal --json --since 2026-12-01
    """
    if as_csv == as_json:
        raise click.UsageError("give one of --csv and --json")
    with JournalReader(file) as found:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        if as_csv:
            writer.writerow(_COLUMNS)
        for entry in found.since(since):
            if as_json:
                print(_json(entry))
            else:
                writer.writerow(_row(entry))
        _tell_left_out(found)


@journal.command()
@_FILE
@_SINCE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats(file: Path, since: int, as_json: bool) -> None:
    """Count the pieces of the journal FILE: by status, bin, reason and delivery, and how long their answers took.

    \b
    Examples:
      posteye journal stats station.journal --since 24h
      posteye journal stats station.journal --json
    """
    with JournalReader(file) as found:
        row = stats_of(found.since(since)).as_dict()
        _tell_left_out(found)
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    if not row["pieces"]:
        click.echo("no pieces")
        return
    click.echo(f"{row['pieces']:,} pieces, {row['first']} to {row['last']}")
    kinds = ("statuses", "bins", "reasons", "deliveries")
    width = max(len(key) for name in kinds for key in row[name])
    for name in kinds:
        for index, (key, count) in enumerate(row[name].items()):
            share = count / row["pieces"]
            click.echo(f"{'' if index else name:<11} {key:<{width}}  {count:>9,}  {share:6.1%}")
    if row["latency_ms"]:
        click.echo("latency     " + ", ".join(f"{name} {ms:,.1f} ms" for name, ms in row["latency_ms"].items()))


def _tell_left_out(found: JournalReader) -> None:
    if found.left_out:
        rows = "1 row is" if found.left_out == 1 else f"{found.left_out:,} rows are"
        note(f"posteye: {rows} damaged and left out")


def line(entry: Entry) -> str:
    """A piece in one line, for people."""
    piece, row = entry.piece, entry.as_dict()
    latency = "-" if piece.latency_ms is None else f"{piece.latency_ms:.1f} ms"
    told = f"{piece.id:>8}  {row['time']}  {piece.code or '-':<11} {piece.status:<9} {piece.confidence:6.4f}"
    delivered = f"  {entry.deliveries[-1].outcome}" if entry.deliveries else ""
    reason = f"  ({piece.reason})" if piece.reason else ""
    return printable(f"{told}  {latency:>10}  -> {piece.bin}{delivered}{reason}")


def _json(entry: Entry) -> str:
    return json.dumps(entry.as_dict(), ensure_ascii=False)


def _row(entry: Entry) -> list[Any]:
    row = entry.as_dict()
    row["candidates"] = " ".join(f"{code.replace(' ', '')}:{belief:.4f}" for code, belief in entry.piece.candidates)
    row["delivered"] = "; ".join(
        f"{one.to}: {one.outcome}" + (f" after {one.tries} tries" if one.tries > 1 else "") for one in entry.deliveries
    )
    return ["" if row[name] is None else row[name] for name in _COLUMNS]
