"""Drawn digits in place of MNIST, and courses short enough for tests."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import pytest

from benchmarks.lenet1998 import ablations as paper_ablations
from benchmarks.lenet1998 import rows_nets as nets
from benchmarks.lenet1998 import training as paper_training
from benchmarks.lenet1998.data import PaperData, Version


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
def short(monkeypatch: pytest.MonkeyPatch) -> PaperData:
    """A few passes of 500 patterns in place of six or twenty of 60,000, and few non-digits."""
    monkeypatch.setattr(paper_training, "PATTERNS_A_PASS", 500)
    monkeypatch.setattr(paper_training, "COPIES", 1)
    monkeypatch.setattr(nets, "PAPER_SCHEDULE", (0.0002,) * 6)
    monkeypatch.setattr(nets, "full_schedule", lambda plan, distorted: (0.00002,) * 6)
    monkeypatch.setattr(nets, "RBF_SCHEDULE", (0.00005,) * 4)
    monkeypatch.setattr(paper_ablations, "SCHEDULE", (0.00005,) * 4)
    monkeypatch.setattr(paper_ablations, "NON_DIGITS", 30)
    return cast(PaperData, Drawn())
