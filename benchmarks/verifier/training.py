"""Trains a verifier on characters, and has it score others."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.verifier.crops import Crops
from benchmarks.verifier.model import Pooling, Verifier
from train.progress import Progress

_BATCH, _SCORED = 128, 512
_RATE, _WEIGHT_DECAY, _WARM_UP = 0.004, 0.01, 0.05
# How far crops are distorted: standard deviations of slant and turn, of the log of the size, and shifts in px.
_SLOPE, _SIZE, _SHIFT_PX = 0.06, 0.06, (1.5, 0.8)


def train(pooling: Pooling, crops: Crops, epochs: int, seed: int, progress: Progress) -> Verifier:
    """Train by cross-entropy: AdamW, a cosine of rates, crops distorted afresh each time.

    Args:
        pooling: of the verifier.
        crops: to learn.
        epochs: passes over them.
        seed: of weights, order and distortions.
        progress: shows how far it is.
    """
    torch.manual_seed(seed)
    net, random = Verifier(pooling), np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=_WEIGHT_DECAY)
    digits, steps = torch.from_numpy(crops.digits), epochs * (len(crops) // _BATCH)
    with progress.bar(epochs, "epochs") as bar:
        for step in range(steps):
            place = step % (len(crops) // _BATCH)
            if place == 0:
                order = random.permutation(len(crops))
            rows = order[place * _BATCH : (place + 1) * _BATCH]
            for group in optimizer.param_groups:
                group["lr"] = _RATE * min(1.0, step / (_WARM_UP * steps)) * (1 + math.cos(math.pi * step / steps)) / 2
            loss = nn.functional.cross_entropy(net(distorted(as_input(crops.pixels[rows]))), digits[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            bar.to((step + 1) * epochs // steps)
    return net.eval()


def scores(net: Verifier, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Log-probabilities of the ten digits for crops uint8 [n, 32, 28]: float64 [n, 10]."""
    with torch.no_grad():
        parts = [
            net(as_input(pixels[start : start + _SCORED])).log_softmax(1) for start in range(0, len(pixels), _SCORED)
        ]
    return torch.cat(parts).double().numpy() if parts else np.zeros((0, 10))


def as_input(pixels: NDArray[np.uint8]) -> Tensor:
    """Crops uint8 [n, 32, 28] as a verifier takes them: float32 [n, 1, 32, 28], 0..1."""
    return torch.from_numpy(pixels).float().unsqueeze(1) / 255


def distorted(crops: Tensor) -> Tensor:
    """Each crop slanted, turned, sized and shifted a little, differently: float32 [n, 1, h, w]."""
    count, _, height, width = crops.shape
    # From places in the result to places in the crop, both in -1..1 along each axis: [n, 2, 3].
    maps = torch.eye(2, 3) + _SLOPE * torch.randn(count, 2, 3)
    maps[:, 0, 0] = torch.exp(_SIZE * torch.randn(count))
    maps[:, 1, 1] = torch.exp(_SIZE * torch.randn(count))
    shifts = torch.tensor([2 * _SHIFT_PX[0] / width, 2 * _SHIFT_PX[1] / height])
    maps[:, :, 2] = shifts * torch.randn(count, 2)
    grid = nn.functional.affine_grid(maps, list(crops.shape), align_corners=False)
    return nn.functional.grid_sample(crops, grid, align_corners=False)
