"""Changed LeNet-5s: what is changed, that each learns drawn digits, and the images that are no digits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.lenet1998.ablations import ABLATIONS
from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.non_digits import halves, letters, normalised
from benchmarks.lenet1998.scores import error_percent
from tests.benchmarks.conftest import SHORT

NAMED = {one.name: one for one in ABLATIONS}


@pytest.mark.parametrize("name", [one.name for one in ABLATIONS])
def test_each_learns_and_judges_non_digits(name: str, digits: PaperData, tmp_path: Path) -> None:
    # So few digits do not get softmax going at the rate of the others.
    sizes = replace(SHORT, short_schedule=(0.0005,) * 6) if name == "short_softmax" else SHORT
    answers = NAMED[name].run(digits, 1, tmp_path, sizes)
    assert error_percent(answers.scores, digits.test_labels) < 30
    assert {kind: scores.shape for kind, scores in answers.others.items()} == {
        "half digits": (30, 10),
        "letters": (30, 10),
    }
    thousands = {"short_softmax": 60.85, "short_full_c3": 60.9, "short_largest": 60 - 0.044}
    assert answers.variables_k == pytest.approx(thousands.get(name, 60))
    assert np.isfinite(answers.scores).all()


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    moments = cv2.moments(image)
    return moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]


def test_normalised_ink_is_twenty_px_long_and_centred_by_mass() -> None:
    image = np.zeros((60, 90), np.uint8)
    cv2.line(image, (30, 10), (30, 50), 255, 5)
    cv2.circle(image, (32, 44), 8, 255, -1)
    placed = normalised(image)
    _, _, width, height = cv2.boundingRect(placed)
    assert placed.shape == (28, 28) and height == 20 and width < 20
    assert centre_of_mass(placed) == pytest.approx((13.5, 13.5), abs=0.6)


def test_halves_come_from_two_digits() -> None:
    digits = np.zeros((2, 28, 28), np.uint8)
    digits[0, 4:24, 8:14] = 255  # ink only left of the middle of its box but for a dot
    digits[0, 4, 21] = 255
    digits[1, 4:24, 6:22] = 255
    images = halves(digits, 40, np.random.default_rng(1))
    full = [int((image > 127).sum()) for image in images]
    assert images.shape == (40, 28, 28)
    assert min(full) > 0 and max(full) > 2 * min(full)


def test_letters_are_drawn_from_fonts_that_are_there() -> None:
    images = letters(12, np.random.default_rng(1))
    assert images.shape == (12, 28, 28)
    assert all(20 <= max(cv2.boundingRect(image)[2:]) <= 21 for image in images)
    assert len({image.tobytes() for image in images}) > 8
