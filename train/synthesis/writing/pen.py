"""Digits become ink: lines drawn by a pen with uneven pressure and flow, or images of digits scaled and bent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.writing.strokes import Line
from train.synthesis.writing.style import HandStyle

Ink = NDArray[np.uint8]
_NOISE_SHAPE = (128, 768)  # larger than nearly every sheet: a larger one is scaled up
_SHIFT = 4  # bits of a pixel's fraction in OpenCV's coordinates
_FIELDS = 96  # ready-made smooth displacement fields
_FIELD_PX = 96
_BENT_SHARE = 0.6
_INK_LEVEL = 90  # of 255: rows and columns without a brighter pixel are cut off an image


@dataclass(frozen=True)
class Nib:
    """How a pen writes.

    Attributes:
        width_px: of the stroke.
        swell: how much pressure changes the width, as a share of it.
        skips: how dry the pen is; 0 leaves no gap.
    """

    width_px: float
    swell: float = 0.0
    skips: float = 0.0


class Pen:
    """Draws lines; the unevenness comes from noise that is prepared once.

    Args:
        random: source of the noise, and of the place in it that a sheet gets.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        # Slow changes of pressure and fine dry grain, float32 [128, 768] each.
        coarse = random.normal(0, 1, (_NOISE_SHAPE[0] // 8, _NOISE_SHAPE[1] // 8)).astype(np.float32)
        self._pressure = cv2.resize(coarse, _NOISE_SHAPE[::-1], interpolation=cv2.INTER_CUBIC)
        grain = cv2.GaussianBlur(random.normal(0, 1, _NOISE_SHAPE).astype(np.float32), (0, 0), 1.0)
        self._dryness = np.abs(grain / grain.std())

    def draw(self, lines: Sequence[Line], shape: tuple[int, int], nib: Nib) -> Ink:
        """Draw lines on a blank sheet.

        Args:
            lines: float64 [n, 2] each, (x, y) in px.
            shape: rows and columns of the sheet.
            nib: the pen.

        Returns:
            The ink, uint8 [rows, columns], bright on 0.
        """
        # The distance of each pixel from the middle of the nearest stroke, float32 [rows, columns].
        paper = np.full(shape, 255, np.uint8)
        fixed = np.rint(np.concatenate(lines) * (1 << _SHIFT)).astype(np.int32)[:, None]
        cv2.polylines(paper, split_like(fixed, lines), False, 0, 1, cv2.LINE_8, _SHIFT)
        away = cv2.distanceTransform(paper, cv2.DIST_L2, 3)
        # Pressure times half the width, less the distance from the middle of the stroke, over one pixel of edge.
        half = 255 * nib.width_px / 2
        pressure = self._window(self._pressure, shape)
        ink = cv2.addWeighted(pressure, half * nib.swell, away, -255, half + 127.5, dtype=cv2.CV_8U)
        # Less ink where the pen is dry.
        if nib.skips:
            dryness = self._window(self._dryness, shape)
            flow = cv2.addWeighted(dryness, -255 * nib.skips, dryness, 0, 1.6 * 255, dtype=cv2.CV_8U)
            ink = cv2.multiply(ink, flow, scale=1 / 255)
        return np.asarray(ink, np.uint8)

    def _window(self, bank: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
        """A random part of prepared noise in the shape of a sheet."""
        if shape[0] > bank.shape[0] or shape[1] > bank.shape[1]:
            bank = cv2.resize(bank, (max(shape[1], bank.shape[1]), max(shape[0], bank.shape[0])))
        top = int(self.random.integers(bank.shape[0] - shape[0] + 1))
        left = int(self.random.integers(bank.shape[1] - shape[1] + 1))
        return bank[top : top + shape[0], left : left + shape[1]]


class RasterPen:
    """Renders images of digits at the sizes of a style: scaled, sheared and bent in one resampling.

    Args:
        random: source of all draws.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        # Smooth displacement fields, float32 [x or y, row, column] each: cubic through 5 x 5 random knots.
        coarse = random.normal(0, 1, (_FIELDS, 5, 5, 2)).astype(np.float32)
        fields = (cv2.resize(c, (_FIELD_PX, _FIELD_PX), interpolation=cv2.INTER_CUBIC) for c in coarse)
        self._waves = [np.ascontiguousarray(field.transpose(2, 0, 1)) for field in fields]

    def glyph(self, source: Ink, tall: float, aspect: float, style: HandStyle) -> Ink:
        """Render an image of a digit.

        Args:
            source: uint8 [h, w], ink bright.
            tall: height that it gets, in digit heights.
            aspect: factor of the width beside the scale of the height.
            style: how the string is written.

        Returns:
            uint8, cut to its ink.
        """
        random = self.random
        height = max(10.0, tall * style.height_px)
        rows, columns = source.shape
        scale_y = height / rows
        scale_x = scale_y * aspect
        slant = random.normal(0, style.slant_jitter)
        out_rows, out_columns = int(height) + 6, int(columns * scale_x + abs(slant) * height) + 8
        # Where each pixel comes from, float32 [out_rows, out_columns]: scaled, turned a little (y) and sheared (x).
        v, u = np.arange(-3, out_rows - 3, dtype=np.float32)[:, None], np.arange(out_columns, dtype=np.float32)
        tilt = random.uniform(-0.06, 0.06)
        lead = 3 + max(slant, 0.0) * height
        y = v * np.float32(1 / scale_y) - (u - np.float32(out_columns / 2)) * np.float32(tilt / scale_y)
        x = (u - np.float32(lead)) * np.float32(1 / scale_x) + v * np.float32(slant / scale_x)
        # Most are bent as well.
        if random.random() < _BENT_SHARE:
            strength = np.float32(random.uniform(0.2, 1.2) * max(1.0, rows / 20))
            wave_x, wave_y = self._wave(out_rows, out_columns)
            x += strength * wave_x
            y += strength * wave_y
        ink = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        used_x, used_y = (np.flatnonzero(cv2.reduce(ink, axis, cv2.REDUCE_MAX) > _INK_LEVEL) for axis in (0, 1))
        if not len(used_x):
            return np.asarray(ink, np.uint8)
        return np.asarray(ink[used_y[0] : used_y[-1] + 1, used_x[0] : used_x[-1] + 1], np.uint8)

    def _wave(self, rows: int, columns: int) -> NDArray[np.float32]:
        """A random displacement field, float32 [x or y, rows, columns]."""
        wave = self._waves[int(self.random.integers(_FIELDS))]
        if max(rows, columns) > _FIELD_PX:
            wave = np.stack([cv2.resize(part, (columns, rows)) for part in wave])
        return np.asarray(wave[:, :rows, :columns], np.float32)


class Bend:
    """A smooth distortion of the plane by a few slow waves, for points in units of the digit height.

    Args:
        random: source of the waves.
        strength: standard deviation of how far a wave moves a point, in digit heights.
    """

    def __init__(self, random: np.random.Generator, strength: float) -> None:
        self._waves = random.normal(0, 0.55, (2, 3))
        self._phases = random.uniform(0, 2 * np.pi, 3)
        self._pushes = random.normal(0, strength, (3, 2))

    def __call__(self, points: Line) -> Line:
        """Move points, float64 [n, 2]."""
        moved: Line = points + np.sin(2 * np.pi * (points @ self._waves) + self._phases) @ self._pushes
        return moved

    def lines(self, lines: Sequence[Line]) -> list[Line]:
        """Move the points of several lines, of which there is at least one."""
        return split_like(self(np.concatenate(lines)), lines)


def split_like(points: Line, lines: Sequence[Line]) -> list[Line]:
    """Cut points that were concatenated from lines back into as many lines.

    Args:
        points: [n, ...], one for each point of the lines.
        lines: [m, ...] each.
    """
    pieces, first = [], 0
    for line in lines:
        pieces.append(points[first : first + len(line)])
        first += len(line)
    return pieces
