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
from device_runtime.scan import Scanner
from train.evaluate import Labelled, Outcome, float_scan, folder_strips, mnist_strips, read_all, table
from train.mnist import load_mnist


@click.command()
@click.argument("what", metavar="mnist|FOLDER")
@click.option("--field", is_flag=True, help="Each image is one text field (the only way there is so far).")
@click.option("--country", help="Country whose codes to read: DE, MY, US.")
@click.option("--pattern", help=r"Regular expression that the whole code must match; for mnist it is '\d'.")
@click.option("--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one.")
@click.option("--engine", type=click.Choice(engines.ENGINES), help="Interpreter of the model.")
@click.option(
    "--float", "run", type=click.Path(path_type=Path), help="A training folder: its float net is measured too."
)
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--answers", type=click.Path(path_type=Path), help="CSV file to write every reading to.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    what: str,
    field: bool,
    country: str | None,
    pattern: str | None,
    bundle: Path | None,
    engine: str | None,
    run: Path | None,
    mnist: Path | None,
    answers: Path | None,
    as_json: bool,
) -> None:
    """Measure a bundle on MNIST's test digits or on a FOLDER with labels.csv (file,code).

    \b
    Examples:
      posteye evaluate mnist --float run
      posteye evaluate strips/ --field --pattern '\\d{1,8}' --answers readings.csv
    """
    if what != "mnist" and not field:
        raise PosteyeError("a folder is read as text fields so far; add --field")
    loaded = load_bundle(bundle)
    alphabet = loaded.manifest.alphabet
    if country and pattern:
        raise PosteyeError("give a country or a pattern, not both")
    if what == "mnist":
        pattern, data = r"\d", mnist_strips(load_mnist(mnist).test)
    else:
        data = folder_strips(Path(what))
    grammar = Grammar.from_country(country) if country else Grammar.from_pattern(pattern or r"\d{3,9}", alphabet)
    decoder = Decoder(grammar, alphabet)
    scanner = Scanner(loaded, engines.pick(engine, loaded.model))
    rows = [(f"int8 {scanner.engine.name}", read_all(data, scanner, decoder, "int8"))]
    if run:
        rows.insert(0, ("float", read_all(data, float_scan(run, alphabet), decoder, "float")))
    if answers:
        _write(answers, data, rows[-1][1])
    if as_json:
        click.echo(json.dumps({"what": what, "grammar": grammar.name} | {name: o.summary() for name, o in rows}))
    else:
        click.echo(table(rows))


def _write(path: Path, data: Labelled, outcome: Outcome) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "truth", "code", "confidence"])
        for name, truth, code, sure in zip(data.names, data.codes, outcome.codes, outcome.confidences, strict=True):
            writer.writerow([name, truth, code or "", f"{sure:.6f}"])
