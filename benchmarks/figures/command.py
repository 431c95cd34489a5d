"""What the commands of the benchmarks share: how they end, and the options that most of them take."""

from __future__ import annotations

from pathlib import Path

import click

from device_runtime.commands.program import run_command as run_command

results_option = click.option("--results", type=click.Path(path_type=Path), help="Results file to keep the figures in.")
bundle_option = click.option(
    "--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one."
)
mnist_option = click.option(
    "--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip."
)
writers_option = click.option(
    "--writers", type=click.Path(path_type=Path), required=True, help="Folder of QMNIST label files."
)
strokes_option = click.option(
    "--strokes", type=click.Path(path_type=Path), required=True, help="Folder of pen strokes of capitals."
)
