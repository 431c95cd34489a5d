"""A generated field: what a camera sees of one line of writing, and what a reader should make of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Field:
    """A generated field.

    Attributes:
        image: uint8 [H, W], grey, or [H, W, 3] in RGB.
        digits: that stand in it, "" for none.
        target: for training; see the head of train/synthesis/generator.py.
        light: whether the ink is light and the paper dark.
        least_px: width of its strip; a narrower one has lost its writing to something else.
    """

    image: NDArray[np.uint8]
    digits: str
    target: str
    light: bool = False
    least_px: int = 0
