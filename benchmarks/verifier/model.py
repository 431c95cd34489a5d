"""The verifier: two streams of maps over a character, pooled in one of three ways, and a linear classifier.

Source: Lin, RoyChowdhury and Maji, "Bilinear CNN models for fine-grained visual recognition", ICCV 2015.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from benchmarks.verifier.crops import WIDTH_PX
from device_runtime.geometry import STRIP_HEIGHT_PX

Pooling = Literal["bilinear", "plain", "places"]
POOLINGS: tuple[Pooling, ...] = ("bilinear", "plain", "places")
DIGITS = 10
_TRUNK = (16, 32, 64)  # maps of the convolutions, each behind the first at half the resolution
_STREAM = 24  # maps of each stream
_HIDDEN = 98  # so that plain pooling has as many weights as bilinear pooling
_PLACES = (STRIP_HEIGHT_PX // 4) * (WIDTH_PX // 4)
_LEAST = 1e-2


def bilinear_pooled(one: Tensor, other: Tensor) -> Tensor:
    """Outer product of two streams, summed over places; signed square root; unit length.

    Args:
        one: float32 [n, a, places].
        other: float32 [n, b, places].

    Returns:
        float32 [n, a * b].

    Source: Lin et al. 2015, section 3.
    """
    summed = torch.einsum("nap,nbp->nab", one, other).flatten(1)
    # The root has no slope at 0, where rectified streams put many products: a little is added below it.
    root = summed.sign() * ((summed.abs() + _LEAST).sqrt() - _LEAST**0.5)
    return nn.functional.normalize(root, dim=1)


class Verifier(nn.Module):
    """Scores ten digits from the pixels of a character; a difference of two scores is the log odds of a pair."""

    def __init__(self, pooling: Pooling) -> None:
        """Draw the weights.

        Args:
            pooling: "bilinear": the outer product of both streams, summed over places; "plain": the mean of each map
                over places, and a hidden layer; "places": no pooling, each map in each place has weights of its own.
        """
        super().__init__()
        self.across: Tensor
        self.pooling = pooling
        layers: list[nn.Module] = []
        for i, (maps, found) in enumerate(zip((2, *_TRUNK[:-1]), _TRUNK, strict=True)):
            layers += [nn.MaxPool2d(2)] * (i > 0)
            layers += [nn.Conv2d(maps, found, 3, padding=1, bias=False), nn.BatchNorm2d(found), nn.ReLU()]
        self.trunk = nn.Sequential(*layers)
        self.streams = nn.ModuleList(
            nn.Sequential(nn.Conv2d(_TRUNK[-1], _STREAM, 1, bias=False), nn.BatchNorm2d(_STREAM), nn.ReLU())
            for _ in range(2)
        )
        # How far right of the middle a pixel stands. Pooling forgets places, and neighbours are seen in the crops too.
        self.register_buffer("across", torch.linspace(-1, 1, WIDTH_PX).expand(1, 1, STRIP_HEIGHT_PX, -1))
        self.head: nn.Module
        if pooling == "bilinear":
            self.head = nn.Linear(_STREAM**2, DIGITS)
        elif pooling == "plain":
            self.head = nn.Sequential(nn.Linear(2 * _STREAM, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, DIGITS))
        else:
            self.head = nn.Linear(2 * _STREAM * _PLACES, DIGITS)

    def forward(self, crops: Tensor) -> Tensor:
        """Scores of characters.

        Args:
            crops: float32 [n, 1, 32, 28], 0..1.

        Returns:
            float32 [n, 10], log-probabilities but for a constant of each row.
        """
        seen = self.trunk(torch.cat([crops, self.across.expand(len(crops), -1, -1, -1)], 1))
        one, other = (stream(seen).flatten(2) for stream in self.streams)
        if self.pooling == "bilinear":
            # Entries of about 1, as a unit vector of so many has small ones: the same classifier learns faster.
            pooled = bilinear_pooled(one, other) * _STREAM
        else:
            both = torch.cat([one, other], 1)
            pooled = both.mean(2) if self.pooling == "plain" else both.flatten(1)
        scores: Tensor = self.head(pooled)
        return scores


def weights_of(net: nn.Module) -> int:
    """How many weights a net learns."""
    return sum(parameter.numel() for parameter in net.parameters())


def macs_of(net: Verifier) -> int:
    """Multiply-accumulates of a verifier for one character."""
    total, rows, cols = 0, STRIP_HEIGHT_PX, WIDTH_PX
    for layer in net.trunk:
        if isinstance(layer, nn.MaxPool2d):
            rows, cols = rows // 2, cols // 2
        elif isinstance(layer, nn.Conv2d):
            total += layer.weight.numel() * rows * cols
    total += 2 * _TRUNK[-1] * _STREAM * rows * cols
    if net.pooling == "bilinear":
        total += _STREAM**2 * rows * cols
    return total + sum(layer.weight.numel() for layer in net.head.modules() if isinstance(layer, nn.Linear))
