"""Stochastic diagonal Levenberg-Marquardt: one pattern per update, a step size of its own for every parameter.

Before each pass the mean second derivative h of the loss is estimated for every parameter on a few hundred patterns
(Gauss-Newton, diagonal, shared weights summed); its step is eta / (mu + h) for the whole pass. Plain stochastic
gradient descent is the same loop with equal steps. Source: LeCun et al. 1998, section III-B and appendix C.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing
from train.lenet1998.per_sample import OnePattern
from train.lenet1998.per_sample_layers import Array

MU = 0.02
CURVATURE_PATTERNS = 500
# The global eta of each of the twenty passes (section III-B). Under RBF units, whose 84 squares add up, the first ones
# ran away here; there they are cut to the largest that did not.
PAPER_SCHEDULE = (*[0.0005] * 2, *[0.0002] * 3, *[0.0001] * 3, *[0.00005] * 4, *[0.00001] * 8)
RBF_SCHEDULE = tuple(min(eta, 0.00005) for eta in PAPER_SCHEDULE)
# In fully connected nets the curvatures are a hundredth of mu, which would leave plain gradient descent.
FULL_MU = 0.0002


@dataclass(frozen=True)
class Patterns:
    """Inputs float32 [n, side, side] and labels [n] of one pass, in the order of presentation."""

    images: Array
    labels: NDArray[np.uint8]


def curvature(net: OnePattern, patterns: Patterns) -> Array:
    """Mean second derivative of the loss with respect to each parameter, over the patterns: float32 [parameters]."""
    summed = np.zeros_like(net.parameters)
    for image, label in zip(patterns.images, patterns.labels.tolist(), strict=True):
        net.derive(image, label, order=2)
        summed += net.gradient
    return summed / np.float32(len(patterns.labels))


def step_sizes(net: OnePattern, patterns: Patterns, eta: float, mu: float = MU) -> Array:
    """eta / (mu + h) for each parameter, 0 for connections that a table leaves out: float32 [parameters]."""
    return np.where(net.trainable, eta / (mu + curvature(net, patterns)), 0).astype(np.float32)


def equal_steps(net: OnePattern, eta: float) -> Array:
    """Plain stochastic gradient descent: eta for each parameter, 0 where a table leaves a connection out."""
    return np.where(net.trainable, eta, 0).astype(np.float32)


def run_pass(net: OnePattern, patterns: Patterns, steps: Array) -> float:
    """One update for each pattern, in order; gives the mean loss, each pattern's before its own update."""
    losses = 0.0
    for image, label in zip(patterns.images, patterns.labels.tolist(), strict=True):
        losses += net.derive(image, label, order=1)
        np.multiply(net.gradient, steps, out=net.gradient)
        net.parameters -= net.gradient
    return losses / len(patterns.labels)


@dataclass(frozen=True)
class Course:
    """Etas of each pass and mu; warm_up: so many patterns come first with equal steps of warm_up_eta.

    Weights that start within 2.4 / fan-in make outputs so small that the first estimate promises steps a hundred times
    too long; the estimate is sound once the net has begun to learn.
    """

    schedule: tuple[float, ...]
    mu: float = MU
    warm_up: int = 3000
    warm_up_eta: float = 0.001


def train(
    net: OnePattern,
    patterns_of: Callable[[int], Patterns],
    seed: int,
    report: Callable[[int, float], None],
    checkpoint: Path,
    course: Course,
) -> float:
    """Train by a course, from the checkpoint (.npz) if there is one; the net's parameters change in place.

    patterns_of: the patterns of a pass, by number from 0. report: told each pass and its mean loss. The checkpoint is
    written after each pass. Gives the CPU seconds of earlier calls that this one went on from. Raises PosteyeError when
    the checkpoint belongs to another net or seed, or when the loss runs away.
    """
    first, earlier_s = _resume(net, seed, checkpoint)
    begun_s = time.process_time()
    for number in range(first, len(course.schedule)):
        patterns = patterns_of(number)
        if number == 0:
            start = Patterns(patterns.images[: course.warm_up], patterns.labels[: course.warm_up])
            run_pass(net, start, equal_steps(net, course.warm_up_eta))
        chosen = np.random.default_rng((seed, number)).permutation(len(patterns.labels))[:CURVATURE_PATTERNS]
        measured = Patterns(patterns.images[chosen], patterns.labels[chosen])
        loss = run_pass(net, patterns, step_sizes(net, measured, course.schedule[number], course.mu))
        if not np.isfinite(loss):
            raise PosteyeError(f"the loss of pass {number + 1} is {loss}; take a smaller eta")
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        spent_s = earlier_s + time.process_time() - begun_s
        with replacing(checkpoint) as file:
            np.savez(file, parameters=net.parameters, done=number + 1, seed=seed, cpu_s=spent_s)
        report(number, loss)
    return earlier_s


def _resume(net: OnePattern, seed: int, checkpoint: Path) -> tuple[int, float]:
    if not checkpoint.exists():
        return 0, 0.0
    with np.load(checkpoint) as kept:
        if len(kept["parameters"]) != len(net.parameters) or int(kept["seed"]) != seed:
            raise PosteyeError(f"{checkpoint} belongs to another net or seed; delete it or name another")
        net.parameters[:] = kept["parameters"]
        return int(kept["done"]), float(kept["cpu_s"])
