"""The learned locator beside the line finder: `python -m benchmarks.locating --writers QMNIST --strokes STROKES`.

Pieces are rendered of the test part, whose writers, fonts, layouts and countries are in no training.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import cv2

from benchmarks.figures.command import mnist_option, results_option, run_command, strokes_option, writers_option
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine as machine_here
from benchmarks.figures.provenance import mnist_hash
from benchmarks.locating.counted import instructions_of
from benchmarks.locating.measure import look_at
from benchmarks.locating.values import by_kind, lines_of, side_by_side, values_of
from device_runtime.engines import ENGINES, pick
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.locator import Locator
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.progress import Progress
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.piece import Piece

FIGURE = "locating"
SEED = 4201


@click.command()
@mnist_option
@writers_option
@strokes_option
@click.option("--count", type=click.IntRange(1), default=300, show_default=True, help="How many pieces.")
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Of the pieces.")
@click.option("--bundle", type=click.Path(path_type=Path), help="A locator's bundle instead of the shipped one.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True, help="That runs it.")
@click.option("--instructions", is_flag=True, help="Also count instructions on an emulated Cortex-A53.")
@results_option
def locating(
    mnist: Path | None,
    writers: Path,
    strokes: Path,
    count: int,
    seed: int,
    bundle: Path | None,
    engine: str,
    instructions: bool,
    results: Path | None,
) -> None:
    """Let the learned locator and the line finder look at the same rendered pieces.

    \b
    Example:
      python -m benchmarks.locating --writers QMNIST --strokes STROKES --count 100
    """
    cv2.setNumThreads(1)
    busy = machine_here()
    loaded = load_locator(bundle)
    digits = load_mnist(mnist, writers)
    generator = PieceGenerator(writers_of(digits.test), seed, "test", strokes=strokes)

    def pieces() -> Iterator[Piece]:
        for _ in range(count):
            yield generator.piece()

    with Progress().bar(count, "pieces") as bar:
        found = look_at(pieces(), Locator(loaded, pick(engine, loaded.model)), bar.advance)
    for line in lines_of(found.tally()):
        click.echo(line)
    click.echo(side_by_side(found.pieces).markdown())
    click.echo(by_kind(found.pieces).markdown())
    counted = instructions_of(loaded.folder) if instructions else {}
    for stage, count_of in counted.items():
        click.echo(f"{stage}: {count_of / 1e6:.1f} million instructions on a Cortex-A53")
    if results:
        data: dict[str, Path | str] = {"qmnist_writers": writers, "real_strings": strokes}
        data["MNIST test digits"] = mnist_hash(digits.test)
        keep(FIGURE, results, values_of(found, loaded, counted), data=data, seed=seed, bundle=None, machine=busy)


if __name__ == "__main__":
    run_command(locating)
