"""Batches of strips: bucketed by width, stretched, sheared and shifted a little, placed at random on blank paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from device_runtime.geometry import STRIP_HEIGHT_PX
from train.scanner.model import INPUT_SCALE
from train.synthesis.shards import Shard

_WIDTH_STEP_PX = 16
_WARPED_SHARE = 0.7


@dataclass(frozen=True)
class Batch:
    """Strips of one width with their targets.

    Attributes:
        strips: float32 [batch, 1, 32, W], ink = 1.
        columns: how many columns the scanner makes of each, int64 [batch].
        targets: one a strip.
    """

    strips: Tensor
    columns: Tensor
    targets: list[str]


def place(pixels: list[NDArray[np.uint8]], lefts: list[int], width_px: int) -> NDArray[np.float32]:
    """Put strips on blank paper of one width.

    Args:
        pixels: strips, uint8 [32, W] each, ink bright.
        lefts: px between the left edges of paper and strip, for each.
        width_px: of the paper.

    Returns:
        float32 [n, 1, 32, width_px], 0..1.
    """
    strips = np.zeros((len(pixels), 1, STRIP_HEIGHT_PX, width_px), np.float32)
    for row, (strip, left) in enumerate(zip(pixels, lefts, strict=True)):
        strips[row, 0, :, left : left + strip.shape[1]] = strip
    return strips * np.float32(INPUT_SCALE)


def padded_width(width_px: int) -> int:
    """Width of the paper that a strip of this width is put on."""
    return -(-(width_px + 8) // _WIDTH_STEP_PX) * _WIDTH_STEP_PX


def training_batches(shard: Shard, size: int, random: np.random.Generator) -> Iterator[Batch]:
    """One pass over a shard in random order, augmented afresh, strips of like width together.

    They are put together after they were stretched: so no batch is much wider than its strips.

    Args:
        shard: the strips and their targets.
        size: strips a batch; the last one may be smaller.
        random: decides order and augmentation.
    """
    # Every strip its own shape.
    pixels = [_warped(p, random) if random.random() < _WARPED_SHARE else p for p in shard.pixels]
    widths = np.array([p.shape[1] for p in pixels])
    order = np.argsort(widths + random.uniform(0, 12, len(widths)), kind="stable")
    # Neighbours in the order are nearly of one width; the batches of them come in random order.
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    for group in random.permutation(len(groups)):
        yield _augmented([pixels[i] for i in groups[group]], [shard.targets[i] for i in groups[group]], random)


def _augmented(pixels: list[NDArray[np.uint8]], targets: list[str], random: np.random.Generator) -> Batch:
    """A batch of these strips, each changed a little; pixels: uint8 [32, W] each."""
    # Every strip its own place on the paper: [batch, 1, 32, width].
    width = padded_width(max(p.shape[1] for p in pixels))
    strips = place(pixels, [int(random.integers(0, width - p.shape[1] + 1)) for p in pixels], width)
    # Every strip its own contrast, most batches some noise.
    gamma = random.uniform(0.6, 1.6, (len(pixels), 1, 1, 1)).astype(np.float32)
    strips = np.power(strips, gamma)
    if random.random() < 0.6:
        strips += random.standard_normal(strips.shape, np.float32) * np.float32(random.uniform(0, 0.06))
        np.clip(strips, 0, 1, out=strips)
    return Batch(torch.from_numpy(strips), torch.full((len(pixels),), width // 2), targets)


def _warped(strip: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """The strip stretched or squeezed sideways, a little taller or lower, sheared and shifted: as by another writer."""
    rows, cols = strip.shape
    stretch, height, shear = np.exp(random.uniform(-0.15, 0.2)), random.uniform(0.92, 1.09), random.normal(0, 0.06)
    middle, shift = rows / 2, random.uniform(-1.2, 1.2)
    # Shear and height keep the middle row; two columns of paper are added on either side.
    matrix = np.array([[stretch, -shear, shear * middle + 2], [0, height, middle - height * middle + shift]])
    return np.asarray(cv2.warpAffine(strip, matrix, (round(cols * stretch) + 4, rows)), np.uint8)


def plain_batches(pixels: list[NDArray[np.uint8]], size: int) -> Iterator[tuple[list[int], Tensor]]:
    """Strips as the device puts them, at the left edge, sorted by width.

    Args:
        pixels: uint8 [32, W] each.
        size: strips a batch; the last one may be smaller.

    Returns:
        Indices of the strips in `pixels`, and the batch of them, float32 [batch, 1, 32, W].
    """
    order = sorted(range(len(pixels)), key=lambda i: pixels[i].shape[1])
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        width = padded_width(max(pixels[i].shape[1] for i in rows))
        yield rows, torch.from_numpy(place([pixels[i] for i in rows], [0] * len(rows), width))
