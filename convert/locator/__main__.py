"""A trained locator becomes a bundle if all engines find the same: `python -m convert.locator FOLDER --out BUNDLE`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from device_runtime.errors import PosteyeError
from device_runtime.piece.locator.bundle import DEFAULT_LOCATOR


@click.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="BUNDLE", type=click.Path(path_type=Path), help="Folder to write.")
@click.option("--name", default=DEFAULT_LOCATOR, show_default=True, help="The bundle's name.")
@click.option("--views", default=300, show_default=True, type=click.IntRange(min=1), help="How many views to compare.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def locator(folder: Path, out: Path, name: str, views: int, as_json: bool) -> None:
    """Convert the net that `python -m train.locator FOLDER` left to a bundle: ONNX, int8 TFLite and a manifest.

    Before anything is written, the parity gate runs all engines on held-out views; no number of their maps may differ.
    Its report goes to FOLDER/parity.json. Exit status: 0 written, 1 the gate failed and nothing was written, 2 bad
    input.

    \b
    Examples:
      python -m convert.locator runs/locator --out locator
      python -m convert.locator runs/locator --out locator --views 1000 --json
    """
    # Here, so that --help needs no torch.
    import torch

    from convert.locator.gate import table
    from convert.locator.pipeline import convert_locator

    torch.set_num_threads(1)
    try:
        report = convert_locator(folder, out, name, views, lambda line: click.echo(line, err=True))
    except PosteyeError as error:
        click.echo(f"posteye: {error}", err=True)
        raise SystemExit(2) from None
    click.echo(json.dumps(dataclasses.asdict(report)) if as_json else table(report))
    if not report.holds:
        click.echo("the parity gate failed: no bundle was written", err=True)
        raise SystemExit(1)
    click.echo(f"{out} written", err=True)


if __name__ == "__main__":
    locator()
