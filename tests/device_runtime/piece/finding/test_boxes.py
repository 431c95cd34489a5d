"""A row of preprinted boxes is one line that knows how many there are."""

from __future__ import annotations

import cv2
import pytest

from device_runtime.piece.finding import find_lines
from tests.device_runtime.piece.finding.drawn import Box, Page, address, holding, page


def row_of_boxes(drawn: Page, count: int, step: int, width: int = 40, height: int = 60, line: int = 2) -> Box:
    """Boxes with a digit in each, `step` px from one to the next."""
    left, top = 80, 300
    for number in range(count):
        x = left + number * step
        cv2.rectangle(drawn.image, (x, top), (x + width, top + height), 90, line)
        drawn.write(str((7 * number + 1) % 10), x + 9, top + height - 16, 1.1)
    return left, top, left + (count - 1) * step + width, top + height


@pytest.mark.parametrize("count", [3, 5, 9])
@pytest.mark.parametrize("step", [40, 46, 58])
def test_boxes_in_a_row_are_one_line(count: int, step: int) -> None:
    drawn = address(height=420)
    around = row_of_boxes(drawn, count, step)
    lines = find_lines(drawn.image)
    assert holding(around, lines).boxes == count
    assert len(lines) == 4
    for box in drawn.boxes[:3]:
        assert holding(box, lines).boxes == 0


def test_of_boxes_some_may_be_broken() -> None:
    drawn = page(420, 500)
    around = row_of_boxes(drawn, 5, 50)
    drawn.image[298:303, 90:110] = 230  # the first one's top and the last one's side
    drawn.image[320:340, 318:324] = 230
    assert holding(around, find_lines(drawn.image)).boxes == 5


def test_two_boxes_or_unequal_ones_are_no_row() -> None:
    drawn = page(420, 500)
    row_of_boxes(drawn, 2, 50)
    cv2.rectangle(drawn.image, (190, 300), (300, 360), 90, 2)
    assert all(line.boxes == 0 for line in find_lines(drawn.image))


def test_letters_are_no_boxes() -> None:
    drawn = page(200, 700).write("000 DDD OOO HHH 88888 REE DEL 00000", 20, 100)
    assert all(line.boxes == 0 for line in find_lines(drawn.image))
