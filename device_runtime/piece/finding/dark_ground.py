"""Light writing: it stands on ground that is dark on the whole, and is looked for there alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink import Blocks, Levels, ink_mask, levels_of
from device_runtime.piece.finding.pixels import BLOCK_PX
from device_runtime.piece.finding.runs import Mask
from device_runtime.piece.finding.windows import least, most

# In blocks of BLOCK_PX.
_SQUARE = 2  # dark ground is looked for in squares higher than most strokes are wide
_AROUND = 8  # ground that is looked at around dark ground
_BESIDE = 4  # and around light writing
_FEW = 6  # blocks of light ink are no writing
_EXTREME = 1000  # of so many blocks one is passed over to find the darkest and the lightest level

_WORD, _WRITING, _EDGE = 3, 5, 3  # squares: a word's ground, writing on it at most, and what parts it from paper


@dataclass(frozen=True)
class LightInk:
    """Ink that is lighter than the dark ground around it, in a part of a frame.

    Attributes:
        mask: uint8 [H', W'], 1 = ink.
        plain: bool [h', w'], which blocks are surely no texture.
        left: the part's first column in the frame.
        top: its first row.
    """

    mask: Mask
    plain: NDArray[np.bool_]
    left: int
    top: int


def light_ink(blocks: Blocks) -> LightInk | None:
    """Find ink that is lighter than the dark ground around it; None where nothing is written.

    Args:
        blocks: of the frame.
    """
    middle = _middle(blocks)
    ground = dark_ground(blocks, middle)
    if not ground.any():
        return None
    part = _around(ground, _AROUND)
    negative, ground = blocks.part(*part).negative, ground[part]
    levels = levels_of(negative)
    if levels is None:
        return None
    # Of what is light, blocks that are light all over are paper beside the ground.
    plain = levels.plain & ground & (negative.lightest > 255 - middle)
    if np.count_nonzero(plain) < _FEW:
        return None
    inner = _around(plain, _BESIDE)
    level = np.where(ground, levels.ink, 0)[inner].astype(np.uint8)
    mask = ink_mask(negative.part(*inner), Levels(level, plain[inner]))
    top, left = (outer.start + own.start for outer, own in zip(part, inner, strict=True))
    return LightInk(mask, plain[inner], left * BLOCK_PX, top * BLOCK_PX)


def _middle(blocks: Blocks) -> int:
    """The middle between the darkest and the lightest level of a frame, rounded up."""
    passed = blocks.mean.size // _EXTREME

    def level(values: NDArray[np.uint8]) -> int:
        return int(np.bincount(values.ravel(), minlength=256).cumsum().searchsorted(passed, "right"))

    return (level(blocks.darkest) + 256 - level(np.asarray(255 - blocks.lightest, np.uint8))) // 2


def _around(found: NDArray[np.bool_], beside: int) -> tuple[slice, slice]:
    """The rows and columns of what was found, with some to each side."""
    spans = (np.flatnonzero(found.any(axis)) for axis in (1, 0))
    rows, columns = (slice(max(0, int(at[0]) - beside), int(at[-1]) + 1 + beside) for at in spans)
    return rows, columns


def dark_ground(blocks: Blocks, middle: int) -> NDArray[np.bool_]:
    """Which blocks lie in dark parts of a frame that are as large as a word, or in writing on them: bool [h, w].

    Args:
        blocks: of the frame.
        middle: level below which ground is dark.
    """
    high, wide = (-(-side // _SQUARE) for side in blocks.mean.shape)
    spare = ((0, high * _SQUARE - blocks.mean.shape[0]), (0, wide * _SQUARE - blocks.mean.shape[1]))
    whole = np.pad(blocks.mean, spare, mode="edge").astype(np.uint16)
    squares = sum(whole[row::_SQUARE, column::_SQUARE] for row in range(_SQUARE) for column in range(_SQUARE))
    dark = np.asarray(squares < _SQUARE * _SQUARE * middle, np.bool_)
    # Opened by a word's squares, closed over the writing on them, and without the squares at its edge.
    words = most(least(dark, _WORD), _WORD)
    inner = least(least(most(words, _WRITING), _WRITING), _EDGE)
    ground: NDArray[np.bool_] = inner.repeat(_SQUARE, 0).repeat(_SQUARE, 1)
    return ground[: blocks.mean.shape[0], : blocks.mean.shape[1]]
