"""MNIST as the paper's classifiers see it: 28 x 28, deslanted 20 x 20, 16 x 16 (section III-A)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.figures.provenance import mnist_hash
from train.data.mnist import load_mnist

Images = NDArray[np.uint8]
CROPPED_PX, SMALL_PX = 20, 16


def deslant(images: Images) -> Images:
    """Each digit sheared sideways about its centre of mass until its second moments' axis stands upright."""
    rows, columns = images.shape[1:]
    result = np.empty_like(images)
    y, x = np.mgrid[:rows, :columns].astype(np.float64)
    for image, upright in zip(images, result, strict=True):
        # Centre of mass, and the covariance of the ink's columns with its rows over the variance of the rows.
        ink = image.astype(np.float64)
        mass = max(ink.sum(), 1.0)
        center_x, center_y = (ink * x).sum() / mass, (ink * y).sum() / mass
        spread = (ink * (y - center_y) ** 2).sum()
        slant = (ink * (x - center_x) * (y - center_y)).sum() / spread if spread else 0.0
        # Each row moves sideways by the slant times its distance from the centre.
        matrix = np.array([[1, slant, -slant * center_y], [0, 1, 0]])
        cv2.warpAffine(image, matrix, (columns, rows), dst=upright, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return result


def crop(images: Images) -> Images:
    """The middle 20 x 20 px, about the centre of mass; long strokes may lose an end."""
    margin = (images.shape[1] - CROPPED_PX) // 2
    return images[:, margin : margin + CROPPED_PX, margin : margin + CROPPED_PX]


def box(images: Images) -> Images:
    """The 20 x 20 px around the middle of each digit's bounding box: whole digits, no longer centred by mass."""
    result = np.zeros((len(images), CROPPED_PX, CROPPED_PX), np.uint8)
    for image, cut in zip(images, result, strict=True):
        left, top, width, height = cv2.boundingRect(image)
        x, y = max(left + (width - CROPPED_PX) // 2, 0), max(top + (height - CROPPED_PX) // 2, 0)
        part = image[y : y + CROPPED_PX, x : x + CROPPED_PX]
        cut[: part.shape[0], : part.shape[1]] = part
    return result


def shrink(images: Images) -> Images:
    """The 20 x 20 px of each digit reduced to 16 x 16 by areas."""
    return np.stack([cv2.resize(i, (SMALL_PX, SMALL_PX), interpolation=cv2.INTER_AREA) for i in box(images)])


def as_vectors(images: Images) -> NDArray[np.float32]:
    """Images uint8 [n, h, w] as float32 [n, h * w] in 0..1."""
    return images.reshape(len(images), -1).astype(np.float32) / 255


@dataclass(frozen=True)
class Version:
    """Training and test digits of one preparation: uint8 [n, side, side]."""

    train: Images
    test: Images


class PaperData:
    """All 60,000 training digits in their original order, the 10,000 test digits, and their other versions."""

    def __init__(self) -> None:
        mnist = load_mnist()
        train = mnist.train
        self.plain = Version(train.images, mnist.test.images)
        self.train_labels = train.labels
        self.test_labels = mnist.test.labels
        self.hash = mnist_hash(mnist.test)

    @cached_property
    def deslanted(self) -> Version:
        """20 x 20 px, upright."""
        return Version(crop(deslant(self.plain.train)), crop(deslant(self.plain.test)))

    @cached_property
    def small(self) -> Version:
        """16 x 16 px."""
        return Version(shrink(self.plain.train), shrink(self.plain.test))
