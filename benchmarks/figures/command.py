"""What the commands of the benchmarks share: how they end, and the options that most of them take."""

from __future__ import annotations

from pathlib import Path

import click

from device_runtime.errors import PosteyeError

results_option = click.option("--results", type=click.Path(path_type=Path), help="Results file to keep the figures in.")
bundle_option = click.option(
    "--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one."
)
mnist_option = click.option(
    "--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip."
)


def run_command(command: click.Command) -> None:
    """Run a command as the program; what a user can mend comes out in one line, with exit code 2."""
    try:
        command()
    except PosteyeError as error:
        click.echo(f"posteye: {error}", err=True)
        raise SystemExit(2) from None
