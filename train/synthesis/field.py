"""A generated field: what a camera sees of one line of writing, and what a reader should make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.pixels import to_gray
from device_runtime.image.polarity import Polarity, inked, polarity
from device_runtime.image.prepare import prepared

_KEPT = 0.5  # of the ink's depth: less, and the device has lost the writing


@dataclass(frozen=True)
class Field:
    """A generated field.

    Attributes:
        image: uint8 [H, W], grey, or [H, W, 3] in RGB.
        digits: that stand in it, "" for none.
        target: for training; see the head of train/synthesis/generator.py.
        light: whether the ink is light and the paper dark.
        least_px: width of its strip; a narrower one has lost its writing to something else.
        ink: uint8 [H, W], bright: the pen's alone, where print may be taken for it; None elsewhere.
    """

    image: NDArray[np.uint8]
    digits: str
    target: str
    light: bool = False
    least_px: int = 0
    ink: NDArray[np.uint8] | None = None


def negative(field: Field, random: np.random.Generator) -> Field:
    """Turn dark ink on light paper into light ink on dark paper, at another contrast.

    Args:
        field: in grey.
        random: source of all draws.
    """
    darkest = random.uniform(5, 70)
    span = random.uniform(110, 250 - darkest)
    image = np.rint(darkest + (255 - field.image.astype(np.float32)) * np.float32(span / 255))
    return replace(field, image=image.astype(np.uint8), light=True)


def seen(field: Field) -> NDArray[np.uint8] | None:
    """Return a field's ink as the device makes it, dark on light and without preprinted boxes.

    Returns:
        uint8 [H, W]; None when the device takes the paper for ink, the pen's ink for print, or a part for the whole.
    """
    gray = prepared(field.image)
    if field.ink is not None and _depth(gray, field.ink) < _KEPT * _depth(to_gray(field.image), field.ink):
        return None
    found = polarity(gray)
    if found is (Polarity.DARK if field.light else Polarity.LIGHT):
        return None
    ink = inked(gray)[-1 if field.light else 0].gray
    return ink if ink.shape == gray.shape else None


def _depth(gray: NDArray[np.uint8], ink: NDArray[np.uint8]) -> float:
    """How much darker than the paper a picture is, in the mean, where there is ink."""
    return float(np.median(gray)) - float(gray[ink > 128].mean()) if (ink > 128).any() else 0.0
