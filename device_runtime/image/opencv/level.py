"""Ink brought level by whole steps of its columns and rows: nothing is blurred, and every place can be found again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

_UNIT = 256
_STEEPEST = 20  # rows down for 256 columns to the right: 4.5 degrees


@dataclass(frozen=True)
class Leveled:
    """Ink whose long lines run along rows and columns.

    Attributes:
        mask: uint8 [h, w], 1 = ink.
        slope: of the lines before, rows down for 256 columns to the right.
    """

    mask: Mask
    slope: int

    def place(self, column: int, row: int) -> tuple[float, float]:
        """X and y in the ink before, of a place in the mask."""
        rows, columns = self.mask.shape
        x = column - self.slope * (row - rows // 2) / _UNIT
        return x, row + self.slope * (x - columns // 2) / _UNIT


def leveled(mask: Mask) -> Leveled:
    """Turn ink so that most of it lies in few rows.

    Args:
        mask: uint8 [h, w], 1 = ink.
    """
    rows, columns = mask.shape
    y, x = mask.nonzero()
    best, slope = -1, 0
    for tried in sorted(range(-_STEEPEST, _STEEPEST + 1), key=abs):
        steps = _steps(tried, columns)
        lines = np.bincount((y - steps[x] + int(steps.max(initial=0))).astype(np.intp)).astype(np.int64)
        strength = int((lines * lines).sum())
        if strength > best:
            best, slope = strength, tried
    down = _shifted(mask, _steps(slope, columns))
    return Leveled(np.ascontiguousarray(_shifted(down.T, -_steps(slope, rows)).T), slope)


def _steps(slope: int, length: int) -> NDArray[np.int64]:
    """How far each of `length` columns is shifted for a slope, int64 [length], 0 in the middle."""
    return (slope * (np.arange(length) - length // 2) + _UNIT // 2) // _UNIT


def _shifted(mask: Mask, steps: NDArray[np.int64]) -> Mask:
    """Each column of a mask moved up by a number of rows; empty where nothing moves in."""
    most = int(np.abs(steps).max(initial=0))
    padded = np.pad(mask, ((most, most), (0, 0)))
    rows = np.arange(mask.shape[0])[:, None] + steps[None, :] + most
    return padded[rows, np.arange(mask.shape[1])[None, :]]
