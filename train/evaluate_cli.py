"""`posteye evaluate`: how well a bundle reads MNIST or a folder of labelled fields."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import click

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.decode import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.grammar import Grammar
from device_runtime.reader import calibration_of
from device_runtime.scan import Scanner
from device_runtime.segmenter import SCAN, SEGMENTERS, recogniser
from train.evaluate import Labelled, Outcome, float_recogniser, folder_strips, mnist_strips, read_all, table
from train.mnist import load_mnist
from train.plots import draw


@click.command()
@click.argument("what", metavar="mnist|FOLDER")
@click.option("--field", is_flag=True, help="Each image is one text field (the only way there is so far).")
@click.option("--country", help="Country whose codes to read; `posteye grammar --list` shows all.")
@click.option("--pattern", help=r"Regular expression that the whole code must match; default: \d{3,9}, for mnist \d.")
@click.option(
    "--lexicon", type=click.Path(path_type=Path), help="File of all codes there are: one a line, or compiled."
)
@click.option("--segmenter", type=click.Choice(SEGMENTERS), default=SCAN, show_default=True, help="Scan, or cut first.")
@click.option("--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one.")
@click.option("--engine", type=click.Choice(engines.ENGINES), help="Interpreter of the model.")
@click.option(
    "--float", "run", type=click.Path(path_type=Path), help="A training folder: its float net is measured too."
)
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--answers", type=click.Path(path_type=Path), help="CSV file to write every reading to.")
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="PNG file: reliability, and error against reject."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    what: str,
    field: bool,
    country: str | None,
    pattern: str | None,
    lexicon: Path | None,
    segmenter: str,
    bundle: Path | None,
    engine: str | None,
    run: Path | None,
    mnist: Path | None,
    answers: Path | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Measure a bundle on MNIST's test digits or on a FOLDER with labels.csv (file,code).

    \b
    Examples:
      posteye evaluate mnist --float run
      posteye evaluate strips/ --field --pattern '\\d{1,8}' --answers readings.csv
      posteye evaluate strips/ --field --country DE --plot trust.png
    """
    if what != "mnist" and not field:
        raise PosteyeError("a folder is read as text fields so far; add --field")
    loaded = load_bundle(bundle)
    alphabet = loaded.manifest.alphabet
    calibration = calibration_of(loaded, segmenter) if plot else None
    if what == "mnist":
        default, data = r"\d", mnist_strips(load_mnist(mnist).test)
    else:
        default, data = r"\d{3,9}", folder_strips(Path(what))
    grammar = Grammar.chosen(country, pattern, lexicon, alphabet) or Grammar.from_pattern(default, alphabet)
    decoder = Decoder(grammar, alphabet)
    scanner = Scanner(loaded, engines.pick(engine, loaded.model))
    name = scanner.engine.name if segmenter == SCAN else f"{scanner.engine.name} {segmenter}"
    rows = [(f"int8 {name}", read_all(data, recogniser(segmenter, scanner), decoder, "int8"))]
    if run:
        rows.insert(0, ("float", read_all(data, float_recogniser(run, alphabet), decoder, "float")))
    if answers:
        _write(answers, data, rows[-1][1])
    if as_json:
        click.echo(json.dumps({"what": what, "grammar": grammar.name} | {name: o.summary() for name, o in rows}))
    else:
        click.echo(table(rows))
    if plot and calibration:
        draw(rows[-1][1], data.codes, calibration, f"{what}: {grammar.name}", plot)


def _write(path: Path, data: Labelled, outcome: Outcome) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "truth", "code", "confidence"])
        for name, truth, code, sure in zip(data.names, data.codes, outcome.codes, outcome.confidences, strict=True):
            writer.writerow([name, truth, code or "", f"{sure:.6f}"])
