"""One training under a criterion, in the manner of `train.runs.trainer`: AdamW, a cosine of rates, mean weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from device_runtime.errors import PosteyeError
from train.data.target import Target
from train.scanner.batches import Batch, training_batches
from train.scanner.model import ScanningLeNet
from train.synthesis.shards import Shard, load_shard

_BATCH = 96
_WARM_UP = 0.05
_WEIGHT_DECAY = 1e-3
_GRADIENT_LIMIT = 2.0
_AVERAGE = 0.998
# No reading of probabilities costs less than 0 nats; this far below, penalties are low whatever is read.
RUNAWAY_NATS = -100.0


class Training:
    """A training in progress.

    Attributes:
        mean: The net with the running mean of its weights.
        done: Shards so far, of `passes`.
        loss: Mean over the last shard, nats per character.
        strips: How many so far.
    """

    def __init__(
        self,
        net: ScanningLeNet,
        loss: Callable[[Tensor, Batch], Tensor],
        rate: float,
        passes: int,
        seed: int,
        runaway_nats: float = RUNAWAY_NATS,
    ) -> None:
        """Begin a training.

        Args:
            net: Is trained in place.
            loss: Makes nats [batch] of logits and their batch.
            rate: The largest learning rate.
            passes: Shards to come.
            seed: Of the batches.
            runaway_nats: A mean loss below this is a collapse.
        """
        self.net: nn.Module = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = copy.deepcopy(net)
        self.criterion, self.rate, self.passes, self.seed = loss, rate, passes, seed
        self.runaway_nats = runaway_nats
        self.optimizer = torch.optim.AdamW(net.parameters(), rate, betas=(0.9, 0.98), weight_decay=_WEIGHT_DECAY)
        self.done = self.strips = self.steps = 0
        self.loss = math.nan

    @property
    def collapsed(self) -> bool:
        """Whether penalties have run away."""
        return self.loss < self.runaway_nats

    def one_shard(self, path: Path) -> None:
        """Train on a shard.

        Raises:
            PosteyeError: As `open_shard`.
        """
        shard = open_shard(path)
        self.net.train()
        total, count = 0.0, -(-len(shard.targets) // _BATCH)
        random = np.random.default_rng((self.seed, self.done))
        for step, batch in enumerate(training_batches(shard, _BATCH, random)):
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate * _share((self.done + step / count) / self.passes)
            with torch.autocast("cpu", torch.bfloat16):
                logits = self.net(batch.strips.to(memory_format=torch.channels_last)).float()
            # Per character, so that long strings do not outweigh short ones.
            lengths = torch.tensor([max(1, len(Target.parse(target).symbols)) for target in batch.targets])
            loss = (self.criterion(logits, batch) / lengths).mean()
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), _GRADIENT_LIMIT)
            self.optimizer.step()
            self._average()
            total += float(loss.detach()) * len(batch.targets)
        self.loss = total / len(shard.targets)
        self.strips += len(shard.targets)
        self.done += 1

    def _average(self) -> None:
        keep = min(_AVERAGE, self.steps / (self.steps + 20))
        self.steps += 1
        with torch.no_grad():
            for mean, now in zip(self.mean.state_dict().values(), self.net.state_dict().values(), strict=True):
                if mean.dtype.is_floating_point:
                    mean.lerp_(now, 1 - keep)
                else:
                    mean.copy_(now)


def open_shard(path: Path) -> Shard:
    """Read a shard.

    Raises:
        PosteyeError: It is missing, broken or empty.
    """
    try:
        shard = load_shard(path)
    except PosteyeError as error:
        raise PosteyeError(
            f"{path} is no shard ({error}); give those that posteye train made, or ask for fewer"
        ) from None
    if not shard.targets:
        raise PosteyeError(f"{path} holds no strips; give a shard that posteye train made")
    return shard


def _share(progress: float) -> float:
    """Share of the peak rate: a linear warm-up, then a cosine."""
    if progress < _WARM_UP:
        return progress / _WARM_UP + 1e-3
    return 0.5 * (1 + math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP))) + 1e-3
