"""The part of a field that our strip shows, as it was written: not slanted, stretched or flattened by us."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import MIDDLE_PX
from device_runtime.image.polarity import Inked
from device_runtime.types import Strip


@dataclass(frozen=True)
class Crop:
    """A part of a field.

    Attributes:
        gray: uint8 [H, W], dark on light.
        left: its first column in the field.
    """

    gray: NDArray[np.uint8]
    left: int

    def x_px(self, columns: int, strip: Strip) -> NDArray[np.float32]:
        """Where columns that share its width out evenly stand in a strip of the field: float32 [columns]."""
        x = self.left + (np.arange(columns) + 0.5) * (self.gray.shape[1] / columns)
        (xx, xy, x0), _ = strip.image_from_strip.tolist()
        return ((x - x0 - xy * MIDDLE_PX) / xx).astype(np.float32)


def cropped(ink: Inked, strip: Strip) -> Crop:
    """Cut out what a strip shows, upright.

    Args:
        ink: the field as the strip was made of it.
        strip: with its map to the field that the ink was found in.
    """
    height, width = ink.gray.shape
    rows, columns = strip.pixels.shape
    corners = np.array([(x, y, 1.0) for x in (0, columns) for y in (0, rows)])
    x, y = (corners @ strip.image_from_strip.T).T - np.array([[ink.left], [ink.top]])
    left, right = _within(x, width)
    top, bottom = _within(y, height)
    return Crop(np.ascontiguousarray(ink.gray[top:bottom, left:right]), left + ink.left)


def _within(places: NDArray[np.float64], size: int) -> tuple[int, int]:
    """First and end of the pixels that places span, one or more within a size."""
    first = int(np.clip(np.floor(places.min()), 0, size - 1))
    return first, int(np.clip(np.ceil(places.max()), first + 1, size))
