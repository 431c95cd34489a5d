"""Papers, boards and tables: colours with their grain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.pieces.draws import by_share
from train.synthesis.pieces.sheet import Color

_BANK_SHAPE = (1400, 2100)  # larger than nearly every sheet: a larger one is scaled up
GRAINS = ("fine", "mottled", "fibers")
PAPER_SHARES = {"white": 0.52, "cream": 0.12, "recycled": 0.1, "kraft": 0.12, "colored": 0.09, "dark": 0.05}


@dataclass(frozen=True)
class Stock:
    """A paper.

    Attributes:
        name: of its kind, one of PAPER_SHARES.
        color: of it.
        grain: one of "fine", "mottled", "fibers".
        depth: standard deviation of the grain, grey levels.
    """

    name: str
    color: Color
    grain: str
    depth: float

    @property
    def dark(self) -> bool:
        """Whether it takes light ink."""
        return sum(self.color) < 300


class Stationery:
    """Makes blank paper from grain that is prepared once.

    Args:
        random: source of all draws.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self._grains = {name: self._bank(name) for name in GRAINS}

    def stock(self, name: str | None = None) -> Stock:
        """Draw a paper.

        Args:
            name: of its kind; None = by PAPER_SHARES.
        """
        random = self.random
        uniform = random.uniform
        name = name or by_share(random, PAPER_SHARES)
        if name == "white":
            level = uniform(228, 252)
            return Stock(name, _rgb(level, level + uniform(-3, 2), level + uniform(-6, 5)), "fine", uniform(0.5, 2.5))
        if name == "cream":
            level = uniform(225, 248)
            return Stock(name, _rgb(level, level - uniform(3, 10), level - uniform(14, 38)), "fine", uniform(0.5, 3))
        if name == "recycled":
            level = uniform(178, 222)
            return Stock(name, _rgb(level, level - uniform(0, 5), level - uniform(4, 16)), "mottled", uniform(2, 6))
        if name == "kraft":
            level = uniform(165, 208)
            green, blue = uniform(0.78, 0.86), uniform(0.52, 0.68)
            return Stock(name, _rgb(level, green * level, blue * level), "fibers", uniform(4, 10))
        hue = uniform(0, 180)
        if name == "colored":
            return Stock(name, _hsv(hue, uniform(25, 95), uniform(200, 250)), "fine", uniform(0.5, 3))
        return Stock(name, _hsv(hue, uniform(0, 190), uniform(25, 85)), "fine", uniform(0.5, 3))

    def sheet(self, stock: Stock, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Make blank paper.

        Args:
            stock: which.
            size: width and height in px.

        Returns:
            uint8 [H, W, 3], RGB.
        """
        grain = self._window(self._grains[stock.grain], size)
        planes = [cv2.convertScaleAbs(grain, alpha=stock.depth / 32, beta=level) for level in stock.color]
        return np.asarray(cv2.merge(planes), np.uint8)

    def grain(self, size: tuple[int, int]) -> NDArray[np.int8]:
        """A part of the fine grain, int8 [H, W], standard deviation 32: noise for whoever needs some."""
        return self._window(self._grains["fine"], size)

    def _bank(self, name: str) -> NDArray[np.int8]:
        random = self.random
        noise = random.standard_normal(_BANK_SHAPE, np.float32)
        if name == "fine":
            noise = cv2.GaussianBlur(noise, (0, 0), 0.6)
        elif name == "mottled":
            noise = cv2.GaussianBlur(noise, (0, 0), 1.5) * 3 + cv2.GaussianBlur(noise, (0, 0), 0.5)
        else:  # long fibers on slow clouds
            lines = np.zeros(_BANK_SHAPE, np.float32)
            starts = random.uniform(0, 1, (6000, 2)) * [_BANK_SHAPE[1], _BANK_SHAPE[0]]
            ends = starts + random.normal(0, 1, (6000, 2)) * [22, 5]
            for start, end, level in zip(starts.astype(int), ends.astype(int), random.normal(0, 1, 6000), strict=True):
                cv2.line(lines, start.tolist(), end.tolist(), float(level), 1, cv2.LINE_AA)
            noise = 0.6 * cv2.GaussianBlur(noise, (0, 0), 0.8) + cv2.GaussianBlur(lines, (0, 0), 0.7)
        return np.clip(noise / noise.std() * 32, -127, 127).astype(np.int8)

    def _window(self, bank: NDArray[np.int8], size: tuple[int, int]) -> NDArray[np.int8]:
        width, height = size
        rows, columns = bank.shape
        if width > columns or height > rows:
            wanted = (max(width, columns), max(height, rows))
            bank = np.asarray(cv2.resize(bank, wanted, interpolation=cv2.INTER_NEAREST), np.int8)
        top = int(self.random.integers(bank.shape[0] - height + 1))
        left = int(self.random.integers(bank.shape[1] - width + 1))
        return bank[top : top + height, left : left + width]


def _rgb(red: float, green: float, blue: float) -> Color:
    r, g, b = (round(min(max(level, 0.0), 255.0)) for level in (red, green, blue))
    return r, g, b


def _hsv(hue: float, saturation: float, value: float) -> Color:
    pixel = np.array([[[hue, saturation, value]]]).astype(np.uint8)
    r, g, b = cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0].tolist()
    return r, g, b
