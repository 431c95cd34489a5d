"""Pieces of light paper with black bars for numbers: quick to draw, with the truth of a rendered piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Role
from train.locator.shards import Views, join, view_with_truth
from train.synthesis.pieces.piece import Number, Piece

_PLACES: tuple[tuple[Role, float, float], ...] = (
    ("sender", 0.12, 0.12),
    ("destination", 0.6, 0.7),
    ("other", 0.5, 0.3),
)
_SEEN = (True, True, True, True)
_CONDITIONS: dict[str, str | float] = {"kind": "bars", "writing": "bars"}


@dataclass(frozen=True)
class StubPieces:
    """Pieces of one seed, as `train.locator.shards.Source` has it."""

    seed: int = 5

    def pieces(self, index: int) -> Iterator[Piece]:
        """The pieces of a shard, without an end."""
        random = np.random.default_rng((self.seed, index))
        while True:
            yield stub_piece(random)


def stub_piece(random: np.random.Generator) -> Piece:
    """A landscape piece of 640 x 480 px whose sender stands at the top left, turned by any quarter."""
    image = np.full((480, 640), 190, np.uint8)
    numbers = []
    for role, across, down in _PLACES:
        left, top = int(640 * across + random.integers(-40, 40)), int(480 * down + random.integers(-30, 30))
        width, height = int(random.integers(70, 120)), int(random.integers(18, 30))
        image[top : top + height, left : left + width] = 40
        image[top + height // 2 : top + height, left : left + width : 4] = 120
        corners = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
        numbers.append(Number("70173", role, role, corners, False, _SEEN))
    quarters = int(random.integers(0, 4))
    return _turned(
        Piece(np.repeat(image[..., None], 3, axis=2), tuple(numbers), (), "DE", "70173", 0, _CONDITIONS), quarters
    )


def _turned(piece: Piece, quarters: int) -> Piece:
    """The piece turned clockwise by quarters."""
    image, numbers = piece.image, piece.numbers
    for _ in range(quarters):
        rows = image.shape[0]
        image = np.ascontiguousarray(np.rot90(image, -1))
        numbers = tuple(
            Number(n.text, n.role, n.kind, tuple((rows - y, x) for x, y in n.corners), n.hand, n.visible)
            for n in numbers
        )
    return Piece(image, numbers, piece.blocks, piece.country, piece.code, quarters, piece.conditions)


def stub_views(count: int, seed: int = 5) -> Views:
    """Views of stub pieces with their truth."""
    random = np.random.default_rng(seed)
    return join(view_with_truth(stub_piece(random)) for _ in range(count))


def noise_views(count: int, seed: int = 3) -> NDArray[np.uint8]:
    """Views of noise, uint8 [count, 240, 320]."""
    return np.random.default_rng(seed).integers(0, 256, (count, 240, 320)).astype(np.uint8)
