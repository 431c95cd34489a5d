"""Planar distortions that multiply a training set: shifts, scaling, squeezing and horizontal shear (paper, III-A).

The paper names the kinds and not the ranges; these keep the digits readable and nearly all of them in the frame.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SHIFT_PX = 1.5
SCALE = 1.12  # to and from this factor
SQUEEZE = 1.1  # one axis longer by this, the other shorter
SHEAR = 0.25  # columns a row
Affines = NDArray[np.float32]


def draw_affines(count: int, random: np.random.Generator) -> Affines:
    """Random maps of the plane about the image's centre, in px: float32 [count, 2, 3], points (x, y)."""
    # All of shape [count].
    scale = np.exp(random.uniform(-np.log(SCALE), np.log(SCALE), count))
    squeeze = np.exp(random.uniform(-np.log(SQUEEZE), np.log(SQUEEZE), count))
    wide, tall = scale * squeeze, scale / squeeze
    shear = random.uniform(-SHEAR, SHEAR, count)
    shifts = random.uniform(-SHIFT_PX, SHIFT_PX, (count, 2))
    zero = np.zeros(count)
    rows = [np.stack([wide, shear * tall, shifts[:, 0]], 1), np.stack([zero, tall, shifts[:, 1]], 1)]
    return np.stack(rows, 1).astype(np.float32)


def distort(images: NDArray[np.uint8], affines: Affines) -> NDArray[np.uint8]:
    """Each image moved by its own map; what leaves the frame is lost.

    Args:
        images: uint8 [n, h, w], ink bright on 0.
        affines: float32 [n, 2, 3], as `draw_affines` gives them.
    """
    rows, columns = images.shape[1:]
    center = np.array([(columns - 1) / 2, (rows - 1) / 2])
    result = np.empty_like(images)
    for image, affine, moved in zip(images, affines, result, strict=True):
        matrix = affine.astype(np.float64)
        matrix[:, 2] += center - matrix[:, :2] @ center
        cv2.warpAffine(image, matrix, (columns, rows), dst=moved, flags=cv2.INTER_LINEAR)
    return result


class AugmentedSet:
    """A training set of n images and distorted copies of it: indices below n are the originals, the others copies.

    With nine copies of 60,000 digits this is the paper's set of 600,000. Only the maps are kept.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8], copies: int, seed: int) -> None:
        """Draw the maps.

        Args:
            images: uint8 [n, h, w], ink bright on 0.
            labels: uint8 [n].
            copies: how many distorted copies of each image.
            seed: of the maps.
        """
        self._images, self._labels = images, labels
        self._affines = draw_affines(copies * len(labels), np.random.default_rng(seed))

    def __len__(self) -> int:
        return len(self._labels) + len(self._affines)

    def take(self, indices: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Images uint8 [n, h, w] and labels [n] with these indices."""
        originals = len(self._labels)
        images = self._images[indices % originals]
        copied = indices >= originals
        images[copied] = distort(images[copied], self._affines[indices[copied] - originals])
        return images, self._labels[indices % originals]
