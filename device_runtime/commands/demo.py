"""`posteye demo`: reads the samples, and lets a minute of mail pass a whole station: trigger, bins, wire, journal."""

from __future__ import annotations

import signal
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

import click

from device_runtime.commands import picture, piece_picture
from device_runtime.commands.notes import note
from device_runtime.commands.played import sheet
from device_runtime.commands.played.account import HEAD, row, summary
from device_runtime.commands.played.pace import Pace
from device_runtime.commands.played.ride import Ride, ride
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import require_writable
from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.result import Result
from device_runtime.samples import Sample, load_pieces, load_samples
from device_runtime.station.extras import missing_extra
from device_runtime.station.health.health import Health
from device_runtime.station.loop.station import Station
from device_runtime.station.loop.values import Decision

_QUICK_PIECES = 5


@click.command()
@click.option("--picture", "path", default="posteye-demo.png", show_default=True, type=click.Path(path_type=Path))
@click.option("--engine", help="Interpreter of the model; default: the fastest installed.")
@click.option("--quick", is_flag=True, help=f"Let {_QUICK_PIECES} pieces pass instead of a minute of mail.")
@click.option(
    "--station", is_flag=True, help="Run the station alone, with its page, until Ctrl-C; needs the extra web."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8080,
    show_default=True,
    help="Of the page of --station; 0 takes a free one.",
)
def demo(path: Path, engine: str | None, quick: bool, station: bool, port: int) -> None:
    """Read the samples one by one, then run a station: a minute of mail is read, sorted and reported.

    The mail is played to the station as a camera would film it. A controller at the other end of a virtual cable
    triggers the pieces at random gaps and acknowledges each answer.

    Three pictures are drawn, .png or .jpg files: the whole samples with the lines that were read; -mail, the mail with
    its codes and bins; -field, what the net sees in the first field.

    Exit status 1 when a sample is not read as it should be, a wrong code is accepted, or a piece of mail gets no answer
    or two.

    \b
    Examples:
      posteye demo
      posteye demo --quick
      posteye demo --station
    """
    if station:
        if quick:
            raise click.UsageError("--station runs until Ctrl-C, and --quick for a moment; leave one out")
        _serve(engine, port)
        return
    if path.suffix.lower() not in piece_picture.SUFFIXES:
        raise PosteyeError(f"{path}: give a picture's name that ends in {', '.join(piece_picture.SUFFIXES)}")
    field_path, mail_path = (path.with_name(f"{path.stem}-{what}{path.suffix}") for what in ("field", "mail"))
    field_path = field_path.with_suffix(".png")
    for file in (path, field_path, mail_path):
        require_writable(file)
    samples = [*load_pieces(), *load_samples()]
    wrong = _read_samples(samples, engine, path, field_path)
    if wrong:
        click.echo(f"\n{len(wrong)} samples were not read as they should be: {', '.join(wrong)}", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"\nAll {len(samples)} samples came out right. The pieces are drawn in {path}, a field in {field_path}")
    if not _sort_mail(engine, _QUICK_PIECES if quick else None, mail_path).is_well:
        click.echo("\nThe station did not do what it should; `posteye doctor` may say why", err=True)
        raise click.exceptions.Exit(1)


def _read_samples(samples: list[Sample], engine: str | None, path: Path, field_path: Path) -> list[str]:
    """Read and print samples, draw the pieces among them and the first field; returns those that came out wrong."""
    drawn, wrong, readers = [], [], dict[str, Reader]()
    has_field = False
    for number, sample in enumerate(samples):
        grammar = sample.country or sample.pattern or ""
        if grammar not in readers:
            readers[grammar] = Reader(**sample.grammar, engine=engine)
        pixels = load_image(sample.path)
        result = readers[grammar].read(pixels, field=sample.field, source=sample.file)
        if number == 0:
            click.echo(f"engine {result.engine}\n")
            click.echo(f"{'sample':<18}{'grammar':<16}{'code':<12}{'status':<10}{'confidence':>10}{'time':>9}")
        if not sample.field:
            drawn.append(piece_picture.draw(pixels, result))
        elif not has_field:
            has_field = True
            picture.write(result, readers[grammar].scanner, field_path)
        click.echo(_row(sample, grammar, result))
        if not sample.is_read_as_expected(result.reading):
            wrong.append(sample.file)
    piece_picture.write(drawn, path)
    return wrong


def _sort_mail(engine: str | None, pieces: int | None, mail_path: Path) -> Ride:
    """Let mail pass the station, print what becomes of it, and draw it."""

    def begin(_: Station, __: Health, pace: Pace, ___: ExitStack) -> None:
        count = pieces or pace.pieces
        click.echo(
            f"\nA station: {count} pieces of mail, one every {pace.every_ms / 1000:g} s, to be answered within "
            f"{pace.deadline_ms} ms\n\n{HEAD}"
        )

    with tempfile.TemporaryDirectory(prefix="posteye-demo-") as folder:
        done = ride(Path(folder), engine, pieces, _print, _say, begin, threading.Event())
    _tell_sum(done)
    if done.account.answers:
        sheet.write(done.account.answers.items(), mail_path)
        click.echo(f"\nThe mail is drawn in {mail_path}. `posteye demo --station` shows the station in a browser")
    return done


def _serve(engine: str | None, port: int) -> None:
    """Let mail pass the station, with its page, until Ctrl-C or SIGTERM."""
    lacking = missing_extra("web")
    if lacking:
        raise PosteyeError(f"--station {lacking}")
    ended = threading.Event()

    def begin(station: Station, health: Health, _: Pace, ends: ExitStack) -> None:
        from device_runtime.station.web.page import WebPage  # here, as it is an extra

        page = ends.enter_context(WebPage(station, health, port=port, tell=_say))
        for number in (signal.SIGINT, signal.SIGTERM):
            ends.callback(signal.signal, number, signal.signal(number, lambda *_: ended.set()))
        click.echo(f"The station's page is at {page.url} (Ctrl-C ends)\n\n{HEAD}")

    with tempfile.TemporaryDirectory(prefix="posteye-demo-") as folder:
        _tell_sum(ride(Path(folder), engine, 0, _print, _say, begin, ended))


def _tell_sum(done: Ride) -> None:
    click.echo("\n" + "\n".join(summary(done.account, done.tally, done.pace.deadline_ms, done.acknowledged)))


def _print(decision: Decision) -> None:
    with suppress(OSError):  # whoever has seen enough must not stop the station
        click.echo(row(decision))


def _say(line: str) -> None:
    note(f"posteye: {line}")


def _row(sample: Sample, grammar: str, result: Result) -> str:
    reading = result.reading
    code = reading.code or "-"
    row = f"{sample.file:<18}{grammar:<16}{code:<12}{reading.status:<10}{reading.confidence:>10.3f}"
    row += f"{result.timing_ms['total']:>6.1f} ms"
    return row + (f"  {reading.reason}" if reading.reason else "")
