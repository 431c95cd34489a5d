"""Stochastic diagonal Levenberg-Marquardt: one sample per update, a step size of its own for every parameter.

Before each pass the mean second derivative h of the loss is estimated for every parameter on a few hundred samples
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
from train.lenet1998.per_sample import PerSampleNet
from train.lenet1998.per_sample_layers import Array

MU = 0.02
CURVATURE_SAMPLES = 500
# The global eta of each of the twenty passes (section III-B). Under RBF units, whose 84 squares add up, the first ones
# ran away here; there they are cut to the largest that did not.
PAPER_SCHEDULE = (*[0.0005] * 2, *[0.0002] * 3, *[0.0001] * 3, *[0.00005] * 4, *[0.00001] * 8)
RBF_SCHEDULE = tuple(min(eta, 0.00005) for eta in PAPER_SCHEDULE)
# In fully connected nets the curvatures are a hundredth of mu, which would leave plain gradient descent.
FULL_MU = 0.0002


@dataclass(frozen=True)
class Samples:
    """What one pass shows, in its order.

    Attributes:
        images: inputs, float32 [n, side, side].
        labels: classes, uint8 [n].
    """

    images: Array
    labels: NDArray[np.uint8]


def curvature(net: PerSampleNet, samples: Samples) -> Array:
    """Mean second derivative of the loss with respect to each parameter, over the samples: float32 [parameters]."""
    summed = np.zeros_like(net.parameters)
    for image, label in zip(samples.images, samples.labels.tolist(), strict=True):
        net.derive(image, label, order=2)
        summed += net.gradient
    return summed / np.float32(len(samples.labels))


def step_sizes(net: PerSampleNet, samples: Samples, eta: float, mu: float = MU) -> Array:
    """Step size of each parameter, eta / (mu + h), 0 for connections that a table leaves out: float32 [parameters].

    Args:
        net: whose curvatures h are measured.
        samples: to measure them on.
        eta: global step size.
        mu: keeps steps short where the loss is flat.
    """
    return np.where(net.trainable, eta / (mu + curvature(net, samples)), 0).astype(np.float32)


def equal_steps(net: PerSampleNet, eta: float) -> Array:
    """Plain stochastic gradient descent: eta for each parameter, 0 where a table leaves a connection out."""
    return np.where(net.trainable, eta, 0).astype(np.float32)


def run_pass(net: PerSampleNet, samples: Samples, steps: Array) -> float:
    """One update for each sample, in order; gives the mean loss, each sample's before its own update.

    Args:
        net: its parameters change in place.
        samples: of the pass.
        steps: step size of each parameter, float32 [parameters].
    """
    losses = 0.0
    for image, label in zip(samples.images, samples.labels.tolist(), strict=True):
        losses += net.derive(image, label, order=1)
        np.multiply(net.gradient, steps, out=net.gradient)
        net.parameters -= net.gradient
    return losses / len(samples.labels)


@dataclass(frozen=True)
class Hyperparameters:
    """What a training is set to.

    Weights that start within 2.4 / fan-in make outputs so small that the first estimate promises steps a hundred times
    too long; the estimate is sound once the net has begun to learn.

    Attributes:
        schedule: eta of each pass.
        mu: as in `step_sizes`.
        warm_up: so many samples come first, with equal steps.
        warm_up_eta: these steps.
    """

    schedule: tuple[float, ...]
    mu: float = MU
    warm_up: int = 3000
    warm_up_eta: float = 0.001


def train(
    net: PerSampleNet,
    samples_of: Callable[[int], Samples],
    seed: int,
    report: Callable[[int, float], None],
    checkpoint: Path,
    settings: Hyperparameters,
) -> float:
    """Train, from the checkpoint if there is one.

    Args:
        net: its parameters change in place.
        samples_of: the samples of a pass, by number from 0.
        seed: of the samples that the curvatures are measured on.
        report: told each pass and its mean loss.
        checkpoint: file (.npz), written after each pass.
        settings: how to train.

    Returns:
        The CPU seconds of earlier calls that this one went on from.

    Raises:
        PosteyeError: when the checkpoint belongs to another net or seed, or when the loss runs away.
    """
    first, earlier_s = _resume(net, seed, checkpoint)
    begun_s = time.process_time()
    for number in range(first, len(settings.schedule)):
        samples = samples_of(number)
        if number == 0:
            start = Samples(samples.images[: settings.warm_up], samples.labels[: settings.warm_up])
            run_pass(net, start, equal_steps(net, settings.warm_up_eta))
        chosen = np.random.default_rng((seed, number)).permutation(len(samples.labels))[:CURVATURE_SAMPLES]
        measured = Samples(samples.images[chosen], samples.labels[chosen])
        loss = run_pass(net, samples, step_sizes(net, measured, settings.schedule[number], settings.mu))
        if not np.isfinite(loss):
            raise PosteyeError(f"the loss of pass {number + 1} is {loss}; take a smaller eta")
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        spent_s = earlier_s + time.process_time() - begun_s
        with replacing(checkpoint) as file:
            np.savez(file, parameters=net.parameters, done=number + 1, seed=seed, cpu_s=spent_s)
        report(number, loss)
    return earlier_s


def _resume(net: PerSampleNet, seed: int, checkpoint: Path) -> tuple[int, float]:
    if not checkpoint.exists():
        return 0, 0.0
    with np.load(checkpoint) as kept:
        if len(kept["parameters"]) != len(net.parameters) or int(kept["seed"]) != seed:
            raise PosteyeError(f"{checkpoint} belongs to another net or seed; delete it or name another")
        net.parameters[:] = kept["parameters"]
        return int(kept["done"]), float(kept["cpu_s"])
