"""Quantization-aware fine-tuning of LeNet-5 towards the float net that it came from.

The loss is the squared distance between the 84 outputs of both nets, the same measure as that of the RBF units (Eq. 7).
It needs no labels, and it asks for the float net's answers, wrong ones included, instead of new ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from train.lenet1998.model import LeNet, as_input
from train.lenet1998.quantization import RBF_AMPLITUDE, QuantLeNet
from train.scanner.quantization import INPUT_SCALE

_AT_ONCE = 500


@dataclass(frozen=True)
class FineTuning:
    """How to fine-tune, with Adam.

    Attributes:
        passes: over the digits.
        batch: digits a step.
        rate: at the start; it falls to 0 on a cosine.
        seed: of the order of the digits.
    """

    passes: int = 2
    batch: int = 64
    rate: float = 2e-4
    seed: int = 1


def fine_tune(
    source: LeNet, digits: NDArray[np.uint8], settings: FineTuning, report: Callable[[str], None]
) -> QuantLeNet:
    """The net on integer grids, fine-tuned and finished. A progress bar goes to stderr.

    Args:
        source: the float net.
        digits: uint8 [n, h, w], ink bright.
        settings: how to fine-tune.
        report: called with a line after each pass.
    """
    net = QuantLeNet(source)
    net.train()
    wanted = batched(source, as_input(digits, source.plan.side))  # the float net's outputs, [n, 84]
    images = torch.from_numpy(framed(digits, source.plan.side))[:, None]  # uint8 [n, 1, side, side]
    optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], settings.rate, betas=(0.9, 0.99))
    total = settings.passes * math.ceil(len(images) / settings.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(total, 1))
    random = torch.Generator().manual_seed(settings.seed)
    with tqdm(total=total, unit="batch", desc="fine-tuning", dynamic_ncols=True) as bar:
        for number in range(settings.passes):
            summed = 0.0
            for chosen in torch.randperm(len(images), generator=random).split(settings.batch):
                outputs = RBF_AMPLITUDE * net.units(images[chosen] * INPUT_SCALE).flatten(1)  # [batch, 84]
                loss = (outputs - wanted[chosen]).square().sum(1).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                summed += float(loss.detach()) * len(chosen)
                bar.update()
            report(
                f"pass {number + 1} of {settings.passes}: squared distance to the float net {summed / len(images):.4f}"
            )
    net.finish()
    return net


def framed(digits: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Digits uint8 [n, h, w] in the middle of side x side px of paper (0), as `as_input` places them."""
    rows, columns = digits.shape[1:]
    top, left = (side - rows) // 2, (side - columns) // 2
    return np.pad(digits, ((0, 0), (top, side - rows - top), (left, side - columns - left)))


def batched(function: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """Outputs of a net on all images, a few hundred at a time and without gradients."""
    with torch.no_grad():
        return torch.cat([function(part) for part in images.split(_AT_ONCE)])
