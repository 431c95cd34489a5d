"""Plain lines, lines of several sizes, turned ones and light ones are each found once, where they stand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device_runtime.piece.finding import find_lines
from device_runtime.piece.sampling import is_convex
from tests.device_runtime.piece.finding.sheets import (
    corners_of,
    holding,
    overlap,
    sheet,
    tilted,
    with_margin,
    write,
)

TEXTS = ("4711 / 2208", "LINDENWEG 14", "10557 BERLIN", "20095 HAMBURG")


def test_each_line_of_an_address_is_found_once() -> None:
    picture = sheet(400, 700)
    boxes = [write(picture, text, 60, 80 + 70 * row) for row, text in enumerate(TEXTS)]
    lines = find_lines(picture)
    assert len(lines) == len(boxes)
    for line, box in zip(lines, boxes, strict=True):
        assert overlap(line.field.corners, corners_of(with_margin(box))) > 0.75
        assert 20 <= line.height_px <= 30 and not line.light and not line.boxes


def test_lines_come_from_the_top_down() -> None:
    picture = sheet(500, 900)
    for row, left in enumerate((500, 40, 300, 100, 420)):
        write(picture, "10557 BERLIN", left, 80 + 80 * row)
    tops = [line.field.corners[0][1] for line in find_lines(picture)]
    assert len(tops) == 5 and tops == sorted(tops)


def test_large_and_small_writing_on_one_sheet_is_found() -> None:
    picture = sheet(400, 700)
    large = write(picture, "GROSS 4711", 60, 90, 2.0)
    small = [write(picture, text, 60, base, 0.7) for text, base in (("12345 ORT", 170), ("54321 DORF", 215))]
    lines = find_lines(picture)
    assert len(lines) == 3
    for line, box in zip(lines, [large, *small], strict=True):
        assert overlap(line.field.corners, corners_of(with_margin(box))) > 0.75
        assert line.height_px == pytest.approx(box[3] - box[1], abs=4)


def test_small_writing_in_a_large_frame_is_found() -> None:
    picture = sheet(2000, 3000)
    boxes = [write(picture, "10557 BERLIN", 700, 600 + 60 * row, 0.9) for row in range(4)]
    lines = find_lines(picture)
    assert len(lines) == 4
    for line, box in zip(lines, boxes, strict=True):
        assert overlap(line.field.corners, corners_of(with_margin(box))) > 0.7


@pytest.mark.parametrize("degrees", [2, 13, 30, 45, -13, -30, -45])
def test_tilted_lines_have_corners_in_the_direction_of_reading(degrees: float) -> None:
    upright = sheet(400, 600)
    boxes = [write(upright, text, 60, 80 + 80 * row, 1.2) for row, text in enumerate(TEXTS)]
    picture, matrix = tilted(upright, degrees)
    lines = find_lines(picture)
    assert len(lines) == len(boxes)
    for box in boxes:
        (line,) = holding(lines, box, matrix)
        expected = np.array(corners_of(with_margin(box), matrix))
        assert overlap(line.field.corners, tuple(map(tuple, expected.tolist()))) > 0.7
        # Each corner stands for the same corner of the writing.
        assert np.abs(np.array(line.field.corners) - expected).max() < 0.75 * (box[3] - box[1])
        assert is_convex(line.field.corners)


def test_light_writing_is_found_on_a_dark_label_and_dark_writing_beside_it() -> None:
    picture = sheet(400, 700)
    cv2.rectangle(picture, (60, 60), (600, 240), 50, -1)
    light = [write(picture, text, 90, base, 1.2, ink=230) for text, base in (("NR 8821", 130), ("10557 BERLIN", 200))]
    dark = write(picture, "DUNKEL 12345", 90, 320)
    lines = find_lines(picture)
    for box in light:
        (line,) = [line for line in holding(lines, box) if line.light]
        assert overlap(line.field.corners, corners_of(with_margin(box))) > 0.8
    (line,) = holding(lines, dark)
    assert not line.light and sum(line.light for line in lines) == 2


def test_each_line_of_a_sheet_of_light_writing_on_dark_paper_is_found() -> None:
    picture = sheet(500, 800, 30)
    boxes = [write(picture, text, 120, 120 + 80 * row, 1.2, ink=220) for row, text in enumerate(TEXTS)]
    lines = find_lines(picture)
    light = [line for line in lines if line.light]
    assert len(light) == len(boxes) and len(lines) <= len(boxes) + 2
    for line, box in zip(light, boxes, strict=True):
        assert overlap(line.field.corners, corners_of(with_margin(box))) > 0.7
