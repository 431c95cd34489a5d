"""What the scanner's architecture does on MNIST alone.

    python -m benchmarks.scanner.mnist_only --seed 1 --seed 2 --seed 3

The shipped scanner spends its hundred kilobytes on whole fields of many kinds. Here the same net, from random weights
or with --from on from those of a training, learns nothing but MNIST's 60,000 training digits, each strip a bent copy of
one, and reads the test digits as strips: normalised as on the device, decoded with the pattern `\\d`. The int8 net is
the trained quantised one, which all engines reproduce to the bit (docs/convert.md).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from torch import nn

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import mnist_hash
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from train.data.labelled import Labeled, mnist_strips
from train.data.mnist import Digits, Mnist, load_mnist
from train.evaluation.evaluate import read_all
from train.runs.distributed import Group
from train.runs.trainer import Recipe, Run, load_float
from train.scanner.model import ScanningLeNet
from train.scanner.penalties import net_recognizer
from train.synthesis import SHARD_STRIPS
from train.synthesis.elastic import bent
from train.synthesis.shards import Shard, save_shard


@dataclass(frozen=True)
class SeedErrors:
    """Error on the 10,000 test digits, per cent, of the float net and of its int8 successor."""

    seed: int
    float_percent: float
    int8_percent: float


def bent_shard(digits: Digits, seed: int, count: int = SHARD_STRIPS) -> Shard:
    """Strips of one digit each, drawn from all of them and bent, laid out as the test digits are."""
    random = np.random.default_rng(seed)
    chosen = random.integers(0, len(digits.labels), count)
    copies = Digits(bent(digits.images[chosen], random), digits.labels[chosen], digits.writers[chosen])
    return _as_shard(mnist_strips(copies))


def run_seed(
    data: Mnist, recipe: Recipe, folder: Path, start: ScanningLeNet | None = None, shard_strips: int = SHARD_STRIPS
) -> SeedErrors:
    """Train one net and measure it.

    Args:
        data: MNIST.
        recipe: Of the training.
        folder: Of the training; one that was broken off goes on.
        start: The net to go on from; None begins with random weights.
        shard_strips: Strips of a shard.
    """
    digits = data.train

    def wait(path: Path) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save_shard(bent_shard(digits, recipe.seed * 1_000_003 + int(path.stem.split("-")[1]), shard_strips), path)

    watched = _as_shard(mnist_strips(data.validation))  # for the progress bar alone
    net = Run(folder, recipe, watched, Group(torch.device("cpu")), start)(wait)
    strips = mnist_strips(data.test)
    return SeedErrors(recipe.seed, _error_percent(load_float(folder), strips), _error_percent(net, strips))


def _as_shard(data: Labeled) -> Shard:
    return Shard([strip.pixels for strip in data.strips], list(data.codes))


def _error_percent(net: nn.Module, strips: Labeled) -> float:
    net.eval()
    decoder = Decoder(Grammar.from_pattern(r"\d", DIGITS), DIGITS, n_best=1)
    outcome = read_all(strips, net_recognizer(net, DIGITS), decoder, "MNIST")
    return round(100 * (1 - outcome.exact), 2)


@click.command()
@click.option("--seed", "seeds", multiple=True, type=int, default=(1,), show_default=True)
@click.option("--shards", default=24, show_default=True, help="Shards of 4,096 strips.")
@click.option("--float-epochs", default=8, show_default=True)
@click.option("--from", "run", type=click.Path(path_type=Path), help="Go on from the float net of `posteye train`.")
@click.option("--work", type=click.Path(path_type=Path), default=Path("runs/mnist"), show_default=True)
@results_option
def mnist_scanner(
    seeds: tuple[int, ...], shards: int, float_epochs: int, run: Path | None, work: Path, results: Path | None
) -> None:
    """Train the scanner on MNIST alone, once a seed, and print its error on the test digits, float and int8."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    data = load_mnist()
    found = []
    for seed in seeds:
        recipe = Recipe(seed=seed, shards=shards, float_epochs=float_epochs)
        if run:  # what the net has learned is to be bent, not forgotten
            recipe = replace(recipe, turn_rate=recipe.turn_rate / 2, float_rate=recipe.float_rate / 2)
        found.append(run_seed(data, recipe, work / f"seed-{seed}", load_float(run) if run else None))
        click.echo(_line(found[-1]))
    mean = np.mean([(one.float_percent, one.int8_percent) for one in found], axis=0)
    output = [f"mean of {len(found)}: float {mean[0]:.2f} %, int8 {mean[1]:.2f} %"] if len(found) > 1 else []
    click.echo("".join(f"{line}\n" for line in output), nl=False)
    if results:
        values = {"seeds": [asdict(one) for one in found], "output": [*map(_line, found), *output]}
        keep("mnist-scanner", results, values, data={"mnist": mnist_hash(data.test)}, bundle=None)


def _line(result: SeedErrors) -> str:
    return f"seed {result.seed}: float {result.float_percent:.2f} %, int8 {result.int8_percent:.2f} %"


if __name__ == "__main__":
    run_command(mnist_scanner)
