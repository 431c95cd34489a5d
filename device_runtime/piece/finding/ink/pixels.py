"""What finding lines does with every pixel of a frame: by the core in C, or in NumPy where there is none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import frames
from device_runtime.core.library import library
from device_runtime.piece.finding.ink import numpy_pixels
from device_runtime.piece.finding.ink.numpy_pixels import BLOCK_PX, TURN_BITS

__all__ = ["BLOCK_PX", "TURN_BITS", "darker", "rules", "shrink", "trace", "turn"]

Gray = NDArray[np.uint8]
Ints = NDArray[np.int32]


def shrink(gray: Gray, factor: int) -> tuple[Gray, Gray, Gray, Gray]:
    """Make a frame smaller and softer, with what its blocks hold.

    Args:
        gray: uint8 [rows, columns].
        factor: px of the frame to one px, along both sides; at least 1.

    Returns:
        The smaller frame, blurred by 1 2 1 both ways, uint8 [H, W] with H = rows // factor; and for each of its blocks
        of BLOCK_PX a side the mean, the darkest and the lightest pixel, uint8 [h, w] with h = H / BLOCK_PX, rounded up.
    """
    if library() is not None:
        return frames.shrink(gray, factor)
    return numpy_pixels.shrink(gray, factor)


def darker(soft: Gray, level: Gray) -> Gray:
    """Tell what is darker than a level that is given for each block, linearly between their middles.

    Args:
        soft: uint8 [H, W].
        level: uint8 [h, w].

    Returns:
        uint8 [H, W], 1 = darker.
    """
    return frames.darker(soft, level) if library() is not None else numpy_pixels.darker(soft, level)


def trace(mask: Gray) -> tuple[Ints, Ints]:
    """Find the runs of ink along the rows of a mask, and the pieces that they make where they touch, also at corners.

    Args:
        mask: uint8 [H, W], 1 = ink.

    Returns:
        Runs by row, then from left to right, int32 [4, n]: row, first column, one past the last one, number of the
        piece. Pieces in the order of their first runs, int32 [5, m]: first column, first row, one past the last column,
        one past the last row, pixels.
    """
    return frames.trace(mask) if library() is not None else numpy_pixels.trace(mask)


def rules(
    mask: Gray, upright_px: int, level_px: int, thick_upright_px: int, thick_level_px: int
) -> tuple[Gray | None, Gray | None]:
    """Take long thin runs of ink out of a mask, with a pixel to each side.

    They go on over gaps of 2 px; of those that the mask's edge cuts half the length is enough.

    Args:
        mask: uint8 [H, W], 1 = ink.
        upright_px: least length of those along columns.
        level_px: of those along rows.
        thick_upright_px: what is as thick is no rule: of those along columns.
        thick_level_px: of those along rows.

    Returns:
        The mask without them, uint8 [H, W], None where there are none; and those along columns, gaps included,
        uint8 [H, W], None where there are none.
    """
    sizes = upright_px, level_px, thick_upright_px, thick_level_px
    return frames.rules(mask, *sizes) if library() is not None else numpy_pixels.rules(mask, *sizes)


def turn(mask: Gray, size: tuple[int, int], steps: tuple[int, int], start: tuple[int, int]) -> Gray:
    """Turn a mask: each pixel of the canvas becomes that of the mask in which it lies, 0 beyond the mask.

    Args:
        mask: uint8 [H, W].
        size: rows and columns of the canvas.
        steps: how far a step to the right on the canvas goes to the right and down in the mask, in 2^-TURN_BITS px of
            it; a step down goes as far down as a step to the right goes to the right, and as far to the left as that
            goes down.
        start: x and y of the canvas's first pixel in the mask, in 2^-TURN_BITS px.

    Returns:
        uint8 [rows, columns].
    """
    if library() is not None:
        return frames.turn(mask, size, steps, start)
    return numpy_pixels.turn(mask, size, steps, start)
