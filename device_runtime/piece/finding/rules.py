"""Rules, frames and the sides of tables: long thin straight runs of ink, taken out before writing is joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.finding.ink.pixels import rules
from device_runtime.piece.finding.ink.runs import Mask, Pieces, Runs, traced

_LEAST_UPRIGHT_PX, _LEAST_LEVEL_PX = 24, 30
_UPRIGHT, _LEVEL = 3, 4  # characters' heights; a stroke is seldom longer
_THICK_PX, _THICK = 7, 5  # what is as thick is no rule, nor what is more than one in so many of the least length
_TALL, _NARROW = 0.6, 0.2  # of a stroke's length: so tall and wide is a character beside it, at least,
_MOST, _BOTH = 1.5, 0.7  # at most, and so much of it stands level with the stroke
_BESIDE = 1.0  # of a stroke's length: how far off the character beside it may stand
_MOST_STROKES = 200  # more long upright runs are no writing


def without_rules(mask: Mask, runs: Runs, pieces: Pieces, height_px: int) -> tuple[Runs, Pieces]:
    """Find the runs and pieces of a mask again when its rules are taken out.

    Args:
        mask: uint8 [H, W], 1 = ink.
        runs: of the mask.
        pieces: of these runs.
        height_px: of usual characters.

    Returns:
        Runs and pieces as given where there are no rules.
    """
    upright_px, level_px = max(_LEAST_UPRIGHT_PX, _UPRIGHT * height_px), max(_LEAST_LEVEL_PX, _LEVEL * height_px)
    thick = (max(_THICK_PX, length // _THICK) for length in (upright_px, level_px))
    rest, upright = rules(mask, upright_px, level_px, *thick)
    if rest is None:
        return runs, pieces
    runs, pieces = traced(rest)
    strokes = None if upright is None else _strokes(upright, pieces)
    return (runs, pieces) if strokes is None else traced(rest | (strokes & mask))


def _strokes(upright: Mask, others: Pieces) -> Mask | None:
    """Upright runs that are strokes of large characters, uint8 [H, W]; None where there are none.

    Another character as tall stands beside each.
    """
    _, found = traced(upright)
    if not 0 < len(found) <= _MOST_STROKES:
        return None
    own = np.flatnonzero(_have_companions(found, others)).tolist()
    if not own:
        return None
    strokes = np.zeros_like(upright)
    for i in own:
        box = np.s_[found.top[i] : found.bottom[i], found.left[i] : found.right[i]]
        strokes[box] |= upright[box]
    return strokes


def _have_companions(found: Pieces, others: Pieces) -> NDArray[np.bool_]:
    """Beside which runs stands a piece about as tall, and no mere stroke, level with them: bool [n]."""
    shortest = found.height.min()
    others = others.of((others.height >= _TALL * shortest) & (others.width >= _NARROW * shortest))
    # Runs down, other pieces across: [n, m] each.
    length, top, bottom = found.height[:, None], found.top[:, None], found.bottom[:, None]
    both = np.minimum(others.bottom, bottom) - np.maximum(others.top, top)
    gap = np.maximum(others.left - found.right[:, None], found.left[:, None] - others.right)
    alike = (others.height >= _TALL * length) & (others.height <= _MOST * length)
    alike &= (others.width >= _NARROW * length) & (others.width <= _MOST * length)
    return (alike & (both >= _BOTH * length) & (gap <= _BESIDE * length)).any(1)
