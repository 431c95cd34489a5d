"""Rules, tables, postmarks, bar codes and preprinted boxes do not hide the writing that stands by them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device_runtime.piece.finding import find_lines
from tests.device_runtime.piece.finding.sheets import (
    Box,
    Gray,
    corners_of,
    holding,
    overlap,
    sheet,
    with_margin,
    write,
)

TEXTS = ("10557 BERLIN", "20095 HAMBURG", "80331")


def ruled(above_px: int) -> tuple[Gray, list[Box]]:
    """Lines of writing with rules, so many px above the row on which the characters stand."""
    picture = sheet(320, 700)
    boxes = [write(picture, text, 60, 80 + 80 * row) for row, text in enumerate(TEXTS)]
    for row in range(len(TEXTS)):
        cv2.line(picture, (20, 80 - above_px + 80 * row), (680, 80 - above_px + 80 * row), 60, 2)
    return picture, boxes


@pytest.mark.parametrize("above_px", [40, 34, -12, -24])
def test_rules_between_lines_are_none_of_them(above_px: int) -> None:
    picture, boxes = ruled(above_px)
    lines = find_lines(picture)
    assert len(lines) == len(boxes)
    for line, box in zip(lines, boxes, strict=True):
        assert overlap(line.field.corners, corners_of(with_margin(box))) > 0.7


@pytest.mark.parametrize("above_px", [26, 20, -1, -5])
def test_writing_that_rules_touch_is_found(above_px: int) -> None:
    picture, boxes = ruled(above_px)
    lines = find_lines(picture)
    assert len(lines) == len(boxes)
    for line, box in zip(lines, boxes, strict=True):
        assert overlap(line.field.corners, corners_of(box)) > 0.5


def test_cells_of_a_register_are_lines_of_their_own() -> None:
    picture, boxes = sheet(400, 900), []
    for row in range(4):
        for left in (60, 300, 540):
            boxes.append(write(picture, f"{1234 * (row + 2) + left}", left, 70 + 90 * row))
    for x in (30, 270, 510, 750):
        cv2.line(picture, (x, 0), (x, 399), 70, 2)
    for y in (100, 190, 280):
        cv2.line(picture, (30, y), (750, y), 70, 2)
    lines = find_lines(picture)
    assert len(lines) == len(boxes)
    for box in boxes:
        (line,) = holding(lines, box)
        # No vertical, at 30 px to the left, and no rule is part of it.
        assert line.field.corners[0][0] > box[0] - 29 and line.height_px < 30
        assert overlap(line.field.corners, corners_of(box)) > 0.45


def test_a_postmark_takes_no_writing_but_what_it_touches() -> None:
    picture = sheet(500, 800)
    texts = ("10557 B E R L I N", *TEXTS[1:])
    boxes = [write(picture, text, 350, 230 + 70 * row) for row, text in enumerate(texts)]
    for radius in (110, 84):
        cv2.circle(picture, (387, 220), radius, 90, 2, cv2.LINE_AA)
    lines = find_lines(picture)
    # Both rings go between letters of the first line, and the outer one through the second up to this column.
    clear = [boxes[0], (493, *boxes[1][1:]), boxes[2]]
    for box in clear:
        best = max(holding(lines, box), key=lambda line: overlap(line.field.corners, corners_of(box)))
        assert overlap(best.field.corners, corners_of(with_margin(box))) > 0.75
        assert best.height_px == pytest.approx(box[3] - box[1], abs=4)
    assert len(lines) <= len(boxes) + 1


def test_a_bar_code_is_few_lines() -> None:
    picture = sheet(400, 700)
    boxes = [write(picture, text, 60, 80 + 70 * row) for row, text in enumerate(TEXTS)]
    random, x = np.random.default_rng(1), 60
    while x < 500:
        wide = int(random.integers(2, 7))
        picture[300:370, x : x + wide] = 30
        x += wide + int(random.integers(2, 7))
    lines = find_lines(picture)
    assert all(len(holding(lines, box)) == 1 for box in boxes)
    assert len(lines) <= len(boxes) + 3


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("code", ["10557", ""])
def test_a_row_of_preprinted_boxes_is_one_line_that_says_how_many(joined: bool, code: str) -> None:
    picture = sheet(300, 700)
    pitch, wide = (60, 60) if joined else (70, 55)
    for number in range(5):
        left = 60 + pitch * number
        cv2.rectangle(picture, (left, 100), (left + wide, 165), 60, 2)
        if code:
            write(picture, code[number], left + 14, 152, 1.5)
    above = write(picture, "LINDENWEG 14", 60, 60)
    row = (60, 100, 60 + 4 * pitch + wide, 165)
    lines = find_lines(picture)
    (line,) = holding(lines, row)
    assert line.boxes == 5
    assert overlap(line.field.corners, corners_of(with_margin(row))) > 0.85
    (line,) = holding(lines, above)
    assert not line.boxes and len(lines) == 2
