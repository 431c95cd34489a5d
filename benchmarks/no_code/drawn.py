"""Draws lines of writing as fields: printed or in fonts after handwriting, on white or on photographed paper."""

from __future__ import annotations

from copy import deepcopy

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.no_code.numbers import KINDS, Random
from train.synthesis.paper import Paper
from train.synthesis.writing.fonts import HAND_FAMILIES, PRINT_FAMILIES, find_fonts
from train.synthesis.writing.typeset import Typesetter, margin_px

CUT, STACKED = "the last digit cut in half", "two codes stacked"
Gray = NDArray[np.uint8]


class FieldDrawer:
    """Draws fields of the kinds of `numbers.py`, the same for the same seed, number and fonts."""

    def __init__(self) -> None:
        self.random: Random = np.random.default_rng(0)
        self._setters = [Typesetter(find_fonts(families), self.random) for families in (PRINT_FAMILIES, HAND_FAMILIES)]
        self._paper = Paper(np.random.default_rng(0))

    def field(self, kind: str, seed: int, number: int) -> tuple[Gray, str]:
        """A field of a kind, uint8 [H, W], dark on light, and what is written in it."""
        self.random.bit_generator.state = np.random.default_rng((seed, number)).bit_generator.state
        paper = deepcopy(self._paper)  # it keeps what it photographed, to shine through later fields
        paper.random = self.random
        random = self.random
        lines = KINDS[kind](random)
        height_px = random.uniform(18, 42)
        setter = self._setters[int(random.random() < 0.5)]
        if not lines[0]:
            ink: Gray = np.zeros((int(2 * height_px), int(random.uniform(3, 8) * height_px)), np.uint8)
            margin = margin_px(height_px)
            paper.rule(ink, (margin, margin, ink.shape[1] - margin, ink.shape[0] - margin))
        else:
            ink = _stacked([setter.set_line(line, height_px) for line in lines])
        if kind == CUT:
            ink = _cut_last(ink, len(lines[0]), random)
        if random.random() < 0.5:
            return paper.photograph(ink, printed=True), "\n".join(lines)
        blurred = cv2.GaussianBlur(ink, (0, 0), random.uniform(0.3, 1.0)).astype(np.float32)
        white, contrast = random.uniform(200, 250), random.uniform(0.5, 0.9)
        noise = random.normal(0, random.uniform(0, 6), ink.shape)
        return np.clip(white - contrast * 0.8 * blurred + noise, 0, 255).astype(np.uint8), "\n".join(lines)


def _stacked(lines: list[Gray]) -> Gray:
    width = max(line.shape[1] for line in lines)
    return np.concatenate([np.pad(line, ((0, 0), (0, width - line.shape[1]))) for line in lines])


def _cut_last(ink: Gray, digits: int, random: Random) -> Gray:
    """The field's right edge through the middle of the last of so many digits."""
    columns = np.flatnonzero(ink.max(axis=0) > 64)
    left, right = int(columns[0]), int(columns[-1])
    return np.ascontiguousarray(
        ink[:, : max(left + 8, round(right - random.uniform(0.3, 0.6) * (right - left) / digits))]
    )
