"""`posteye demo`: reads the samples, sends the readings over a virtual cable, and shows what the sorter received."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from device_runtime.commands import picture
from device_runtime.files.atomic import require_writable
from device_runtime.reader import Reader
from device_runtime.report import Reporter
from device_runtime.result import Result
from device_runtime.samples import Sample, load_samples
from firmware_bridge import Cable, Event, serve


@click.command()
@click.option("--picture", "path", default="posteye-demo.png", show_default=True, type=click.Path(path_type=Path))
@click.option("--engine", help="Interpreter of the model; default: the fastest installed.")
def demo(path: Path, engine: str | None) -> None:
    """Read the bundled samples, send the readings over a virtual cable to an emulated sorter, and draw one.

    Exit status 1 when a sample is not read as it should be.
    """
    require_writable(path)
    samples = load_samples()
    received: list[Event] = []
    stop = threading.Event()
    with Cable() as cable:
        sorter = threading.Thread(target=serve, args=(cable.sorter_end, received.append, stop), daemon=True)
        sorter.start()
        try:
            wrong = _read_and_report(samples, engine, cable.reader_end, path)
        finally:
            stop.set()
            sorter.join()
    click.echo("\nThe sorter received:")
    for event in received:
        click.echo(f"  {event}")
    arrived = sum(event.kind == "reading" for event in received)
    if wrong or arrived != len(samples):
        click.echo(f"\n{len(wrong)} samples were not read as they should be: {', '.join(wrong)}", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"\nAll {len(samples)} samples came out right. The picture of the first is in {path}")


def _read_and_report(samples: list[Sample], engine: str | None, url: str, path: Path) -> list[str]:
    wrong = []
    readers: dict[str, Reader] = {}
    with Reporter(url) as reporter:
        for piece, sample in enumerate(samples, start=1):
            grammar = sample.country or sample.pattern or ""
            if grammar not in readers:
                readers[grammar] = Reader(**sample.grammar, engine=engine)
            result = readers[grammar].read(sample.path, field=True, source=sample.file)
            if piece == 1:
                click.echo(f"engine {result.engine}\n")
                click.echo(f"{'sample':<18}{'grammar':<16}{'code':<12}{'status':<10}{'confidence':>10}{'time':>9}")
                picture.write(result, readers[grammar].scanner, path)
            click.echo(_row(sample, grammar, result))
            reporter.send(piece, result)
            if not sample.is_read_as_expected(result.reading):
                wrong.append(sample.file)
    return wrong


def _row(sample: Sample, grammar: str, result: Result) -> str:
    reading = result.reading
    code = reading.code or "-"
    row = f"{sample.file:<18}{grammar:<16}{code:<12}{reading.status:<10}{reading.confidence:>10.3f}"
    row += f"{result.timing_ms['total']:>6.1f} ms"
    return row + (f"  {reading.reason}" if reading.reason else "")
