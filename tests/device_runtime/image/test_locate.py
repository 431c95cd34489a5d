"""Lines of writing are found in larger images."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device_runtime.image.locate import MAX_FIELDS, locate


def test_lines_of_a_label_are_found() -> None:
    image = np.full((400, 700), 230, np.uint8)
    for y, text in ((100, "Jane Doe"), (180, "12 High Street"), (260, "10115 Berlin")):
        cv2.putText(image, text, (120, y), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 20, 3, cv2.LINE_AA)
    fields = locate(image)
    for baseline in (100, 180, 260):
        assert any(
            field.corners[0][1] < baseline - 10 < field.corners[2][1] and field.corners[0][0] < 140 for field in fields
        )


@pytest.mark.parametrize(("paper", "ink"), [(230, 20), (40, 240), (140, 250)])
def test_light_lines_are_found_where_dark_ones_would_be(paper: int, ink: int) -> None:
    image = np.full((400, 700), paper, np.uint8)
    for y, text in ((100, "Jane Doe"), (180, "12 High Street"), (260, "10115 Berlin")):
        cv2.putText(image, text, (120, y), cv2.FONT_HERSHEY_SIMPLEX, 1.3, ink, 3, cv2.LINE_AA)
    fields = locate(image)
    assert len(fields) == 3
    for baseline in (100, 180, 260):
        (field,) = (f for f in fields if f.corners[0][1] < baseline - 10 < f.corners[2][1])
        assert field.corners[0][0] < 140 and field.corners[2][1] - field.corners[0][1] < 80


def test_blank_and_tiny_images_hold_nothing() -> None:
    assert locate(np.full((300, 300), 255, np.uint8)) == []
    assert locate(np.zeros((1, 1), np.uint8)) == []


def test_noise_gives_a_bounded_number_inside_the_image() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 500), dtype=np.uint8)
    fields = locate(noise)
    assert len(fields) <= MAX_FIELDS
    for field in fields:
        assert all(-1 <= x <= 501 and -1 <= y <= 301 for x, y in field.corners)
