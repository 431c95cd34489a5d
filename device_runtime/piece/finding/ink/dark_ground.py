"""Light writing: it stands on ground that is dark on the whole, and is looked for there alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.levels import Blocks, Levels, ink_mask, levels_of
from device_runtime.piece.finding.ink.pixels import BLOCK_PX
from device_runtime.piece.finding.ink.runs import Mask
from device_runtime.piece.finding.ink.windows import least, most

# In blocks of BLOCK_PX.
_AROUND = 8  # ground that is looked at around what may be light writing
_BESIDE = 4  # and around what is
_FEW = 6  # blocks of light ink are no writing
_EXTREME = 1000  # of so many blocks one is passed over to find the darkest and the lightest level

# In squares of 2 x 2 blocks, higher than most strokes are wide: ground as large as a word, writing on it at most, and
# what parts it from paper beside it.
_WORD, _WRITING, _EDGE = 3, 5, 3


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
    # Blocks that are light all over are paper beside the ground.
    maybe = ground & (blocks.darkest < middle) & (blocks.lightest > middle)
    if np.count_nonzero(maybe) < _FEW:
        return None
    part = _around(maybe, _AROUND)
    negative, ground, maybe = blocks.part(*part).negative, ground[part], maybe[part]
    levels = levels_of(negative)
    plain = levels.plain & maybe if levels else None
    if levels is None or plain is None or np.count_nonzero(plain) < _FEW:
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

    return (level(blocks.darkest) + 256 - level(~blocks.lightest)) // 2


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
    # Sums of squares of 2 x 2 blocks, uint16 [high, wide]; the edge is repeated to whole squares.
    rows, columns = blocks.mean.shape
    whole = np.pad(blocks.mean, ((0, rows % 2), (0, columns % 2)), mode="edge").astype(np.uint16)
    pairs = whole[::2] + whole[1::2]
    dark = pairs[:, ::2] + pairs[:, 1::2] < 4 * middle
    # Opened by a word's squares, closed over the writing on them, and without the squares at its edge.
    words = most(least(dark, _WORD), _WORD)
    inner = least(least(most(words, _WRITING), _WRITING), _EDGE)
    ground: NDArray[np.bool_] = inner.repeat(2, 0).repeat(2, 1)
    return ground[:rows, :columns]
