"""Trains the locator on rendered pieces: `python -m train.locator FOLDER --minutes 30`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from device_runtime.commands.program import run_command
from device_runtime.errors import PosteyeError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--minutes", type=click.FloatRange(0, min_open=True), default=30.0, show_default=True, help="Of training."
)
@click.option("--pieces", type=click.IntRange(128), default=12800, show_default=True, help="Rendered meanwhile.")
@click.option("--seed", type=click.IntRange(0), default=2016, show_default=True, help="Of pieces, weights and batches.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files: one hand a piece.")
@click.option(
    "--strokes", type=click.Path(path_type=Path), help="Folder of pen strokes of capitals, for words by hand."
)
@click.option("--from", "start", type=click.Path(path_type=Path), help="Go on from the float net of another folder.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="That train.")
def locator(
    folder: Path,
    minutes: float,
    pieces: int,
    seed: int,
    mnist: Path | None,
    writers: Path | None,
    strokes: Path | None,
    start: Path | None,
    threads: int,
) -> None:
    """Train the locator on rendered pieces and leave the result in FOLDER for `python -m convert.locator`.

    A process of its own renders the pieces; training begins with the first and takes in the others as they come.
    Interrupt it when you like: the same command goes on. Exit status: 0 trained, 2 bad input, 130 interrupted.

    \b
    Examples:
      python -m train.locator runs/locator
      python -m train.locator runs/locator --writers QMNIST --minutes 60 --pieces 20000
    """
    import torch

    from train.locator.run import Material, train_locator
    from train.locator.trainer import LocatorRecipe

    torch.set_num_threads(threads)
    recipe = replace(LocatorRecipe(), seed=seed, minutes=minutes)
    try:
        found = train_locator(folder, recipe, Material(mnist, writers, strokes), pieces, start)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise PosteyeError(f"{what}; what was finished is kept, and the same command goes on from there") from error
    click.echo(found)


if __name__ == "__main__":
    run_command(locator)
