"""How much the writing of a piece is turned, and a mask turned back."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.pixels import TURN_BITS, turn
from device_runtime.piece.finding.ink.runs import Mask, Runs

_MOST_DEGREES = 45
_COARSE_DEGREES, _FINE_DEGREES = 2.0, 0.25
_LEVEL_DEGREES = 1.5  # lines that are turned by less are found as they are
# So many times sharper must the lines be of writing that is turned by up to so many degrees, and by more.
_LITTLE_DEGREES, _LITTLE_SURER, _SURER = 6.0, 1.25, 1.7
_MOST_RUNS = 1500
_FEWEST_PIECES = 12  # fewer may stand in rows by chance
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
    if np.count_nonzero(np.bincount(runs.piece.astype(np.intp))) < _FEWEST_PIECES:
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
    surer = _SURER if abs(angle) > _LITTLE_DEGREES else _LITTLE_SURER
    return angle if abs(angle) > _LEVEL_DEGREES and sharpness > surer * level else 0.0


def _sharpest(x: NDArray[np.float64], y: NDArray[np.float64], degrees: NDArray[np.float64]) -> tuple[float, int]:
    """The angle whose row profile changes most from row to row, and the sum of the squares of these changes."""
    best, most = 0.0, -1
    beyond = float(x.max() + y.max()) + 1  # no row lies above minus this
    for angle in degrees.tolist():
        turn = math.radians(angle)
        row = (y * math.cos(turn) - x * math.sin(turn) + beyond).astype(np.intp)
        count = np.bincount(row).astype(np.int64)
        change = count[1:] - count[:-1]
        sharpness = int(change @ change) + int(count[-1]) ** 2
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
        turn_by, unit = math.radians(degrees), 1 << TURN_BITS
        # A step on the canvas, and its first pixel's middle in the mask, both in 2^-16 px: whole numbers.
        self._cosine, self._sine = round(math.cos(turn_by) * unit), round(math.sin(turn_by) * unit)
        high = (rows * self._cosine + columns * abs(self._sine)) // unit + 1
        wide = (columns * self._cosine + rows * abs(self._sine)) // unit + 1
        x, y = (1 - wide) * self._cosine - (1 - high) * self._sine, (1 - wide) * self._sine + (1 - high) * self._cosine
        self._x, self._y = (columns * unit + x) // 2, (rows * unit + y) // 2
        self.mask = turn(mask, (high, wide), (self._cosine, self._sine), (self._x, self._y))

    def corners_back(self, corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        """Corners on the canvas as corners in the mask as it was."""
        unit, cosine, sine = 1 << TURN_BITS, self._cosine, self._sine
        places = ((x - 0.5, y - 0.5) for x, y in corners)  # from the first pixel's middle
        return tuple(
            ((self._x + x * cosine - y * sine) / unit, (self._y + x * sine + y * cosine) / unit) for x, y in places
        )
