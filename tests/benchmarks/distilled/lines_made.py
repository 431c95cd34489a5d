"""Small lines to learn from, for tests."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from benchmarks.distilled.lines import Line
from device_runtime.second_opinion.classes import BLANK, CLASSES


def frames_of(classes: Sequence[int]) -> np.ndarray:
    """A teacher that is sure of one class in each column."""
    return np.eye(CLASSES, dtype=np.float32)[list(classes)]


def line(digits: str, real: bool = False) -> Line:
    """Digits in OpenCV's lettering, 16 px apart, with a teacher who sees them and blanks between them."""
    pixels = np.zeros((32, 16 * len(digits) + 16), np.uint8)
    columns, x = [BLANK], [4.0]
    for i, digit in enumerate(digits):
        cv2.putText(pixels, digit, (8 + 16 * i, 27), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2)
        columns += [int(digit), BLANK]
        x += [15.0 + 16 * i, 23.0 + 16 * i]
    return Line(pixels, digits, real, frames_of(columns), np.array(x, np.float32))
