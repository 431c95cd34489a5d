"""Elastic deformation of digits: turned, sheared, stretched and bent by a smooth random field in one resampling.

Source: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual document
analysis", ICDAR 2003. They smooth a field of noise by a Gaussian; here a few knots are drawn and the field runs
smoothly through them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

KNOTS = 6  # along each side of an image
LEAST_PX, MOST_PX = 0.1, 0.6  # root mean square of the knots' displacement, drawn once an image
TURN = 0.15  # radians, at most, as the next two
SHEAR = 0.2  # columns a row
STRETCH = 0.15  # logarithm of the factor by which one side grows and the other shrinks
STRING_KNOTS = 3  # down a string; as far apart along it
STRING_BEND = 0.04  # of the height of the writing: the knots' displacement, at most


def bent(images: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Deform each image by its own draw; what leaves the frame is lost.

    Args:
        images: uint8 [n, side, side], ink bright on 0.
        random: source of all draws.

    Returns:
        uint8 [n, side, side].
    """
    count, side = images.shape[:2]
    result = np.empty_like(images)
    # Coordinates about the middle, float32 [side, side] each, and the draws of each image, float64 [n].
    y, x = np.mgrid[:side, :side].astype(np.float32) - np.float32((side - 1) / 2)
    turns, shears, stretches = (random.uniform(-most, most, count) for most in (TURN, SHEAR, STRETCH))
    strengths = random.uniform(LEAST_PX, MOST_PX, count)
    for image, turn, shear, stretch, strength, out in zip(
        images, turns, shears, stretches, strengths, result, strict=True
    ):
        # Displacement of each pixel in px, float32 [side, side, 2], smooth through the knots.
        knots = random.normal(0, strength, (KNOTS, KNOTS, 2)).astype(np.float32)
        field = cv2.resize(knots, (side, side), interpolation=cv2.INTER_CUBIC)
        # Where each pixel comes from: turned, sheared and stretched about the middle, then displaced.
        cos, sin, grow = np.cos(turn), np.sin(turn), np.exp(stretch)
        from_x = np.float32(cos / grow) * x + np.float32(shear - sin) * y + field[:, :, 0]
        from_y = np.float32(sin) * x + np.float32(cos * grow) * y + field[:, :, 1]
        half = np.float32((side - 1) / 2)
        cv2.remap(image, from_x + half, from_y + half, cv2.INTER_LINEAR, dst=out, borderValue=0)
    return result


def bent_string(
    size: tuple[int, int], tall: float, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw the smooth displacement of a string.

    Args:
        size: columns and rows that are displaced.
        tall: height of the writing, in the unit of the displacement.
        random: source of all draws.

    Returns:
        How far right and how far down each pixel comes from, float32 [rows, columns] each.
    """
    across = max(STRING_KNOTS, round(STRING_KNOTS * size[0] / max(size[1], 1)))
    strength = random.uniform(0, STRING_BEND) * tall
    knots = random.normal(0, strength, (STRING_KNOTS, across, 2)).astype(np.float32)
    field = cv2.resize(knots, size, interpolation=cv2.INTER_CUBIC)
    return field[:, :, 0], field[:, :, 1]
