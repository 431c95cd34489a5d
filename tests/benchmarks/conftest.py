"""Drawn digits in place of MNIST, and trainings short enough for tests."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import pytest

from benchmarks.lenet1998.data import PaperData, Version
from benchmarks.lenet1998.training import Sizes

# A few passes of 500 patterns in place of six or twenty of 60,000, and few non-digits.
SHORT = Sizes(500, 1, (0.0002,) * 6, (0.00005,) * 4, (0.00005,) * 4, 30)


class Drawn:
    """Stands in for PaperData: 600 digits of OpenCV's Hershey font, moved at random; the last 100 are the test's."""

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        labels = (np.arange(600) % 10).astype(np.uint8)
        images = np.zeros((600, 28, 28), np.uint8)
        for image, label in zip(images, labels.tolist(), strict=True):
            place = tuple(int(p) for p in (7 + random.integers(-1, 2), 22 + random.integers(-1, 2)))
            cv2.putText(image, str(label), place, cv2.FONT_HERSHEY_SIMPLEX, 0.65, 255, 2, cv2.LINE_AA)
        self.plain = Version(images[:500], images[500:])
        self.train_labels, self.test_labels = labels[:500], labels[500:]


@pytest.fixture
def digits() -> PaperData:
    """Drawn digits, 500 to train on and 100 to test."""
    return cast(PaperData, Drawn())
