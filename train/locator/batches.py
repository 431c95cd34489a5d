"""Batches of views, each changed afresh (turned, moved, lit otherwise, noisy), so that fewer need to be rendered."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX
from train.locator.loss import Wanted
from train.locator.shards import Views
from train.locator.targets import Truth, targets_of
from train.scanner.quantization import INPUT_SCALE

_UPSIDE_DOWN, _NEGATIVE, _NOISY, _BLURRED = 0.5, 0.08, 0.5, 0.15  # shares of the views
_ON_SIDE_TIMES = 3
_MIDDLE = np.array([(WIDTH_PX - 1) / 2, (HEIGHT_PX - 1) / 2])


def training_batches(views: Views, size: int, random: np.random.Generator) -> Iterator[tuple[Tensor, Wanted]]:
    """One pass over views in random order, augmented afresh; those on their side are rare, and come three times.

    Args:
        views: as rendered.
        size: views a batch; what is left over waits for the next pass.
        random: decides order and augmentation.
    """
    noise = random.normal(0, 1, (2 * HEIGHT_PX, 2 * WIDTH_PX)).astype(np.float32)
    times = [1 if truth.turn % 2 == 0 else _ON_SIDE_TIMES for truth in views.truths]
    order = random.permutation(np.repeat(np.arange(len(times)), times))
    for start in range(0, len(order) - size + 1, size):
        changed = [_changed(views.pixels[i], views.truths[i], noise, random) for i in order[start : start + size]]
        yield as_input(np.stack([pixels for pixels, _ in changed])), wanted_of([truth for _, truth in changed])


def as_input(pixels: NDArray[np.uint8]) -> Tensor:
    """Views uint8 [n, 240, 320] as the net takes them, float32 [n, 1, 240, 320]."""
    return torch.from_numpy(pixels).unsqueeze(1).float() * INPUT_SCALE


def wanted_of(truths: list[Truth]) -> Wanted:
    """The targets of a batch."""
    targets = [targets_of(truth) for truth in truths]
    return Wanted(
        torch.from_numpy(np.stack([target.roles for target in targets])),
        torch.from_numpy(np.stack([target.values for target in targets])),
        torch.from_numpy(np.stack([target.visible for target in targets])),
        torch.tensor([target.turn for target in targets]),
    )


def _changed(
    pixels: NDArray[np.uint8], truth: Truth, noise: NDArray[np.float32], random: np.random.Generator
) -> tuple[NDArray[np.uint8], Truth]:
    """A view changed a little, with its truth."""
    turned = random.random() < _UPSIDE_DOWN
    matrix = _motion(turned, random)
    pixels = cv2.LUT(pixels, _light(random)).astype(np.uint8, copy=False)
    pixels = np.asarray(cv2.warpAffine(pixels, matrix, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR), np.uint8)
    if random.random() < _BLURRED:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (3, 3), float(random.uniform(0.3, 0.9))), np.uint8)
    if random.random() < _NOISY:
        row, column = random.integers(0, HEIGHT_PX), random.integers(0, WIDTH_PX)
        grain = noise[row : row + HEIGHT_PX, column : column + WIDTH_PX]
        pixels = np.clip(pixels + grain * np.float32(random.uniform(1, 7)), 0, 255).astype(np.uint8)
    corners = truth.corners @ matrix[:, :2].T.astype(np.float32) + matrix[:, 2].astype(np.float32)
    inside = ((corners >= 0) & (corners <= (WIDTH_PX - 1, HEIGHT_PX - 1))).all(axis=2)
    kept = _mostly_inside(corners)
    moved = Truth(corners[kept], (truth.visible & inside)[kept], truth.roles[kept], (truth.turn + 2 * int(turned)) % 4)
    return pixels, moved


def _motion(turned: bool, random: np.random.Generator) -> NDArray[np.float64]:
    """An affine map of the view onto itself, float64 [2, 3]: a small turn, another size, a shift."""
    angle = random.normal(0, 0.06) + np.pi * turned
    sizes = np.exp(random.normal(0, 0.12) + random.normal(0, 0.03, 2))
    sine, cosine = np.sin(angle), np.cos(angle)
    linear = np.array([[cosine, -sine], [sine, cosine]]) * sizes
    shift = random.uniform(-24, 24, 2)
    return np.column_stack([linear, _MIDDLE + shift - linear @ _MIDDLE])


def _light(random: np.random.Generator) -> NDArray[np.uint8]:
    """A table of what each lightness becomes; black stays, for beside the frame nothing is lit."""
    levels = np.arange(256) / 255
    if random.random() < _NEGATIVE:
        levels = 1 - levels
    lit = random.uniform(0.7, 1.15) * levels ** np.exp(random.normal(0, 0.25)) + random.uniform(-0.08, 0.08)
    table = np.clip(np.rint(255 * lit), 0, 255).astype(np.uint8)
    table[0] = 0
    return table


def _mostly_inside(corners: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which numbers' middles lie in the view: corners [n, 4, 2] -> [n]."""
    middles = corners.mean(axis=1)
    inside: NDArray[np.bool_] = ((middles >= 0) & (middles <= (WIDTH_PX - 1, HEIGHT_PX - 1))).all(axis=1)
    return inside
