"""Colour printed before the writing vanishes, ink stays, and fields without such colour are the grey that they were."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest

from device_runtime.image.pixels import to_gray
from device_runtime.image.projection import ink_projection
from tests.device_runtime.image.boxed import PAPER, Form, Image, field

PLAIN = Form("separate", drawn=False)
COLORS = {"orange": (225, 110, 40), "red": (210, 40, 40), "green": (60, 120, 60), "light blue": (110, 160, 230)}


def contrast(gray: Image, where: Image) -> float:
    """How much darker a mask's pixels are than the paper, in grey levels."""
    return float(np.median(gray)) - float(gray[where > 0].mean())


@pytest.mark.parametrize("pen", [(25, 25, 60), (20, 20, 20), (45, 50, 140)], ids=["blue-black", "black", "blue"])
@pytest.mark.parametrize("color", COLORS)
def test_coloured_boxes_vanish_and_ink_stays(color: str, pen: tuple[int, int, int]) -> None:
    form = Form("separate", color=COLORS[color])
    both, boxes, ink = field("48275", form, pen), field("", form, noise=0), field("48275", PLAIN, pen, noise=0)
    lines = np.asarray((to_gray(boxes) < 225) & (to_gray(ink) > 225), np.uint8)
    strokes = np.asarray(to_gray(ink) < 120, np.uint8)
    before, after = to_gray(both), ink_projection(both)
    assert contrast(after, lines) < 0.25 * contrast(after, strokes)
    assert contrast(after, strokes) > 0.5 * contrast(before, strokes)


def test_light_ink_on_dark_card_keeps_its_polarity() -> None:
    negative = np.asarray(255 - field("48275", Form("separate", color=(30, 145, 215))), np.uint8)
    gray = ink_projection(negative)
    assert np.median(gray) < 60 and gray.max() > 180
    assert not np.array_equal(gray, to_gray(negative))


@pytest.mark.parametrize("pen", [(25, 25, 60), (200, 30, 40), (30, 120, 70), (90, 90, 95)])
def test_writing_of_one_colour_is_the_grey_that_it_was(pen: tuple[int, int, int]) -> None:
    image = field("48275", PLAIN, pen)
    assert np.array_equal(ink_projection(image), to_gray(image))


def test_grey_is_returned_as_it_is_and_grey_colour_as_its_grey() -> None:
    gray = to_gray(field("48275", Form("joined")))
    assert ink_projection(gray) is gray
    assert np.array_equal(ink_projection(np.dstack([gray] * 3)), gray)


def test_a_red_number_beside_black_words_does_not_vanish() -> None:
    image = np.full((80, 420, 3), PAPER, np.uint8)
    cv2.putText(image, "CODE", (20, 55), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (20, 20, 20), 3, cv2.LINE_AA)
    cv2.putText(image, "48275", (200, 55), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (200, 30, 40), 3, cv2.LINE_AA)
    assert np.array_equal(ink_projection(image), to_gray(image))


def test_blue_writing_in_black_boxes_does_not_vanish() -> None:
    image = field("48275", Form("separate", color=(20, 20, 20)), (60, 80, 200))
    strokes = np.asarray(to_gray(field("48275", PLAIN, (60, 80, 200), noise=0)) < 150, np.uint8)
    assert contrast(ink_projection(image), strokes) > 0.8 * contrast(to_gray(image), strokes)


def test_a_large_field_is_projected_as_a_small_one() -> None:
    form = Form("joined", color=COLORS["orange"])
    large = np.asarray(cv2.resize(field("48275", form, noise=0), None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC))
    gray = ink_projection(large)
    assert gray.shape == large.shape[:2] and int((gray < 120).sum()) < 0.75 * int((to_gray(large) < 190).sum())


def test_every_machine_projects_the_same_bits() -> None:
    random = np.random.default_rng(4)
    image = np.full((60, 200, 3), (240, 230, 220), np.uint8)
    image[20:40, 30:170] = (225, 110, 40)
    image[24:36, 40:160:6] = (20, 20, 40)
    image -= random.integers(0, 9, image.shape, np.uint8)
    gray = ink_projection(image)
    assert not np.array_equal(gray, to_gray(image))
    assert hashlib.sha256(gray.tobytes()).hexdigest()[:16] == "2ec6fb4c57c36ea0"
