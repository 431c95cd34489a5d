"""`posteye convert`: a trained model becomes a bundle, if every kernel reads the same from it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from device_runtime.bundle import DEFAULT_BUNDLE
from device_runtime.errors import PosteyeError


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="BUNDLE", type=click.Path(path_type=Path), help="Folder to write.")
@click.option("--name", default=DEFAULT_BUNDLE, show_default=True, help="The bundle's name.")
@click.option(
    "--strips",
    default=2000,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many strips to compare.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the parity report as one JSON object.")
def convert(folder: Path, out: Path, name: str, strips: int, as_json: bool) -> None:
    """Convert the model that `posteye train --out DIR` left to a bundle: ONNX, int8 TFLite and a manifest.

    Before anything is written, the parity gate compares all ways to run the model on held-out strips. Its report goes
    to DIR/parity.json. Exit status: 0 written, 1 the gate failed and nothing was written, 2 bad input.
    """
    try:
        from convert.parity import table
        from convert.pipeline import convert_folder
    except ImportError as error:
        raise PosteyeError(f"{error}: run pip install 'posteye[train,convert]'") from error

    report = convert_folder(folder, out, name, strips, lambda line: click.echo(line, err=True))
    text = json.dumps(dataclasses.asdict(report))
    click.echo(text if as_json else table(report))
    if not report.holds:
        click.echo("the parity gate failed: no bundle was written", err=True)
        raise SystemExit(1)
    click.echo(f"{out} written; before it reads: posteye calibrate {out} --strips {folder}/held-out-1.npz", err=True)
