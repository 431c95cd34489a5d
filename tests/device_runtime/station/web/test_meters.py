"""Sharpness falls with blur, and light is named as it is."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from device_runtime.image.load import load_gray
from device_runtime.samples import load_pieces
from device_runtime.station.web.meters import SHARP, measure

PIECES = [load_gray(one.path) for one in load_pieces()]


@pytest.mark.parametrize("gray", PIECES, ids=lambda gray: f"{gray.shape[1]}px")
def test_shipped_pieces_are_sharp_and_blurred_ones_are_not(gray: np.ndarray) -> None:
    found = [measure(cv2.GaussianBlur(gray, (0, 0), sigma) if sigma else gray) for sigma in (0, 0.7, 1.5, 3)]
    assert found[0].focus_words == "Sharp" and found[0].light_words == "Good"
    assert "Blurred" in found[3].focus_words
    assert all(one.sharpness > 1.5 * other.sharpness and one.level > other.level for one, other in pairwise(found))


def test_light_is_named() -> None:
    gray = PIECES[2].astype(np.float32)
    assert "Too dark" in measure(np.clip(gray * 0.3, 0, 255).astype(np.uint8)).light_words
    assert "Too bright" in measure(np.clip(gray * 1.5, 0, 255).astype(np.uint8)).light_words


def test_shares_of_black_and_white_are_counted() -> None:
    gray = np.full((10, 10), 128, np.uint8)
    gray[:2], gray[2:5] = 5, 250
    found = measure(gray)
    assert (found.black, found.white, found.paper) == (pytest.approx(0.2), pytest.approx(0.3), 250)


def test_nothing_under_the_camera_is_no_blur() -> None:
    assert "put a piece under the camera" in measure(np.full((20, 20), 90, np.uint8)).focus_words
    assert measure(np.zeros((1, 1), np.uint8)).sharpness == 0


def test_of_a_large_picture_the_middle_is_measured() -> None:
    gray = np.full((2000, 3000), 128, np.uint8)
    gray[700:1300, 1000:2000:2] = 0
    assert measure(gray).sharpness > SHARP
