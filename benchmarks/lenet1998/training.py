"""How the nets of the paper's table train: their inputs, the digits of each pass, and the trained net's answers.

All train one pattern at a time by stochastic diagonal Levenberg-Marquardt for twenty passes of 60,000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.lenet1998.data import Images
from benchmarks.lenet1998.scores import Scores
from train.lenet1998.distortions import AugmentedSet
from train.lenet1998.losses import Head
from train.lenet1998.model import LeNet, Plan, as_input
from train.lenet1998.per_sample import PerSampleNet
from train.lenet1998.sdlm import Hyperparameters, Samples, train

PATTERNS_A_PASS = 60_000
COPIES = 9  # distorted ones of each digit: 540,000
_AT_ONCE = 1000
Numbers = NDArray[np.int64]
PatternsOf = Callable[[int], Samples]  # the patterns of a pass, by its number from 0


@dataclass(frozen=True)
class Inputs:
    """How digits become inputs: the paper's range on a square of `side` px, less `mean`, over `deviation`."""

    side: int
    mean: float = 0.0
    deviation: float = 1.0

    def __call__(self, images: Images) -> torch.Tensor:
        """Inputs float32 [n, side, side] of digits uint8 [n, h, w]."""
        return (as_input(images, self.side) - self.mean) / self.deviation


def standardised(images: Images, side: int) -> Inputs:
    """Inputs whose mean is 0 and whose variance is 1 over the pixels of these digits."""
    pixels = as_input(images, side)
    return Inputs(side, float(pixels.mean()), float(pixels.std()))


@dataclass(frozen=True)
class Trained:
    """A trained net. earlier_cpu_s: CPU seconds of earlier processes whose checkpoint it went on from."""

    net: LeNet
    head: Head
    inputs: Inputs
    earlier_cpu_s: float

    def scores(self, images: Images) -> Scores:
        """Class scores float32 [n, 10] of digits uint8 [n, h, w]."""
        return -self.head.penalties(self._batched(images, self.net))

    def features(self, images: Images) -> NDArray[np.float32]:
        """The units before the last layer, float32 [n, units]."""
        return self._batched(images, self.net.hidden)

    def _batched(self, images: Images, layers: Callable[[torch.Tensor], torch.Tensor]) -> NDArray[np.float32]:
        with torch.no_grad():
            parts = [layers(self.inputs(images[k : k + _AT_ONCE])) for k in range(0, len(images), _AT_ONCE)]
        return np.concatenate([part.numpy() for part in parts])


def fitted(
    plan: Plan,
    head: Head,
    inputs: Inputs,
    course: Hyperparameters,
    seed: int,
    checkpoint: Path,
    patterns_of: PatternsOf,
) -> Trained:
    """A net of the plan trained by the course, from the checkpoint if there is one."""
    net = LeNet(plan, seed)
    by_hand = PerSampleNet(net, head)
    earlier_s = train(by_hand, patterns_of, seed, reporter(checkpoint.stem), checkpoint, course)
    by_hand.write_back()
    return Trained(net, head, inputs, earlier_s)


def reporter(name: str) -> Callable[[int, float], None]:
    """Says each pass's mean loss on stderr."""
    return lambda number, loss: click.echo(f"{name}: pass {number + 1}, mean loss {loss:.4f}", err=True)


def same_digits(images: Images, labels: NDArray[np.uint8], inputs: Inputs, seed: int) -> PatternsOf:
    """The same digits in the same random order in each pass."""
    order = np.random.default_rng(seed).permutation(len(labels))
    patterns = Samples(inputs(images[order]).numpy(), labels[order])
    return lambda _: patterns


def taken(pool: AugmentedSet, numbers_of: Callable[[int], Numbers], inputs: Inputs) -> PatternsOf:
    """The pool's digits whose numbers are given for the pass."""

    def patterns_of(number: int) -> Samples:
        images, labels = pool.take(numbers_of(number))
        return Samples(inputs(images).numpy(), labels)

    return patterns_of


def in_turn(pool: AugmentedSet, seed: int) -> Callable[[int], Numbers]:
    """All of the pool in random order, 60,000 a pass, again and again."""
    order = np.random.default_rng(seed).permutation(len(pool))
    return lambda number: np.take(order, np.arange(PATTERNS_A_PASS) + number * PATTERNS_A_PASS, mode="wrap")


def enlarged(images: Images, labels: NDArray[np.uint8], side: int, seed: int) -> AugmentedSet:
    """The digits framed in side x side px and nine distorted copies of each."""
    margin = (side - images.shape[1]) // 2
    framed = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    return AugmentedSet(framed, labels, COPIES, seed)
