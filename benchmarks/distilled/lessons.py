"""Batches of the student's strips, each disturbed a little, with the teacher's probabilities put to their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.distilled.lines import Line
from device_runtime.second_opinion.classes import BLANK, CLASSES
from train.scanner.batches import padded_width, place
from train.scanner.model import COLUMNS

_LEAST = 1e-4  # probability that the teacher gives to any class: it is surer than it should be
_WARPED_SHARE = 0.7
_ROOM_PX = 2  # of paper, on either side of a warped strip


@dataclass(frozen=True)
class Lesson:
    """Strips of one width.

    Attributes:
        strips: float32 [batch, 1, 32, W], ink = 1.
        columns: how many columns the student makes of each, int64 [batch].
        targets: one a strip.
        real: bool [batch], whether a person wrote it so.
        frames: the teacher's probabilities at the student's columns, float32 [batch, W / 2, 12].
    """

    strips: Tensor
    columns: Tensor
    targets: list[str]
    real: Tensor
    frames: Tensor


def lessons(lines: Sequence[Line], size: int, random: np.random.Generator) -> Iterator[Lesson]:
    """One pass over lines in random order, disturbed afresh, strips of like width together.

    Args:
        lines: to learn from.
        size: strips a batch; the last one may be smaller.
        random: decides order and disturbance.
    """
    shaped = [warped(line, random) if random.random() < _WARPED_SHARE else line for line in lines]
    widths = np.array([line.pixels.shape[1] for line in shaped])
    order = np.argsort(widths + random.uniform(0, 12, len(widths)), kind="stable")
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    for group in random.permutation(len(groups)):
        yield _lesson([shaped[i] for i in groups[group]], random)


def _lesson(lines: Sequence[Line], random: np.random.Generator) -> Lesson:
    width = padded_width(max(line.pixels.shape[1] for line in lines))
    lefts = [int(random.integers(0, width - line.pixels.shape[1] + 1)) for line in lines]
    strips = place([line.pixels for line in lines], lefts, width)
    # Every strip its own contrast, most batches some noise.
    strips = np.power(strips, random.uniform(0.6, 1.6, (len(lines), 1, 1, 1)).astype(np.float32))
    if random.random() < 0.6:
        strips += random.standard_normal(strips.shape, np.float32) * np.float32(random.uniform(0, 0.06))
        np.clip(strips, 0, 1, out=strips)
    count = COLUMNS.count(width)
    frames = np.stack([aligned(line, left, count) for line, left in zip(lines, lefts, strict=True)])
    return Lesson(
        torch.from_numpy(strips),
        torch.full((len(lines),), count),
        [line.target for line in lines],
        torch.tensor([line.real for line in lines]),
        torch.from_numpy(frames),
    )


def aligned(line: Line, left_px: int, count: int) -> NDArray[np.float32]:
    """The teacher's probabilities at the student's columns: of each the column of the teacher that stands nearest.

    Not between two of them: what stands between two equal digits is a blank, which a mean would lose. Beyond the
    teacher's columns there is paper.

    Args:
        line: with one column of the teacher or more.
        left_px: between the left edges of the paper and the strip.
        count: of the student's columns on the paper.

    Returns:
        float32 [count, 12], each row summing to 1.
    """
    x = COLUMNS.x_px(count) - left_px
    middles = (line.x_px[1:] + line.x_px[:-1]) / 2
    half = float(line.x_px[1] - line.x_px[0]) / 2 if len(line.x_px) > 1 else float(line.pixels.shape[1]) / 2
    found = line.frames[np.searchsorted(middles, x)]
    outside = (x < line.x_px[0] - half) | (x > line.x_px[-1] + half)
    found[outside] = np.eye(CLASSES, dtype=np.float32)[BLANK]
    found = np.maximum(found, np.float32(_LEAST))
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float32)


def warped(line: Line, random: np.random.Generator) -> Line:
    """A line stretched or squeezed sideways, a little taller or lower, sheared and shifted: as by another writer."""
    rows, columns = line.pixels.shape
    stretch, height, shear = np.exp(random.uniform(-0.15, 0.2)), random.uniform(0.88, 1.08), random.normal(0, 0.08)
    middle, shift = rows / 2, random.uniform(-1.2, 1.2)
    # Shear and height keep the middle row, and so do the teacher's columns.
    matrix = np.array([[stretch, -shear, shear * middle + _ROOM_PX], [0, height, middle - height * middle + shift]])
    pixels = cv2.warpAffine(line.pixels, matrix, (round(columns * stretch) + 2 * _ROOM_PX, rows))
    x_px = (line.x_px * stretch + _ROOM_PX).astype(np.float32)
    return Line(np.asarray(pixels, np.uint8), line.target, line.real, line.frames, x_px)
