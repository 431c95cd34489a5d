"""Light writing: it stands on ground that is dark on the whole, and is looked for there alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink import Blocks, Levels, ink_mask, levels_of
from device_runtime.piece.finding.runs import Mask
from device_runtime.piece.finding.windows import least, most

_SQUARE = 2  # blocks: dark ground is looked for in squares higher than most strokes are wide
_WORD, _WRITING, _EDGE = 3, 11, 3  # squares: a word's ground, writing on it at most, and what parts it from paper
_EXTREME = 1000  # of so many blocks one is passed over to find the darkest and the lightest level
_FEW = 4  # blocks of light ink are no writing


def light_ink(blocks: Blocks) -> tuple[Mask, NDArray[np.bool_]] | None:
    """Find ink that is lighter than the dark ground around it.

    Args:
        blocks: of the frame.

    Returns:
        Its mask, uint8 [H, W], and which blocks are surely no texture, bool [h, w]; None where nothing is written.
    """
    ground = dark_ground(blocks)
    if not ground.any():
        return None
    negative = blocks.negative
    levels = levels_of(negative)
    if levels is None or np.count_nonzero(levels.plain & ground) < _FEW:
        return None
    level = np.where(ground, levels.ink, 0).astype(np.uint8)
    return ink_mask(negative, Levels(level, levels.plain)), levels.plain & ground


def dark_ground(blocks: Blocks) -> NDArray[np.bool_]:
    """Which blocks lie in dark parts of a frame that are as large as a word, or in writing on them: bool [h, w]."""
    high, wide = (-(-side // _SQUARE) for side in blocks.mean.shape)
    spare = ((0, high * _SQUARE - blocks.mean.shape[0]), (0, wide * _SQUARE - blocks.mean.shape[1]))
    whole = np.pad(blocks.mean, spare, mode="edge").reshape(high, _SQUARE, wide, _SQUARE)
    # Means of squares against the middle between the darkest and the lightest level: bool [high, wide].
    passed = blocks.mean.size // _EXTREME
    lowest = int(np.bincount(blocks.darkest.ravel(), minlength=256).cumsum().searchsorted(passed, "right"))
    highest = 255 - int(np.bincount(255 - blocks.lightest.ravel(), minlength=256).cumsum().searchsorted(passed, "right"))
    dark = 2 * whole.sum((1, 3), dtype=np.int32) < _SQUARE * _SQUARE * (lowest + highest)
    # Opened by a word's squares, closed over the writing on them, and without the squares at its edge.
    words = most(least(dark, _WORD), _WORD)
    inner = least(least(most(words, _WRITING), _WRITING), _EDGE)
    ground: NDArray[np.bool_] = inner.repeat(_SQUARE, 0).repeat(_SQUARE, 1)
    return ground[: blocks.mean.shape[0], : blocks.mean.shape[1]]
