"""What the scanner's architecture does on MNIST alone: `python -m benchmarks.mnist_scanner --seed 1 --seed 2 --seed 3`.

The shipped scanner spends its hundred kilobytes on whole fields of many kinds. Here the same net learns nothing but
MNIST's digits, one to three in a field, hardly disturbed, and reads the test digits as strips: normalised as on the
device, decoded with the pattern `\\d`. The int8 net is the trained quantised one, which all engines reproduce to the
bit (docs/convert.md).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from device_runtime.decode import Decoder
from device_runtime.grammar import Grammar
from device_runtime.normalize import BODY_HEIGHT_PX, normalize
from train.calibrate import ALPHABET
from train.digits import Hand, hands_of
from train.distributed import Group
from train.evaluate import Labelled, mnist_strips, net_recogniser, read_all
from train.fields import FieldGenerator
from train.mnist import Mnist, load_mnist
from train.shards import SHARD_STRIPS, Shard, load_shard, save_shard
from train.trainer import Recipe, Run, load_float

_HELD_OUT_SEED = 7


@dataclass(frozen=True)
class Result:
    """Error on the 10,000 test digits, per cent, of the float net and of its int8 successor."""

    seed: int
    float_percent: float
    int8_percent: float


def plain_shard(hands: list[Hand], seed: int, count: int = SHARD_STRIPS) -> Shard:
    """Strips of one to three plain digits each."""
    generator = FieldGenerator(hands, seed)
    strips = []
    for _ in tqdm(range(count), desc="strips", unit="strip", leave=False, disable=None):
        field = generator.plain()
        body_px = BODY_HEIGHT_PX * generator.random.uniform(0.9, 1.1)
        strips.append((normalize(field.image, body_px).pixels, field.target))
    return Shard([pixels for pixels, _ in strips], [target for _, target in strips])


def run_seed(data: Mnist, recipe: Recipe, folder: Path) -> Result:
    """Train one net in a folder (continuing what is there) and measure it."""
    hands = hands_of(data.fit)

    def wait(path: Path) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save_shard(plain_shard(hands, recipe.seed * 1_000_003 + int(path.stem.split("-")[1])), path)

    folder.mkdir(parents=True, exist_ok=True)
    held_out = folder / "held-out.npz"
    if not held_out.exists():
        save_shard(plain_shard(hands_of(data.validation), _HELD_OUT_SEED), held_out)
    net = Run(folder, recipe, load_shard(held_out), Group(torch.device("cpu")))(wait)
    strips = mnist_strips(data.test)
    return Result(recipe.seed, _error_percent(load_float(folder), strips), _error_percent(net, strips))


def _error_percent(net: nn.Module, strips: Labelled) -> float:
    net.eval()
    decoder = Decoder(Grammar.from_pattern(r"\d", ALPHABET), ALPHABET, n_best=1)
    outcome = read_all(strips, net_recogniser(net, ALPHABET), decoder, "MNIST")
    return round(100 * (1 - outcome.exact), 2)


@click.command()
@click.option("--seed", "seeds", multiple=True, type=int, default=(1,), show_default=True)
@click.option("--shards", default=16, show_default=True, help="Shards of 4,096 strips.")
@click.option("--float-epochs", default=16, show_default=True)
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files, for NIST writer ids.")
@click.option("--work", type=click.Path(path_type=Path), default=Path("runs/mnist"), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a seed.")
def mnist_scanner(
    seeds: tuple[int, ...], shards: int, float_epochs: int, writers: Path | None, work: Path, as_json: bool
) -> None:
    """Train the scanner on MNIST alone, once a seed, and print its error on the test digits, float and int8."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    data = load_mnist(None, writers)
    results = []
    for seed in seeds:
        recipe = Recipe(seed=seed, shards=shards, float_epochs=float_epochs)
        results.append(run_seed(data, recipe, work / f"seed-{seed}"))
        last = results[-1]
        text = f"seed {seed}: float {last.float_percent:.2f} %, int8 {last.int8_percent:.2f} %"
        click.echo(json.dumps(asdict(last)) if as_json else text)
    if len(results) > 1 and not as_json:
        mean = np.mean([(r.float_percent, r.int8_percent) for r in results], axis=0)
        click.echo(f"mean of {len(results)}: float {mean[0]:.2f} %, int8 {mean[1]:.2f} %")


if __name__ == "__main__":
    mnist_scanner()
