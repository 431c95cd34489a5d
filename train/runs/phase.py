"""A phase of a training, whatever its net: its schedule of rates, its steps, and the running mean of the weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from device_runtime.errors import PosteyeError
from train.runs.optimizer import Scheduled
from train.scanner.quantization import QuantChain

OBSERVED_SHARE = 0.7  # of the quantised phase the ranges follow the data; then they are fixed for the weights
_WARM_UP = 0.05
_LEAST_FACTOR = 3e-4  # of the peak rate
_QUICK_STEPS = 20  # in so many the running mean keeps less than half of itself at each


@dataclass
class Phase:
    """One phase in progress.

    Attributes:
        name: "float" or "quantized".
        net: the net that learns.
        mean: the running mean of its weights.
        optimizer: what moves the weights.
    """

    name: str
    net: nn.Module
    mean: nn.Module
    optimizer: Scheduled

    def move(self, loss: Tensor, gradient_limit: float, average: float, step: int) -> None:
        """Move the weights down a loss, and the running mean towards them; in the first steps of a phase faster.

        Args:
            loss: a number, with its graph.
            gradient_limit: norm that the gradients have together at most.
            average: momentum of the running mean.
            step: of the phase, from 0.
        """
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), gradient_limit)
        self.optimizer.step()
        average_into(self.mean, self.net, min(average, step / (step + _QUICK_STEPS)))

    def state(self, recipe: dict[str, Any], done: Any) -> dict[str, Any]:
        """What a checkpoint holds.

        Args:
            recipe: what decides the training.
            done: how much of the phase is over.
        """
        return {
            "recipe": recipe,
            "phase": self.name,
            "done": done,
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimizer.state_dict(),
        }

    def take_up(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint; what is done, the caller takes of it."""
        self.net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimiser"])


def rate_factor(progress: float) -> float:
    """The schedule: what the peak rate is multiplied by, at a progress 0..1: a linear warm-up and half a cosine."""
    if progress < _WARM_UP:
        return progress / _WARM_UP + _LEAST_FACTOR
    return 0.5 * (1 + math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP))) + _LEAST_FACTOR


def average_into(mean: nn.Module, net: nn.Module, keep: float) -> None:
    """Move a running mean of a net towards it.

    Args:
        mean: of the same kind; changed.
        net: as it is now.
        keep: the share of the mean that stays, 0..1.
    """
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
            if old.dtype.is_floating_point and old.dim():
                old.lerp_(new, 1 - keep)
            else:
                old.copy_(new)  # counters, scales and zero points are taken as they are


def finish(net: QuantChain, cure: str) -> None:
    """Put a trained net into the state that is exported.

    Args:
        net: is changed.
        cure: what the error says to do.

    Raises:
        PosteyeError: when it does not fit int8.
    """
    try:
        net.finish()
    except ValueError as error:
        raise PosteyeError(f"the trained net does not fit int8: {error}; {cure}") from None
