"""A pen on paper: lines become ink of a given width, uneven as a hand's pressure and a ball pen's flow are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.writing.strokes import Line

Ink = NDArray[np.uint8]
_NOISE_SHAPE = (128, 768)  # larger than nearly every sheet: a larger one is scaled up
_SHIFT = 4


@dataclass(frozen=True)
class Nib:
    """How a pen writes. width_px: of the stroke; swell: how much pressure changes it; skips: share of dry spots."""

    width_px: float
    swell: float = 0.0
    skips: float = 0.0


class Pen:
    """Draws lines; the unevenness comes from prepared noise."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        coarse = random.normal(0, 1, (_NOISE_SHAPE[0] // 8, _NOISE_SHAPE[1] // 8)).astype(np.float32)
        self._pressure = cv2.resize(coarse, _NOISE_SHAPE[::-1], interpolation=cv2.INTER_CUBIC)
        grain = cv2.GaussianBlur(random.normal(0, 1, _NOISE_SHAPE).astype(np.float32), (0, 0), 1.0)
        self._dryness = np.abs(grain / grain.std())

    def draw(self, lines: Sequence[Line], shape: tuple[int, int], nib: Nib) -> Ink:
        """Ink, bright on 0, of lines given in pixels, on a sheet of that shape."""
        paper = np.full(shape, 255, np.uint8)
        fixed = np.rint(np.concatenate(lines) * (1 << _SHIFT)).astype(np.int32)[:, None]
        cv2.polylines(paper, split_like(fixed, lines), False, 0, 1, cv2.LINE_8, _SHIFT)
        away = cv2.distanceTransform(paper, cv2.DIST_L2, 3)
        half = 255 * nib.width_px / 2
        # Pressure times half the width, less the distance from the middle of the stroke, over one pixel of edge.
        pressure = self._window(self._pressure, shape)
        ink = cv2.addWeighted(pressure, half * nib.swell, away, -255, half + 127.5, dtype=cv2.CV_8U)
        if nib.skips:
            dryness = self._window(self._dryness, shape)
            flow = cv2.addWeighted(dryness, -255 * nib.skips, dryness, 0, 1.6 * 255, dtype=cv2.CV_8U)
            ink = cv2.multiply(ink, flow, scale=1 / 255)
        return np.asarray(ink, np.uint8)

    def _window(self, bank: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
        if shape[0] > bank.shape[0] or shape[1] > bank.shape[1]:
            bank = cv2.resize(bank, (max(shape[1], bank.shape[1]), max(shape[0], bank.shape[0])))
        top = int(self.random.integers(bank.shape[0] - shape[0] + 1))
        left = int(self.random.integers(bank.shape[1] - shape[1] + 1))
        return bank[top : top + shape[0], left : left + shape[1]]


class Bend:
    """A smooth distortion of the plane by a few slow waves, for points in units of the digit height."""

    def __init__(self, random: np.random.Generator, strength: float) -> None:
        self._waves = random.normal(0, 0.55, (2, 3))
        self._phases = random.uniform(0, 2 * np.pi, 3)
        self._pushes = random.normal(0, strength, (3, 2))

    def __call__(self, points: Line) -> Line:
        """Move points [n, 2]."""
        moved: Line = points + np.sin(2 * np.pi * (points @ self._waves) + self._phases) @ self._pushes
        return moved

    def lines(self, lines: Sequence[Line]) -> list[Line]:
        """Move the points of several lines, of which there is at least one."""
        return split_like(self(np.concatenate(lines)), lines)


def split_like(points: Line, lines: Sequence[Line]) -> list[Line]:
    """Cut points that were concatenated from lines back into as many lines."""
    pieces, first = [], 0
    for line in lines:
        pieces.append(points[first : first + len(line)])
        first += len(line)
    return pieces
