"""Compare a bundle that exists with TensorFlow's model of the same net: `python -m convert.crosscheck DIR BUNDLE`.

It needs TensorFlow: pip install -e '.[train,convert,crosscheck]' in a checkout.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from convert.crosscheck.report import table
from convert.crosscheck.run import check_bundle
from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--strips", default=2000, show_default=True, type=click.IntRange(min=1), help="How many strips to scan with both."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def crosscheck(folder: Path, bundle: Path, strips: int, as_json: bool) -> None:
    """Compare BUNDLE with what TensorFlow's own converter makes of the net that `posteye train --out DIR` left.

    Exit status: 0 they are the same, 1 they differ, 2 bad input.

    \b
    Example:
      python -m convert.crosscheck run bundle
    """
    check = check_bundle(folder, load_bundle(bundle), strips, lambda line: click.echo(line, err=True))
    click.echo(json.dumps(dataclasses.asdict(check)) if as_json else table(check))
    if not check.holds:
        click.echo(f"{bundle} is not what TensorFlow makes of {folder}", err=True)
        raise SystemExit(1)


def main() -> None:
    """Entry point: errors that a user can mend come out in one line."""
    try:
        crosscheck()
    except PosteyeError as error:
        click.echo(f"posteye: {error}", err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
