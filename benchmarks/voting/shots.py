"""The same rendered piece under the camera several times: each time moved a little, in other light, with new noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import cos, radians, sin
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.pieces.rendered import CODES, PORTION, Portion, Stock
from train.data.mnist import load_mnist
from train.data.writers import Writer, writers_of
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.picture.camera import Camera, Shot
from train.synthesis.pieces.picture.view import View
from train.synthesis.pieces.sheet import Sheet

# From one frame to the next: the turn, and the shift in shares of the frame's width and height.
TURN_DEG, SHIFT = 0.7, 0.015
_MOST_PIECES = 1_000_000  # of a kind and seed
Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Shots:
    """The frames of a piece.

    Attributes:
        name: Of the piece.
        country: Whose codes it is read for.
        code: The destination's; nothing where no code may be accepted.
        frames: uint8 [H, W, 3] in RGB.
    """

    name: str
    country: str
    code: str
    frames: tuple[Image, ...]


class Again:
    """A camera that can take the piece before it once more."""

    def __init__(self, camera: Camera) -> None:
        """Take the camera."""
        self._camera = camera
        self._before: tuple[Sheet, View, NDArray[np.float64]] | None = None

    def shoot(self, sheet: Sheet, view: View, matrix: NDArray[np.float64]) -> Shot:
        """Take the picture of a piece, as `Camera.shoot`."""
        self._before = replace(sheet, conditions={}), view, matrix
        return self._camera.shoot(sheet, view, matrix)

    def again(self, random: np.random.Generator) -> Image:
        """The same piece a little later: moved and turned a little, all else of the camera drawn anew.

        Args:
            random: source of where it moves.
        """
        assert self._before is not None
        sheet, view, matrix = self._before
        return self._camera.shoot(sheet, view, moved(random, view) @ matrix).image


def moved(random: np.random.Generator, view: View) -> NDArray[np.float64]:
    """A small turn about the middle of the frame, and a small shift: float64 [3, 3]."""
    width, height = view.frame
    angle = radians(float(random.normal(0, TURN_DEG)))
    x, y = random.uniform(-SHIFT, SHIFT, 2) * (width, height)
    turn = np.array([[cos(angle), -sin(angle), 0], [sin(angle), cos(angle), 0], [0, 0, 1]])
    there, back = np.eye(3), np.eye(3)
    there[:2, 2], back[:2, 2] = (-width / 2, -height / 2), (width / 2 + x, height / 2 + y)
    return np.asarray(back @ turn @ there, np.float64)


def shots(stock: Stock, portion: Portion, frames: int) -> Iterator[Shots]:
    """The pieces of a portion, each in some frames.

    Args:
        stock: What they are rendered from.
        portion: Which pieces.
        frames: How many of each, one or more.
    """
    kind = list(CODES).index(portion.kind)
    for place in range(portion.size):
        # Each piece has a seed of its own: how often it is taken does not change the next one.
        number = portion.number * PORTION + place
        seed = (stock.seed * len(CODES) + kind) * _MOST_PIECES + number
        generator = PieceGenerator(_writers(stock.writers, stock.mnist), seed, "test", strokes=stock.strokes)
        camera, random = Again(generator.camera), np.random.default_rng(seed)
        generator.camera = camera  # type: ignore[assignment]
        piece = generator.piece(codes=CODES[portion.kind])
        more = (camera.again(random) for _ in range(frames - 1))
        yield Shots(f"{portion.kind}-{number:05d}", piece.country, piece.code or "", (piece.image, *more))


@cache
def _writers(folder: Path, mnist: Path | None) -> list[Writer]:
    return writers_of(load_mnist(mnist, folder).test)
