"""The view without a piece, learned while it is seen, and what of a picture differs from it.

Light that changes is no piece: a change that one factor explains everywhere is taken over, a slow one as it comes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.pixels import Pixels

SIDE_PX = 160  # of the longer side of a reduced picture, about
LEAST_STEP = 14.0  # grey levels by which a piece differs from the ground
NOISES = 5.0  # and so many times the ground's own noise
RATE = 0.03  # of learning, a look
EVERYWHERE = 0.96  # share of the ground that a change of light explains
SLOW = 0.1  # a factor so near to 1 is a drift of the light
DARK, LIT = 16.0, 24.0  # grey levels of the brightest hundredth: below, and above which, a view is dark or lit
_OFFSET = 8.0  # grey levels; black counts for little in a ratio
_TOLERANCE = 0.12  # of a ratio
_GHOST = 1.5  # times as steep
_LEAST_GROUND = 0.05  # share of the view that has to be seen to judge the light

Gray = NDArray[np.float32]
Mask = NDArray[np.bool_]


def reduced(pixels: Pixels) -> Gray:
    """A picture as grey means of squares, float32 [h, w] with sides of about SIDE_PX; of colour the green alone.

    Args:
        pixels: uint8 [H, W], or [H, W, 3] in RGB.
    """
    plane = pixels[..., 1] if pixels.ndim == 3 else pixels
    step = max(1, max(plane.shape) // SIDE_PX // 2)
    fine = plane[::step, ::step].astype(np.float32)
    rows, columns = (side // 2 * 2 for side in fine.shape)
    if not rows or not columns:
        return fine
    fine = fine[:rows, :columns]
    return (fine[::2, ::2] + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2]) / 4


class Ground:
    """The empty view, as it was learned.

    Args:
        gray: the first look at it, float32 [h, w].

    Attributes:
        level: its grey levels, float32 [h, w].
    """

    def __init__(self, gray: Gray) -> None:
        self.level = gray.copy()
        self._noise = np.full_like(gray, 2.0)
        self._is_ground = np.ones(gray.shape, np.bool_)  # where no piece was at the last look

    def is_dark(self, gray: Gray) -> bool:
        """Whether a view that was lit is so no longer: a lamp that failed, or a lens that is covered."""
        now, before = (np.percentile(view[::3, ::3], 99) for view in (gray, self.level))
        return bool(now < DARK and before >= LIT)

    def difference(self, gray: Gray) -> Mask:
        """Where a picture differs from the ground under the present light, bool [h, w]."""
        self._follow_light(gray)
        step = np.abs(gray - self.level)
        return step > np.maximum(LEAST_STEP, NOISES * self._noise)

    def learn(self, gray: Gray, piece: Mask) -> None:
        """Learn from a look.

        Args:
            gray: float32 [h, w].
            piece: where a piece may be, bool [h, w]; nothing is learned there.
        """
        self._is_ground = ~piece
        rate = np.where(piece, np.float32(0), np.float32(RATE))
        step = gray - self.level
        self.level += rate * step
        self._noise += rate * (np.abs(step) - self._noise)

    def is_ghost(self, gray: Gray, band: Mask) -> bool:
        """Whether what differs is the ground itself, under something that was learned with it and has gone.

        Args:
            gray: float32 [h, w].
            band: along the outline of what differs, bool [h, w]: an outline that is in the ground and not in the
                picture.
        """
        return bool(np.mean(_steepness(self.level)[band]) > _GHOST * np.mean(_steepness(gray)[band]))

    def take_over(self, gray: Gray, where: Mask) -> None:
        """Learn a part of a picture at once."""
        self.level[where] = gray[where]

    def _follow_light(self, gray: Gray) -> None:
        """Bring the ground to the light of a picture."""
        if np.mean(self._is_ground) < _LEAST_GROUND:
            return
        # Of every fourth pixel: a median over all takes longer than everything else.
        part = (slice(None, None, 2), slice(None, None, 2))
        ratio = ((gray[part] + _OFFSET) / (self.level[part] + _OFFSET))[self._is_ground[part]]
        factor = float(np.median(ratio))
        explained = np.mean(np.abs(ratio - factor) < _TOLERANCE * factor)
        if abs(factor - 1) < SLOW or explained >= EVERYWHERE:
            self.level = (self.level + _OFFSET) * factor - _OFFSET


def _steepness(gray: Gray) -> Gray:
    """By how much a picture changes from pixel to pixel, float32 [h, w]."""
    across, down = np.zeros_like(gray), np.zeros_like(gray)
    across[:, 1:-1] = gray[:, 2:] - gray[:, :-2]
    down[1:-1] = gray[2:] - gray[:-2]
    return np.abs(across) + np.abs(down)
