"""How much the writing of a piece is turned, and a mask turned back."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.runs import Mask, Runs

_MOST_DEGREES = 45
_COARSE_DEGREES, _FINE_DEGREES = 2.0, 0.25
_LEVEL_DEGREES = 3.0  # lines that are turned by less are found as they are
_SURER = 1.7  # so many times sharper must the lines of turned writing be
_MOST_RUNS = 1500
_FEWEST_PIECES = 10  # fewer may stand in rows by chance
_BIN = 0.5  # of a character's height: no stroke by itself lies in a sharper row at any angle


def skew_degrees(runs: Runs, height_px: int) -> float:
    """Find the angle at which the ink lies in the sharpest rows; 0 where that is about level.

    Args:
        runs: of pieces that may be characters.
        height_px: of usual characters.

    Returns:
        Degrees from -45 to 45, clockwise: a line of writing falls to the right where it is positive.

    Source: W. Postl, "Detection of linear oblique structures and skew scan in digitized documents", 1986.
    """
    if np.count_nonzero(np.bincount(runs.piece)) < _FEWEST_PIECES:
        return 0.0
    step = -(-len(runs.row) // _MOST_RUNS)
    x, y = (runs.begin[::step] + runs.end[::step]) / 2, runs.row[::step].astype(np.float64)
    coarse = np.arange(-_MOST_DEGREES, _MOST_DEGREES + 1, _COARSE_DEGREES)
    x, y = x / (_BIN * height_px), y / (_BIN * height_px)
    best = _sharpest(x, y, coarse)[0]
    if abs(best) <= _LEVEL_DEGREES:
        return 0.0
    angle, sharpness = _sharpest(x, y, best + np.arange(-_COARSE_DEGREES, _COARSE_DEGREES + 0.01, _FINE_DEGREES))
    _, level = _sharpest(x, y, np.arange(-_LEVEL_DEGREES, _LEVEL_DEGREES + 0.01, 0.5))
    return angle if abs(angle) > _LEVEL_DEGREES and sharpness > _SURER * level else 0.0


def _sharpest(x: NDArray[np.float64], y: NDArray[np.float64], degrees: NDArray[np.float64]) -> tuple[float, int]:
    """The angle whose row profile changes most from row to row, and the sum of the squares of these changes."""
    best, most = 0.0, -1
    for angle in degrees.tolist():
        turn = math.radians(angle)
        row = np.floor(y * math.cos(turn) - x * math.sin(turn)).astype(np.int64)
        change = np.diff(np.bincount(row - row.min()), prepend=0, append=0)
        sharpness = int((change * change).sum())
        if sharpness > most:
            best, most = angle, sharpness
    return best, most


class Turned:
    """A mask turned level about its middle, on a canvas that holds all of it.

    Args:
        mask: uint8 [H, W].
        degrees: by which its writing is turned clockwise.
    """

    def __init__(self, mask: Mask, degrees: float) -> None:
        rows, columns = mask.shape
        turn = math.radians(degrees)
        self._cos, self._sin = math.cos(turn), math.sin(turn)
        self._from = columns / 2, rows / 2
        wide = math.ceil(columns * abs(self._cos) + rows * abs(self._sin))
        high = math.ceil(rows * abs(self._cos) + columns * abs(self._sin))
        self._to = wide / 2, high / 2
        # The nearest pixel of the mask for each of the canvas, int64 [high, wide] each; none beyond it.
        x, y = self.back(np.arange(wide) + 0.5, (np.arange(high) + 0.5)[:, None])
        x, y = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        self.mask: Mask = np.where(inside, mask.ravel()[np.where(inside, y * columns + x, 0)], 0).astype(np.uint8)

    def back(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places on the canvas as places in the mask as it was."""
        x, y = x - self._to[0], y - self._to[1]
        return x * self._cos - y * self._sin + self._from[0], x * self._sin + y * self._cos + self._from[1]

    def corners_back(self, corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        """Corners on the canvas as corners in the mask as it was."""
        x, y = self.back(*np.array(corners, np.float64).T)
        return tuple(zip(x.tolist(), y.tolist(), strict=True))
