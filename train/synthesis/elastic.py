"""Elastic deformation of digits: each is turned, leaned, stretched and bent by a smooth random field in one resampling.

Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual document analysis",
ICDAR 2003, smooth a field of noise by a Gaussian; here a few knots are drawn and the field runs smoothly through them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

KNOTS = 6  # along each side of an image
LEAST_PX, MOST_PX = 0.1, 0.6  # root mean square of the knots' displacement, drawn once an image
TURN = 0.15  # radians, at most, as the next two
LEAN = 0.2  # columns a row
STRETCH = 0.15  # logarithm of the factor by which one side grows and the other shrinks


def bent(images: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Each image (uint8 [n, side, side], ink bright on 0) deformed by its own draw; what leaves the frame is lost."""
    count, side = images.shape[:2]
    result = np.empty_like(images)
    y, x = np.mgrid[:side, :side].astype(np.float32) - np.float32((side - 1) / 2)
    turns, leans, stretches = (random.uniform(-most, most, count) for most in (TURN, LEAN, STRETCH))
    strengths = random.uniform(LEAST_PX, MOST_PX, count)
    for image, turn, lean, stretch, strength, out in zip(
        images, turns, leans, stretches, strengths, result, strict=True
    ):
        knots = random.normal(0, strength, (KNOTS, KNOTS, 2)).astype(np.float32)
        field = cv2.resize(knots, (side, side), interpolation=cv2.INTER_CUBIC)
        cos, sin, grow = np.cos(turn), np.sin(turn), np.exp(stretch)
        from_x = np.float32(cos / grow) * x + np.float32(lean - sin) * y + field[:, :, 0]
        from_y = np.float32(sin) * x + np.float32(cos * grow) * y + field[:, :, 1]
        half = np.float32((side - 1) / 2)
        cv2.remap(image, from_x + half, from_y + half, cv2.INTER_LINEAR, dst=out, borderValue=0)
    return result
