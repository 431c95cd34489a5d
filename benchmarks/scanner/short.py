"""Short float trainings of scanners, all alike but for one thing, and what their nets read: to compare nets and mixes.

They are far from the end of a real training: a few shards of strips, a few passes, no int8 phase.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.readings import Interval, Readings, resampled
from benchmarks.scanner.architectures import BlankPenalised
from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.image.normalize import normalize
from device_runtime.image.prepare import prepared
from device_runtime.types import Strip
from train.data.labelled import folder_strips
from train.data.real_strings import RealStrings
from train.evaluation.metrics import wilson
from train.runs.optimizer import muon_and_adamw
from train.runs.phase import Phase, rate_factor
from train.runs.recipe import PRESETS, Recipe
from train.runs.trainer import GRADIENT_LIMIT, losses_per_character
from train.scanner.batches import plain_batches, training_batches
from train.scanner.from_bundle import restore_scanner
from train.scanner.model import ScanningLeNet
from train.scanner.postprocess import PATTERN, one_number, read_views
from train.scanner.widen import widened
from train.synthesis.shards import Shard

MAX_ERROR = 0.01
AMOUNT = r"\d{1,8}"
_LEAST_DIGITS = 3  # of the clinic's numbers: one or two digits are what a mark looks like
_MEASURED_STRIPS = 512  # to unfold a bundle's batch normalisation on

# What the commands of all short trainings take.
data_option = click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Folder of the data for measuring."
)
strings_option = click.option(
    "--strings", type=click.Path(path_type=Path), required=True, help="Folder of real strings."
)
held_out_option = click.option(
    "--held-out", type=click.Path(exists=True, path_type=Path), required=True, help="File of unseen strips."
)
hands_option = click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files.")
digits_option = click.option("--digits", type=click.Path(path_type=Path), help="Folder of .npz files with more digits.")

Weigh = Callable[[Tensor], Tensor]


def shorter(preset: str, shards: int, passes: int, seed: int) -> Recipe:
    """The float phase of a preset, shorter, and with half the batch: more steps."""
    recipe = PRESETS[preset].recipe
    return replace(recipe, seed=seed, shards=shards, float_epochs=passes, batch=recipe.batch // 2)


@dataclass(frozen=True)
class Asked:
    """Strips that no net of a comparison was trained on.

    Attributes:
        name: Of the set.
        strips: As the device makes them.
        codes: What they hold.
        decoder: To read them with.
    """

    name: str
    strips: Sequence[Strip]
    codes: Sequence[str]
    decoder: Decoder


@dataclass(frozen=True)
class Rates:
    """What a net reads of a set, shares 0..1 with their 95 % intervals over its strips.

    Attributes:
        exact: Read exactly.
        exact_interval: Of it. Source: Wilson, 1927.
        at_one_percent: The largest share that a threshold accepts with at most 1 % wrong among them.
        at_one_percent_interval: Of it, by a bootstrap.
    """

    exact: float
    exact_interval: Interval
    at_one_percent: float
    at_one_percent_interval: Interval


def widened_bundle(name: str, channels: tuple[int, ...], held_out: Shard, seed: int) -> ScanningLeNet:
    """The float net that a training from a bundle begins with.

    Args:
        name: Of the bundle, or its folder.
        channels: Of the net.
        held_out: Strips to measure the bundle's layers on.
        seed: Of new channels.
    """
    strips = next(strips for _, strips in plain_batches(held_out.pixels[:_MEASURED_STRIPS], _MEASURED_STRIPS))
    return widened(restore_scanner(load_bundle(name)), channels, strips, seed)


def trained(
    net: ScanningLeNet, shards: Sequence[Shard], recipe: Recipe, weigh: Weigh = Tensor.mean
) -> tuple[ScanningLeNet, float]:
    """Train a float net by the rates, the batch and the passes of a recipe.

    Args:
        net: To begin with; it is changed.
        shards: To train on.
        recipe: Whose float phase it is.
        weigh: From the losses of a batch's strips, float32 [strips], to the loss of the batch.

    Returns:
        The running mean of the weights, in evaluation mode, and the processor seconds that it took.
    """
    begun = time.process_time()
    random = np.random.default_rng(recipe.seed)
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = muon_and_adamw(net, recipe.turn_rate, recipe.float_rate, recipe.weight_decay)
    phase = Phase("float", net, copy.deepcopy(net), optimizer)
    steps = recipe.float_epochs * sum(-(-len(shard.targets) // recipe.batch) for shard in shards)
    net.train()
    step = 0
    for shard in [shard for _ in range(recipe.float_epochs) for shard in shards]:
        for batch in training_batches(shard, recipe.batch, random):
            optimizer.set_rates(rate_factor(step / steps))
            logits = net(batch.strips.to(memory_format=torch.channels_last))
            phase.move(weigh(losses_per_character(logits, batch)), GRADIENT_LIMIT, recipe.average, step)
            step += 1
    assert isinstance(phase.mean, ScanningLeNet)
    return phase.mean.eval(), time.process_time() - begun


def sets_of(data: Path, apart: RealStrings, held_out: Shard) -> list[Asked]:
    """The sets that nets are compared on.

    Args:
        data: Folder of check_amounts and printed_postcode_lines.
        apart: Real strings kept apart from training, of which the clinic's of three digits and more are read.
        held_out: Generated strips, of which those of one number are read.
    """
    pixels, codes = one_number(held_out)
    amounts, printed = folder_strips(data / "check_amounts"), folder_strips(data / "printed_postcode_lines")
    cells = [row for row in range(apart.cells) if len(apart.digits[row]) >= _LEAST_DIGITS]
    amount, code = Grammar.from_pattern(AMOUNT, DIGITS), Grammar.chosen("MY", None, None, DIGITS)
    assert code is not None
    return [
        Asked(
            "held-out",
            [Strip(strip, np.eye(2, 3), True) for strip in pixels],
            codes,
            Decoder(Grammar.from_pattern(PATTERN, DIGITS), DIGITS),
        ),
        Asked("amounts", amounts.strips, amounts.codes, Decoder(amount, DIGITS)),
        Asked("printed", printed.strips, printed.codes, Decoder(code, DIGITS)),
        Asked(
            "clinic",
            [normalize(prepared(apart.cuts[row].image)) for row in cells],
            [apart.digits[row] for row in cells],
            Decoder(amount, DIGITS),
        ),
    ]


def read(net: nn.Module, asked: Asked, penalised: bool = True) -> Readings:
    """Read a set as the device does, doubtful strips at several widths; nothing is accepted or rejected.

    Args:
        net: Float, in evaluation mode, or quantised.
        asked: The strips.
        penalised: Whether blank is made half a nat less likely, as training leaves it too likely.
    """
    whole = BlankPenalised(net).eval() if penalised else net
    found = [view.decoding.candidates for view in read_views(whole, list(asked.strips), asked.decoder)]
    confidences = np.array([candidates[0].confidence if candidates else 0.0 for candidates in found])
    codes = [candidates[0].code if candidates else "" for candidates in found]
    right: NDArray[np.bool_] = np.array([code == truth for code, truth in zip(codes, asked.codes, strict=True)])
    return Readings(confidences, right, np.zeros(len(right), np.bool_))


def rates(readings: Readings) -> Rates:
    """The rates of a set, its strips taken as independent."""
    _, at_one_percent = resampled(readings, [str(row) for row in range(len(readings.right))], MAX_ERROR)
    exact_interval = wilson(readings.exact, len(readings.right))
    return Rates(readings.exact, exact_interval, readings.accept_rate(MAX_ERROR), at_one_percent)


def gain(one: Readings, other: Readings) -> tuple[float, Interval]:
    """How much more of the same strips is read exactly in one reading than in the other, with the 95 % interval.

    Source: of a mean of paired differences, by the normal distribution.
    """
    differences = one.right.astype(np.float64) - other.right
    spread = 1.96 * float(differences.std(ddof=1)) / len(differences) ** 0.5
    mean = float(differences.mean())
    return mean, (mean - spread, mean + spread)


def share(value: float, interval: Interval) -> str:
    """A share with its interval, for a table."""
    return f"{value:.1%} ({100 * interval[0]:.1f}-{100 * interval[1]:.1f})".replace("%", " %")


def points(value: float, interval: Interval) -> str:
    """A difference of shares with its interval in points, for a table."""
    return f"{100 * value:+.1f} ({100 * interval[0]:+.1f} to {100 * interval[1]:+.1f})"
