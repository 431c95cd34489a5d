"""`posteye convert`: a trained model becomes a bundle, if every kernel reads the same from it."""

from __future__ import annotations

import dataclasses
import json
import shlex
from pathlib import Path
from typing import Literal

import click

from device_runtime.bundle import DEFAULT_BUNDLE


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
@click.option(
    "--cross-check",
    type=click.Choice(["tensorflow"]),
    help="Also compare the model with what TensorFlow's own converter makes of the trained net.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the reports as one JSON object.")
def convert(
    folder: Path,
    out: Path,
    name: str,
    strips: int,
    cross_check: Literal["tensorflow"] | None,
    as_json: bool,
) -> None:
    """Convert the model that `posteye train --out DIR` left to a bundle: ONNX, int8 TFLite and a manifest.

    Before anything is written, the parity gate compares all ways to run the model on held-out strips. Its report goes
    to DIR/parity.json. Exit status: 0 written, 1 a check failed and nothing was written, 2 bad input.

    \b
    Examples:
      posteye convert run --out bundle
      posteye convert run --out bundle --cross-check tensorflow
    """
    # Here, so that --help needs no torch.
    from convert import parity
    from convert.crosscheck.report import table
    from convert.crosscheck.run import convert_checked
    from convert.pipeline import convert_folder

    def tell(line: str) -> None:
        click.echo(line, err=True)

    if cross_check:
        report, check = convert_checked(folder, out, name, strips, tell)
    else:
        report, check = convert_folder(folder, out, name, strips, tell), None
    if as_json:
        found = dataclasses.asdict(report) | ({"cross_check": dataclasses.asdict(check)} if check else {})
        click.echo(json.dumps(found))
    else:
        click.echo("\n\n".join([parity.table(report), *([table(check)] if check else [])]))
    if not report.holds:
        click.echo("the parity gate failed: no bundle was written", err=True)
        raise SystemExit(1)
    if check and not check.holds:
        click.echo("TensorFlow's model is another one: no bundle was written", err=True)
        raise SystemExit(1)
    calibrate = shlex.join(["posteye", "calibrate", str(out), "--strips", f"{folder}/held-out-1.npz"])
    click.echo(f"{out} written; before it reads: {calibrate}", err=True)
