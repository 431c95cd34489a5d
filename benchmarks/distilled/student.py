"""Trains a student, or its control: one net, one set of lines, and what each of them is told of them."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.distilled.lessons import Lesson, lessons
from benchmarks.distilled.lines import Line
from device_runtime.bundle import load_bundle
from device_runtime.files.atomic import replacing
from train.gtn.ctc import forward_penalty, topology
from train.progress import Progress
from train.runs.optimizer import muon_and_adamw
from train.runs.phase import Phase, rate_factor
from train.scanner.batches import plain_batches
from train.scanner.from_bundle import restore_scanner
from train.scanner.model import COLUMNS, ScanningLeNet
from train.scanner.sizes import SMALL
from train.scanner.widen import widened

START = "digits-small"
_BATCH = 96
_MEASURED = 256  # strips that the statistics of the start's layers are taken on
_TURN_RATE, _RATE = 0.012, 2.5e-3  # peaks, of Muon and AdamW: those of the first training that widened a bundle
_WEIGHT_DECAY, _AVERAGE, _GRADIENT_LIMIT = 1e-3, 0.99, 2.0
# The teacher has a column for 5.33 px of the strip, the student for 2: each of the teacher's counts once.
_FRAME_WEIGHT = COLUMNS.stride_px / (8 * 32 / 48)


@dataclass(frozen=True)
class Arm:
    """How a net is trained.

    Attributes:
        name: of the net.
        teacher: whether it is told the teacher's probabilities.
        real_labels: whether it is told what real strings say.
    """

    name: str
    teacher: bool
    real_labels: bool


ARMS = (
    Arm("student", teacher=True, real_labels=False),
    Arm("control", teacher=False, real_labels=True),
    Arm("student-labels", teacher=True, real_labels=True),
)


def first_net(lines: Sequence[Line], seed: int) -> ScanningLeNet:
    """The net that all arms begin with: that of START, with its batch normalisation unfolded.

    Args:
        lines: the first of them show what its layers give.
        seed: of whatever is drawn.

    Raises:
        PosteyeError: the bundle is missing.
    """
    _, strips = next(plain_batches([line.pixels for line in lines[:_MEASURED]], _MEASURED))
    return widened(restore_scanner(load_bundle(Path(START))), SMALL, strips, seed)


def loss_of(arm: Arm, logits: Tensor, lesson: Lesson) -> Tensor:
    """What an arm's net has to answer for, nats a strip: -log P(target), and the divergence from the teacher's columns.

    Source: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015, at temperature 1.

    Args:
        arm: of the experiment.
        logits: float [batch, columns, 12].
        lesson: that they were given for.
    """
    log_probs = logits.log_softmax(2)
    told = torch.ones_like(lesson.real) if arm.real_labels else ~lesson.real
    penalties = forward_penalty(log_probs, lesson.columns, topology(lesson.targets))
    loss = (penalties * told).sum()
    if arm.teacher:
        divergence = (lesson.frames * (lesson.frames.log() - log_probs)).sum()
        loss = loss + _FRAME_WEIGHT * divergence
    return loss / len(lesson.targets)


def trained(arm: Arm, lines: Sequence[Line], passes: int, seed: int, progress: Progress) -> tuple[ScanningLeNet, float]:
    """Train a net.

    Args:
        arm: how.
        lines: to learn from.
        passes: over them.
        seed: of order and disturbance: the same for all arms.
        progress: says how far it is.

    Returns:
        The running mean of its weights, in evaluation mode, and the seconds of the processor that it took.
    """
    started = time.process_time()
    net = first_net(lines, seed).train()
    optimizer = muon_and_adamw(net, _TURN_RATE, _RATE, _WEIGHT_DECAY)
    phase = Phase(arm.name, net, copy.deepcopy(net), optimizer)
    steps = -(-len(lines) // _BATCH)
    with progress.bar(passes * steps, "steps", 0) as bar:
        for step in range(passes * steps):
            if step % steps == 0:
                given = lessons(lines, _BATCH, np.random.default_rng((seed, step)))
            lesson = next(given)
            optimizer.set_rates(rate_factor(step / (passes * steps)))
            loss = loss_of(arm, net(lesson.strips), lesson)
            phase.move(loss, _GRADIENT_LIMIT, _AVERAGE, step)
            bar.to(step + 1, f"{arm.name}, loss {float(loss.detach()):.2f}")
    mean = phase.mean
    assert isinstance(mean, ScanningLeNet)
    return mean.eval(), time.process_time() - started


def save_net(net: ScanningLeNet, seconds: float, path: Path) -> None:
    """Write a net and what it took, whole or not at all."""
    with replacing(path) as file:
        torch.save({"state": net.state_dict(), "channels": net.channels, "seconds": seconds}, file)


def load_net(path: Path) -> tuple[ScanningLeNet, float]:
    """A net in evaluation mode, and the seconds of the processor that it took."""
    kept = torch.load(path, weights_only=True)
    net = ScanningLeNet(tuple(kept["channels"]))
    net.load_state_dict(kept["state"])
    return net.eval(), float(kept["seconds"])
