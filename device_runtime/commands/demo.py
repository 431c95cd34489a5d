"""`posteye demo`: reads the samples, sends the readings over a virtual cable, and shows what the sorter received."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from device_runtime.commands import picture, piece_picture
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import require_writable
from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.report import Reporter
from device_runtime.result import Result
from device_runtime.samples import Sample, load_pieces, load_samples
from firmware_bridge import Cable, Event, serve


@click.command()
@click.option("--picture", "path", default="posteye-demo.png", show_default=True, type=click.Path(path_type=Path))
@click.option("--engine", help="Interpreter of the model; default: the fastest installed.")
def demo(path: Path, engine: str | None) -> None:
    """Read the bundled samples, send the readings over a virtual cable to an emulated sorter, and draw them.

    The picture, a .png or .jpg file, shows the pieces with the lines that were read. A second one, -field.png, shows
    what the net sees in the first field.

    Exit status 1 when a sample is not read as it should be.
    """
    if path.suffix.lower() not in piece_picture.SUFFIXES:
        raise PosteyeError(f"{path}: give a picture's name that ends in {', '.join(piece_picture.SUFFIXES)}")
    field_path = path.with_name(f"{path.stem}-field.png")
    for file in (path, field_path):
        require_writable(file)
    samples = [*load_pieces(), *load_samples()]
    received: list[Event] = []
    stop = threading.Event()
    with Cable() as cable:
        sorter = threading.Thread(target=serve, args=(cable.sorter_end, received.append, stop), daemon=True)
        sorter.start()
        try:
            shown = _read_and_report(samples, engine, cable.reader_end, field_path)
        finally:
            stop.set()
            sorter.join()
    piece_picture.write(shown.drawn, path)
    click.echo("\nThe sorter received:")
    for event in received:
        click.echo(f"  {event}")
    arrived = sum(event.kind == "reading" for event in received)
    if shown.wrong or arrived != len(samples):
        click.echo(f"\n{len(shown.wrong)} samples were not read as they should be: {', '.join(shown.wrong)}", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"\nAll {len(samples)} samples came out right. The pieces are drawn in {path}, a field in {field_path}")


@dataclass
class _Shown:
    """What comes of reading the samples.

    Attributes:
        drawn: the pieces with the lines that were read, uint8 [H, W, 3] each.
        wrong: files of samples that were not read as they should be.
    """

    drawn: list[NDArray[np.uint8]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def _read_and_report(samples: list[Sample], engine: str | None, url: str, field_path: Path) -> _Shown:
    """Read samples, send and print each reading, and write the picture of the first field."""
    shown = _Shown()
    readers: dict[str, Reader] = {}
    with Reporter(url) as reporter:
        for number, sample in enumerate(samples, start=1):
            grammar = sample.country or sample.pattern or ""
            if grammar not in readers:
                readers[grammar] = Reader(**sample.grammar, engine=engine)
            pixels = load_image(sample.path)
            result = readers[grammar].read(pixels, field=sample.field, source=sample.file)
            if number == 1:
                click.echo(f"engine {result.engine}\n")
                click.echo(f"{'sample':<18}{'grammar':<16}{'code':<12}{'status':<10}{'confidence':>10}{'time':>9}")
            if not sample.field:
                shown.drawn.append(piece_picture.draw(pixels, result))
            elif not any(one.field for one in samples[: number - 1]):
                picture.write(result, readers[grammar].scanner, field_path)
            click.echo(_row(sample, grammar, result))
            reporter.send(number, result)
            if not sample.is_read_as_expected(result.reading):
                shown.wrong.append(sample.file)
    return shown


def _row(sample: Sample, grammar: str, result: Result) -> str:
    reading = result.reading
    code = reading.code or "-"
    row = f"{sample.file:<18}{grammar:<16}{code:<12}{reading.status:<10}{reading.confidence:>10.3f}"
    row += f"{result.timing_ms['total']:>6.1f} ms"
    return row + (f"  {reading.reason}" if reading.reason else "")
