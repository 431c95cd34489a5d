"""Calibrates the second opinion for a bundle, on fields that nothing was trained on; needs the extra second-opinion.

    python -m train.second_opinion --writers qmnist_writers --strings real_strings

It must be run again whenever the shipped bundle changes: a calibration is for one pair of models.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from device_runtime.bundle import load_bundle
from device_runtime.calibration import Calibration
from device_runtime.commands.program import run_command
from device_runtime.files.atomic import require_writable, write_bytes
from device_runtime.grammar.grammar import Grammar
from device_runtime.line_reader import LineReader
from device_runtime.recognition.recognizer import SCAN
from device_runtime.second_opinion.belief import Believer
from device_runtime.second_opinion.calibration import CALIBRATION_FILE, SCHEMA_VERSION, PairCalibration
from device_runtime.second_opinion.recognizer import MODEL_SHA256, load_recognizer
from train.data.collections import load_collections
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.second_opinion.fields import SOURCES, codes, numbers
from train.second_opinion.fit import fit_pair, see
from train.synthesis.generator import FieldGenerator
from train.synthesis.mix import SHIPPED, Mix


@click.command(help=__doc__.partition("\n\n    ")[0])
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--writers", type=click.Path(path_type=Path), required=True, help="Folder of QMNIST label files.")
@click.option("--strings", type=click.Path(path_type=Path), required=True, help="Folder of real strings and strokes.")
@click.option("--bundle", type=click.Path(path_type=Path), help="Folder of a bundle instead of the shipped one.")
@click.option(
    "--count",
    type=click.IntRange(100),
    default=1500,
    show_default=True,
    help="Fields of each kind that are asked about.",
)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Of all draws.")
@click.option("--out", type=click.Path(path_type=Path), default=CALIBRATION_FILE, show_default="the reader's own file")
def second_opinion(
    mnist: Path | None, writers: Path, strings: Path, bundle: Path | None, count: int, seed: int, out: Path
) -> None:
    """Ask about fields of both kinds, and write the calibration."""
    require_writable(out)
    model, recognise = load_bundle(bundle), load_recognizer()
    _, kept = load_collections(strings)
    hands = writers_of(load_mnist(mnist, writers).validation)
    recipe = model.manifest.recipe
    drawn = FieldGenerator(hands, seed, mix=Mix(**recipe["mix"]) if "mix" in recipe else SHIPPED, collections=kept)
    alone = model.calibration(SCAN)
    seen = {}
    for name, pattern, fields in (
        ("numbers", r"\d{1,8}", numbers(drawn, kept.strings, seed)),
        ("codes", r"\d{5}", codes(drawn)),
    ):
        grammar = Grammar.from_pattern(pattern, model.manifest.alphabet)
        lines = LineReader(model, None, grammar, alone.table[0].max_error, 3)
        seen[name] = see(lines, Believer(lines, recognise), fields, count, name)
        asked = [one for one in seen[name] if one.both]
        both, ours = sum(one.both.right for one in asked if one.both), sum(one.right for one in asked)
        click.echo(f"{name}: {len(seen[name])} fields, {len(asked)} asked about: {ours} right alone, {both} together")
    found = fit_pair(seen, alone, SOURCES)
    command = f"python -m train.second_opinion --writers {writers.name} --strings {strings.name}"
    command += f" --count {count} --seed {seed}"
    pair = PairCalibration(SCHEMA_VERSION, model.manifest.sha256.tflite, MODEL_SHA256, command, found)
    write_bytes(out, msgspec.json.format(msgspec.json.encode(pair), indent=1) + b"\n")
    click.echo(_table(found))


def _table(found: Calibration) -> str:
    """The operating points, a line each."""
    rows = [f"{p.max_error:>9.1%} {p.threshold:>10.4f} {p.accept_rate:>10.1%}" for p in found.table]
    return "\n".join([f"{'max error':>9} {'threshold':>10} {'accepted':>10}", *rows])


if __name__ == "__main__":
    run_command(second_opinion)
