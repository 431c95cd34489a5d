"""Digits like MNIST's, made up: rings and bars of three writers, for tests that must not download anything."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.mnist import Digits


def made_digits(count: int = 60) -> Digits:
    """Images of 28 x 28 px with ink in the inner 20 px; even rows are rings labelled 0, odd rows bars labelled 1."""
    images = np.zeros((count, 28, 28), np.uint8)
    for row, image in enumerate(images):
        if row % 2:
            cv2.line(image, (14, 5), (12 + row % 3, 22), 255, 2)
        else:
            cv2.ellipse(image, (14, 14), (6 + row % 3, 9), 0, 0, 360, 255, 2)
    return Digits(images, (np.arange(count) % 2).astype(np.uint8), (np.arange(count) // 20).astype(np.int32))
