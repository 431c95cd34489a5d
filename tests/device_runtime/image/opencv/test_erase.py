"""Straight lines are taken out where they really run; strokes that cross them stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device_runtime.image.opencv.erase import Line, without_lines


@pytest.mark.parametrize(("fall", "off"), [(0, 0), (9, 2), (-7, -2)])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_line_vanishes_though_its_place_is_not_quite_known(width: int, fall: int, off: int) -> None:
    gray = np.full((60, 200), 230, np.uint8)
    cv2.line(gray, (20, 30), (180, 30 + fall), 50, width, cv2.LINE_AA)
    cleared = without_lines(gray, [Line((20, 30 + off), (180, 30 + fall + off), width, 3)], [])
    assert cleared.min() > 200


def test_lines_of_both_directions_and_their_corners_vanish() -> None:
    gray = np.full((80, 120), 230, np.uint8)
    cv2.rectangle(gray, (20, 20), (100, 60), 40, 3)
    along = [Line((20, y), (100, y), 3, 1) for y in (20, 60)]
    across = [Line((x, 20), (x, 60), 3, 1) for x in (20, 100)]
    assert without_lines(gray, along, across).min() > 200


def test_a_stroke_across_and_a_darker_one_along_stay() -> None:
    gray = np.full((60, 200), 230, np.uint8)
    cv2.line(gray, (20, 30), (180, 30), 130, 3)
    cv2.line(gray, (60, 10), (70, 50), 30, 4)
    gray[29:32, 120:140] = 30
    cleared = without_lines(gray, [Line((20, 30), (180, 30), 3, 1)], [])
    assert (cleared[10:50, 55:75] < 60).sum() > 140 and (cleared[29:32, 121:139] < 60).all()
    assert cleared[30, 90] > 200 and cleared[30, 170] > 200


def test_a_line_at_the_edge_or_beyond_it_never_crashes() -> None:
    gray = np.full((20, 30), 230, np.uint8)
    gray[0] = 40
    for line in (Line((-4, 0), (40, 0), 1, 2), Line((0, 19), (29, 25), 2, 3), Line((15, 5), (15, 5), 1, 1)):
        assert without_lines(gray, [line], [line]).shape == gray.shape
