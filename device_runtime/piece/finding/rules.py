"""Rules, frames and the sides of tables: long thin straight runs of ink, taken out before writing is joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv import cv2
from device_runtime.piece.finding.runs import Mask, Pieces, trace

_LEAST_UPRIGHT_PX, _LEAST_LEVEL_PX = 24, 30
_UPRIGHT, _LEVEL = 3, 4  # characters' heights; a stroke is seldom longer
_GAP_PX = 3  # a rule is closed over gaps less than this
_THICK_PX, _THICK = 7, 0.2  # what is as thick is no rule, nor by this share of the least length
_BESIDE = 1.0  # of a stroke's length: how far off the character beside it may stand


def remove_rules(mask: Mask, height_px: int) -> Mask | None:
    """Take out rules.

    Args:
        mask: uint8 [H, W], 1 = ink.
        height_px: of usual characters.

    Returns:
        The mask without rules; None when there are none.
    """
    upright = _thin_runs(mask, max(_LEAST_UPRIGHT_PX, _UPRIGHT * height_px), upright=True)
    level = _thin_runs(mask, max(_LEAST_LEVEL_PX, _LEVEL * height_px), upright=False)
    if upright is None and level is None:
        return None
    # A rule's blurred edges go with it.
    rest = mask.copy()
    if level is not None:
        rest[cv2.dilate(level, np.ones((3, 1), np.uint8)) > 0] = 0
    if upright is not None:
        strokes = _strokes(upright, rest)
        rest[cv2.dilate(upright & ~strokes & 1, np.ones((1, 3), np.uint8)) > 0] = 0
        rest |= strokes & mask
    return rest


def _thin_runs(mask: Mask, length_px: int, *, upright: bool) -> Mask | None:
    """Runs of a mask that are long and thin, uint8 [H, W]; None when there are none."""

    def window(along: int) -> NDArray[np.uint8]:
        return np.ones((along, 1) if upright else (1, along), np.uint8)

    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, window(_GAP_PX))
    long = cv2.morphologyEx(closed, cv2.MORPH_OPEN, window(length_px))
    if not cv2.countNonZero(long):
        return None
    across_px = max(_THICK_PX, int(_THICK * length_px))
    across = np.ones((1, across_px) if upright else (across_px, 1), np.uint8)
    thick = cv2.morphologyEx(long, cv2.MORPH_OPEN, across)
    return np.asarray(long & ~thick & 1, np.uint8)


def _strokes(upright: Mask, rest: Mask) -> Mask:
    """Upright runs that are strokes of large characters: another one as tall stands beside each."""
    _, found = trace(upright)
    _, others = trace(np.asarray(rest & ~upright & 1, np.uint8))
    strokes = np.zeros_like(upright)
    for i in range(len(found)):
        if _has_companion(found, i, others):
            box = np.s_[found.top[i] : found.bottom[i], found.left[i] : found.right[i]]
            strokes[box] |= upright[box]
    return strokes


def _has_companion(found: Pieces, i: int, others: Pieces) -> bool:
    """Whether a piece about as tall stands beside a run, level with it."""
    length = found.bottom[i] - found.top[i]
    both = np.minimum(others.bottom, found.bottom[i]) - np.maximum(others.top, found.top[i])
    gap = np.maximum(others.left - found.right[i], found.left[i] - others.right)
    tall = (others.height >= 0.6 * length) & (others.height <= 1.5 * length) & (others.width <= 1.5 * length)
    tall &= others.width >= 0.2 * length
    return bool((tall & (both >= 0.7 * length) & (gap <= _BESIDE * length)).any())
