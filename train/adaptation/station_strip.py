"""A labelled field as it might have been cut and photographed another time."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import BODY_HEIGHT_PX
from device_runtime.image.normalize import normalize
from train.synthesis.generator import MAX_STRIP_WIDTH_PX, shifted


def station_strip(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8] | None:
    """Cut and photograph a field another time, and normalise it as on the device.

    Args:
        image: The field, grey, uint8 [H, W].
        random: Where all chance comes from.

    Returns:
        A strip uint8 [32, W']; None when nothing is left to be read, or the strip is too wide to train on.
    """
    strip = normalize(_photographed(_placed(image, random), random), BODY_HEIGHT_PX * random.uniform(0.86, 1.16))
    pixels = strip.pixels
    if not strip.has_ink or pixels.shape[1] > MAX_STRIP_WIDTH_PX:
        return None
    return shifted(pixels, random)


def _placed(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """The field stretched, turned, sheared, and cut a little tighter or looser: uint8 [H', W']."""
    rows, cols = image.shape
    # Stretch, turn and shear about the middle, in one affine map.
    wide, turn, shear = np.exp(random.normal(0, 0.08)), random.normal(0, 0.02), random.normal(0, 0.05)
    matrix = np.array([[wide, -shear, shear * rows / 2], [turn, 1, -turn * cols / 2]])
    placed = cv2.warpAffine(image, matrix, (round(cols * wide), rows), borderMode=cv2.BORDER_REPLICATE)
    # Cut the edges off, most often the upper and lower ones.
    above, below = (int(max(0.0, random.normal(0, 0.04)) * rows) for _ in range(2))
    left, right = (int(max(0.0, random.normal(-0.02, 0.03)) * rows) for _ in range(2))
    placed = placed[above : placed.shape[0] - below, left : placed.shape[1] - right]
    # Or leave more paper above and below.
    if random.random() < 0.4:
        above, below = (int(random.uniform(0, 0.12) * rows) for _ in range(2))
        placed = cv2.copyMakeBorder(placed, above, below, 0, 0, cv2.BORDER_REFLECT)
    return np.asarray(placed, np.uint8)


def _photographed(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """The field a little less sharp, with noise, and lighter or darker."""
    gray = image.astype(np.float32)
    if random.random() < 0.5:
        gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), random.uniform(0.2, 0.9)), np.float32)
    if random.random() < 0.5:
        gray = gray + random.standard_normal(gray.shape, np.float32) * np.float32(random.uniform(0, 8))
    return np.asarray(255 * (gray.clip(0, 255) / 255) ** random.uniform(0.7, 1.3), np.uint8)
