"""Gray frame to ink: what is darker than the paper around it, by as much as the writing near by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.pixels import BLOCK_PX, darker, shrink
from device_runtime.piece.finding.ink.windows import least, most, total

# In blocks of BLOCK_PX.
_WINDOW = 7  # wider than any stroke, and no wider than the light is even
_SMOOTH = 5
_TILE = 8  # wide enough to hold quiet blocks between lines of writing

_SHARE = 29  # of 64: from this share of the darkness of the ink near by a pixel is ink
_QUIET = 8  # of so many blocks of a tile one is quieter than its texture's measure
_TEXTURE = 5  # halves of that measure that texture reaches
_LEAST_TEXTURE, _MOST_TEXTURE = 14, 40  # of 255; where nearly all is written on, quiet blocks are ink
_MIN_PAPER = 96  # darker paper has no dark writing: its noise is not to be taken for any
_PLAIN = 3  # halves of the darkness of texture from which a block is surely none

Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class Blocks:
    """A frame at working scale.

    Attributes:
        soft: uint8 [H, W], a little blurred.
        mean: uint8 [h, w], of each block of BLOCK_PX px a side.
        darkest: uint8 [h, w], the darkest pixel of each.
        lightest: uint8 [h, w], the lightest one.
    """

    soft: Gray
    mean: Gray
    darkest: Gray
    lightest: Gray

    def part(self, rows: slice, columns: slice) -> Blocks:
        """Some rows and columns of blocks."""
        pixels = tuple(slice(at.start * BLOCK_PX, at.stop * BLOCK_PX) for at in (rows, columns))
        mean, darkest, lightest = (values[rows, columns] for values in (self.mean, self.darkest, self.lightest))
        return Blocks(self.soft[pixels], mean, darkest, lightest)

    @property
    def negative(self) -> Blocks:
        """The same with light and dark exchanged."""
        return Blocks(~self.soft, ~self.mean, ~self.lightest, ~self.darkest)


@dataclass(frozen=True)
class Levels:
    """What is known of a frame's blocks.

    Attributes:
        ink: uint8 [h, w], below which a pixel is ink.
        plain: bool [h, w], whether the block is surely darker than the paper's texture.
    """

    ink: Gray
    plain: NDArray[np.bool_]


def blocks_of(gray: Gray, factor: int) -> Blocks:
    """Bring a frame to working scale.

    Args:
        gray: uint8 [rows, columns].
        factor: px of the frame to one px, along both sides.
    """
    return Blocks(*shrink(gray, factor))


def levels_of(blocks: Blocks) -> Levels | None:
    """Find how dark ink is around each block of a frame with dark writing on light paper; None when there is none."""
    # The paper without writing, and how much darker than it each block is, uint8 [h, w].
    side = _SMOOTH * _SMOOTH
    paper = (total(least(most(blocks.mean, _WINDOW), _WINDOW), _SMOOTH) + side // 2) // side
    bright = np.maximum(paper, _MIN_PAPER)
    dark = _whole(np.maximum(paper - blocks.darkest, 0) * 255, bright).astype(np.uint8)
    texture = _texture(dark)
    inked = dark > texture
    if not inked.any():
        return None
    # The mean darkness of the inked blocks around each block, and from it the level below which a pixel is ink.
    around = _whole(total(dark * inked, _WINDOW), np.maximum(total(inked, _WINDOW), 1))
    share = np.maximum(texture, _SHARE * around // 64)
    return Levels(
        np.maximum(paper - share * bright // 255, 0).astype(np.uint8), 2 * dark.astype(np.int32) > _PLAIN * texture
    )


def ink_mask(blocks: Blocks, levels: Levels) -> Gray:
    """The ink of a frame: uint8 [H, W], 1 = ink."""
    return darker(blocks.soft, levels.ink)


def _whole(dividend: NDArray[np.int32], divisor: NDArray[np.int32]) -> NDArray[np.int32]:
    """The whole part of quotients of numbers below 2^16; float32 parts these, and is divided fast."""
    return (dividend.astype(np.float32) / divisor.astype(np.float32)).astype(np.int32)


def _texture(dark: Gray) -> NDArray[np.int32]:
    """How dark the texture of the paper gets around each block: int32 [h, w].

    Args:
        dark: uint8 [h, w], how much darker than the paper each block is.
    """
    high, wide = dark.shape
    padded = np.pad(dark, ((0, -high % _TILE), (0, -wide % _TILE)), mode="edge")
    tiles = padded.reshape(padded.shape[0] // _TILE, _TILE, -1, _TILE).swapaxes(1, 2)
    values = tiles.reshape(*tiles.shape[:2], -1)
    at = values.shape[2] // _QUIET
    measure = np.partition(values, at, axis=2)[..., at].astype(np.int32)
    # A tile may lie half on another ground: the roughest of the tiles around counts.
    rough = most(np.clip(_TEXTURE * measure // 2, _LEAST_TEXTURE, _MOST_TEXTURE), 3)
    return rough.repeat(_TILE, 0).repeat(_TILE, 1)[:high, :wide]
