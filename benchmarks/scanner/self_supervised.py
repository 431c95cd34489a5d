"""A start that needs no labels: a net learns to fill in hidden parts of strips before it learns to read them.

    python -m benchmarks.scanner.self_supervised WORK --shards SHARDS --data DATA --strings STRINGS --held-out HELD_OUT

Blocks of columns of unlabelled strips are hidden, and the net predicts their pixels: of real strings, whose labels are
not looked at, and of generated strips. Then it is trained by the criterion on a few labelled generated strips, as a net
with random weights is: one for as many passes, and one for as long as both trainings took together.

Source: after He et al., "Masked Autoencoders Are Scalable Vision Learners", 2022, for a convolutional net.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.figures.command import mnist_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.tables import Table
from benchmarks.scanner.architectures import string_loss
from benchmarks.scanner.levers import Arm, shards_of
from benchmarks.scanner.short import (
    Asked,
    Rates,
    data_option,
    digits_option,
    hands_option,
    held_out_option,
    rates,
    read,
    sets_of,
    share,
    strings_option,
    trained,
)
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.image.normalize import normalize
from device_runtime.image.prepare import prepared
from train.data.real_strings import RealStrings
from train.runs.optimizer import muon_and_adamw
from train.runs.origin import Origin
from train.runs.phase import rate_factor
from train.runs.recipe import PRESETS, Recipe
from train.runs.trainer import GRADIENT_LIMIT
from train.scanner.batches import training_batches
from train.scanner.model import ScanningLeNet
from train.synthesis import SHARD_STRIPS
from train.synthesis.generator import MAX_STRIP_WIDTH_PX
from train.synthesis.mix import SHIPPED
from train.synthesis.shards import Shard, load_shard, shard_path

BLOCK_PX, HIDDEN_SHARE, HIDDEN_INK = 12, 0.35, 0.5
_STEP_PX = 4  # columns of pixels that each column of the net's last maps answers for
_LOSS_STRIPS = 2048


@dataclass(frozen=True)
class StartFigures:
    """What nets with one start read after their labelled training.

    Attributes:
        name: Of the start.
        seed: Of weights and batches.
        seconds: Of processor time, without labels and with them.
        passes: Over the labelled strips.
        nats: Loss a held-out string, none counting more than 12.
        rates: By set.
    """

    name: str
    seed: int
    seconds: tuple[float, float]
    passes: int
    nats: float
    rates: dict[str, Rates]


class MaskedScanner(nn.Module):
    """A scanner's layers with a head that gives pixels: strips [batch, 1, 32, W] -> pixels of the same shape."""

    def __init__(self, net: ScanningLeNet) -> None:
        """Take the net, whose own head is not used."""
        super().__init__()
        self.net = net
        self.pixels = nn.Conv2d(net.channels[-1], STRIP_HEIGHT_PX * _STEP_PX, 1)

    def forward(self, strips: Tensor) -> Tensor:
        x = strips
        for conv, norm in zip(self.net.convs, self.net.norms, strict=True):
            x = torch.relu(norm(conv(x)))
        drawn = self.pixels(x)[:, :, 0]  # [batch, 32 * 4, W / 4]
        batch, _, columns = drawn.shape
        split = drawn.reshape(batch, STRIP_HEIGHT_PX, _STEP_PX, columns).permute(0, 1, 3, 2)
        return split.reshape(batch, 1, STRIP_HEIGHT_PX, columns * _STEP_PX)


def hidden_columns(strips: Tensor, random: np.random.Generator) -> Tensor:
    """Which columns of pixels are hidden: whole blocks, drawn among all; bool [batch, 1, 1, W].

    Args:
        strips: float32 [batch, 1, 32, W].
        random: Of the draw.
    """
    batch, width = strips.shape[0], strips.shape[3]
    blocks = random.random((batch, -(-width // BLOCK_PX))) < HIDDEN_SHARE
    return torch.from_numpy(np.repeat(blocks, BLOCK_PX, axis=1)[:, None, None, :width].copy())


def masked_loss(net: nn.Module, strips: Tensor, hidden: Tensor) -> Tensor:
    """Mean squared error of the hidden pixels, which the net does not see, over their variance.

    Args:
        net: strips -> pixels of the same shape.
        strips: float32 [batch, 1, 32, W], 0..1.
        hidden: bool [batch, 1, 1, W].
    """
    drawn = net(torch.where(hidden, HIDDEN_INK, strips))
    wanted = hidden.expand_as(strips)
    spread = strips[wanted].var() + 1e-4
    return ((drawn - strips)[wanted] ** 2).mean() / spread


def masked_training(
    net: ScanningLeNet, shards: Sequence[Shard], recipe: Recipe, passes: int
) -> tuple[ScanningLeNet, float, list[float]]:
    """Train a net's layers to fill in hidden columns.

    Args:
        net: With random weights; it is changed.
        shards: Strips, whose targets are not looked at.
        recipe: Of the rates and the batch.
        passes: Over the shards.

    Returns:
        The net, processor seconds, and the mean loss of every pass.
    """
    begun = time.process_time()
    random = np.random.default_rng(recipe.seed)
    masked = MaskedScanner(net).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = muon_and_adamw(masked, recipe.turn_rate, recipe.float_rate, recipe.weight_decay)
    steps = passes * sum(-(-len(shard.pixels) // recipe.batch) for shard in shards)
    masked.train()
    means, step = [], 0
    for _ in range(passes):
        losses = []
        for shard in shards:
            for batch in training_batches(shard, recipe.batch, random):
                optimizer.set_rates(rate_factor(step / steps))
                strips = batch.strips.to(memory_format=torch.channels_last)
                loss = masked_loss(masked, strips, hidden_columns(strips, random))
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(masked.parameters(), GRADIENT_LIMIT)
                optimizer.step()
                losses.append(float(loss.detach()))
                step += 1
        means.append(round(float(np.mean(losses)), 4))
    return net, time.process_time() - begun, means


def unlabelled(strings: RealStrings) -> Shard:
    """Real strings as the device makes strips of them, all targets empty."""
    strips = [normalize(prepared(cut.image)) for cut in strings.cuts]
    pixels = [strip.pixels for strip in strips if strip.has_ink and strip.pixels.shape[1] <= MAX_STRIP_WIDTH_PX]
    return Shard(pixels, [""] * len(pixels))


def starts_table(rows: Sequence[StartFigures]) -> Table:
    """The starts with what their nets read."""
    titles = ("held-out", "amounts", "clinic")
    heads = ["start", "seed", "without labels", "with labels", "passes", "nats", *(f"{t}, exact" for t in titles)]
    lines = []
    for row in rows:
        cells = [row.name, str(row.seed), *(f"{seconds:.0f} s" for seconds in row.seconds), str(row.passes)]
        cells.append(f"{row.nats:.2f}")
        lines.append([*cells, *(share(row.rates[t].exact, row.rates[t].exact_interval) for t in titles)])
    return Table(heads, lines)


@dataclass(frozen=True)
class Comparison:
    """What all starts share.

    Attributes:
        labelled: Strips with their targets.
        unlabelled: Strips whose targets are not looked at.
        held_out: Strips for the loss.
        sets: To be read.
        passes: Over the labelled strips.
        masked_passes: Over the unlabelled ones.
    """

    labelled: Sequence[Shard]
    unlabelled: Sequence[Shard]
    held_out: Shard
    sets: Sequence[Asked]
    passes: int
    masked_passes: int

    def rows(self, recipe: Recipe) -> tuple[list[StartFigures], list[float]]:
        """The three starts with the seed of a recipe, and the mean losses of the masked passes."""
        recipe = replace(recipe, float_epochs=self.passes)
        random, seconds = trained(_random_net(recipe), self.labelled, recipe)
        rows = [self._row("random", recipe, (0.0, seconds), random)]
        begun, before, losses = masked_training(_random_net(recipe), self.unlabelled, recipe, self.masked_passes)
        net, after = trained(begun, self.labelled, recipe)
        rows.append(self._row("masked strips", recipe, (before, after), net))
        # The training from random weights again, for the time that both took.
        longer = replace(recipe, float_epochs=max(self.passes, round(self.passes * (before + after) / seconds)))
        net, seconds = trained(_random_net(recipe), self.labelled, longer)
        rows.append(self._row("random, as long", longer, (0.0, seconds), net))
        return rows, losses

    def _row(self, name: str, recipe: Recipe, seconds: tuple[float, float], net: ScanningLeNet) -> StartFigures:
        found = {asked.name: rates(read(net, asked)) for asked in self.sets}
        nats = string_loss(net, self.held_out.pixels[:_LOSS_STRIPS], self.held_out.targets[:_LOSS_STRIPS])
        return StartFigures(name, recipe.seed, seconds, recipe.float_epochs, nats, found)


def _random_net(recipe: Recipe) -> ScanningLeNet:
    torch.manual_seed(recipe.seed)
    return ScanningLeNet(recipe.channels)


@click.command()
@click.argument("work", type=click.Path(path_type=Path))
@click.option("--shards", type=click.Path(exists=True, path_type=Path), required=True, help="Folder of further strips.")
@data_option
@strings_option
@held_out_option
@hands_option
@digits_option
@mnist_option
@click.option("--count", default=2, show_default=True, help="Labelled shards, of the shipped mix; made into WORK.")
@click.option("--more", default=3, show_default=True, help="Shards of --shards whose labels are not looked at.")
@click.option("--strips", default=SHARD_STRIPS, show_default=True, help="In each labelled shard.")
@click.option("--passes", default=3, show_default=True, help="Over the labelled strips.")
@click.option("--masked-passes", default=3, show_default=True, help="Over the unlabelled strips.")
@click.option("--held-out-strips", default=2048, show_default=True, help="Of the file that are read, the first.")
@click.option("--seed", "seeds", multiple=True, type=int, default=(1, 2), show_default=True, help="Of each comparison.")
@results_option
def self_supervised(
    work: Path,
    shards: Path,
    data: Path,
    strings: Path,
    held_out: Path,
    writers: Path | None,
    digits: Path | None,
    mnist: Path | None,
    count: int,
    more: int,
    strips: int,
    passes: int,
    masked_passes: int,
    held_out_strips: int,
    seeds: tuple[int, ...],
    results: Path | None,
) -> None:
    """Compare a start from masked strips with one from random weights, after equal passes and after equal time."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    material = Origin(mnist, writers, digits, strings).load()
    assert material.collections is not None and material.collections_apart is not None
    whole = load_shard(held_out)
    kept = Shard(whole.pixels[:held_out_strips], whole.targets[:held_out_strips])
    real = unlabelled(material.collections.strings)
    generated = [load_shard(shard_path(shards, index)) for index in range(more)]
    labelled = shards_of(Arm(SHIPPED), count, strips, material, work)
    sets = sets_of(data, material.collections_apart.strings, kept)
    compared = Comparison(labelled, [real, *generated], kept, sets, passes, masked_passes)
    rows: list[StartFigures] = []
    losses = {}
    for seed in seeds:
        found, losses[str(seed)] = compared.rows(replace(PRESETS["first"].recipe, seed=seed))
        rows += found
        click.echo(f"masked: {losses[str(seed)]}\n{starts_table(rows).markdown()}\n")
    if results:
        values: dict[str, Any] = {
            "starts": starts_table(rows),
            "labelled": sum(len(shard.targets) for shard in labelled),
            "real": len(real.pixels),
            "generated": sum(len(shard.pixels) for shard in generated),
            "passes": passes,
            "masked-passes": masked_passes,
            "masked-losses": losses,
            "of": {asked.name: len(asked.codes) for asked in sets},
            "rows": [asdict(row) for row in rows],
        }
        hashes: dict[str, Path | str] = {"check_amounts": data / "check_amounts", "strings": strings}
        keep("self-supervised", results, values, data=hashes | {"held-out": held_out}, seed=seeds[0], bundle=None)


if __name__ == "__main__":
    run_command(self_supervised)
