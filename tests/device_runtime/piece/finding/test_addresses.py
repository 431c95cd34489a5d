"""Every line of writing on a frame is found, whatever it stands in."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from device_runtime.core.library import SWITCH
from device_runtime.piece.finding import find_lines
from device_runtime.piece.finding.lines import MOST_LINES
from tests.device_runtime.lettering import write
from tests.device_runtime.piece.finding.drawn import address, holding, page


@pytest.mark.parametrize(("paper", "ink"), [(230, 20), (110, 20), (240, 190), (40, 240), (90, 250)])
def test_the_lines_of_an_address_are_found_dark_or_light(paper: int, ink: int) -> None:
    drawn = address(paper=paper, ink=ink)
    lines = find_lines(drawn.image)
    assert len(lines) == 3
    for box, line in zip(drawn.boxes, lines, strict=True):  # from the top down
        assert holding(box, lines) is line
        assert line.light == (ink > paper) and line.boxes == 0
        assert 15 < line.height_px < 40


def test_light_writing_on_a_dark_label_and_dark_writing_beside_it_are_found() -> None:
    drawn = page(420, 620)
    drawn.image[200:360, 150:520] = 30
    drawn.write("Sender 4", 20, 60)
    drawn.ink = 235
    drawn.write("High Street", 180, 250, 1.2).write("80331 Town", 180, 320, 1.2)
    lines = find_lines(drawn.image)
    assert [holding(box, lines).light for box in drawn.boxes] == [False, True, True]


@pytest.mark.parametrize("degrees", [0, 2, 4, 13, 30, -7, -45])
def test_writing_may_be_turned_by_up_to_45_degrees(degrees: float) -> None:
    image, corners = address().turned(degrees)
    lines = find_lines(image)
    for of in corners:
        line = holding(of, lines)
        (x0, y0), (x1, y1) = line.field.corners[:2]
        assert abs(math.degrees(math.atan2(y1 - y0, x1 - x0)) - degrees) < 2.5


def test_lines_of_all_sizes_are_found() -> None:
    drawn = page(700, 1200)
    drawn.write("small print 12345", 60, 60, 0.4).write("10115 Berlin", 60, 160).write("80331", 60, 420, 6)
    drawn.write("21, Long Road", 700, 560, 1.5).write("more of it, 4 or 5", 60, 620, 0.45)
    lines = find_lines(drawn.image)
    for box in drawn.boxes:
        holding(box, lines)


def test_small_print_on_a_large_scan_is_found() -> None:
    drawn = page(3000, 2200)
    for number in range(30):
        drawn.write(f"Item {number} of a long list 12345", 300, 300 + 30 * number, 0.5)
    lines = find_lines(drawn.image)
    for box in drawn.boxes:
        holding(box, lines)


def test_crowded_lines_that_touch_are_parted() -> None:
    drawn = page(400, 700)
    for number in range(8):
        drawn.write(f"gy {number} 10115 gj Berlin", 100, 80 + 25 * number, 0.9)
    lines = find_lines(drawn.image)
    for box in drawn.boxes:
        holding(box, lines)


def test_rules_join_no_lines_and_make_none() -> None:
    drawn = page(360, 260)
    for x in (20, 24, 230):
        cv2.line(drawn.image, (x, 0), (x, 359), 60, 2)
    for y in (90, 180, 270):
        cv2.line(drawn.image, (0, y), (259, y), 120, 1)
    drawn.write("1943", 60, 98).write("27.", 60, 186).write("Marts", 60, 276)
    lines = find_lines(drawn.image)
    for box in drawn.boxes:
        holding(box, lines)
    assert len(lines) == 3


def test_a_large_one_is_no_rule() -> None:
    drawn = page(500, 900)
    for number in range(4):
        drawn.write("small print beside it", 40, 60 + 30 * number, 0.5)
    for x, height in ((100, 120), (240, 118), (400, 122)):
        cv2.line(drawn.image, (x, 300), (x, 300 + height), 30, 5)
    drawn.write("8", 460, 420, 5)
    lines = find_lines(drawn.image)
    holding((100, 300, 550, 420), lines)


def test_a_frame_around_an_address_and_a_bar_code_are_no_lines() -> None:
    drawn = address()
    cv2.rectangle(drawn.image, (80, 60), (560, 290), 40, 3)
    for x in range(100, 500, 8):
        cv2.line(drawn.image, (x, 320), (x, 385), 20, 2 + x % 3)
    lines = find_lines(drawn.image)
    for box in drawn.boxes:
        holding(box, lines)
    assert len(lines) <= 4  # bars are a line at most


def test_a_postmark_across_an_address_hides_no_line() -> None:
    drawn = address()
    for radius in (60, 64):
        cv2.circle(drawn.image, (380, 180), radius, 110, 2, cv2.LINE_AA)
    write(drawn.image, "TOWN 3.4.", 345, 185, 0.4, ink=110)
    lines = find_lines(drawn.image)
    for left, top, right, bottom in drawn.boxes:
        holding((left, top, min(right, 310), bottom), lines, heights=2.8)  # there the ring begins


def test_the_texture_of_a_desk_is_no_writing() -> None:
    drawn = address()
    random = np.random.default_rng(5)
    desk = np.clip(random.normal(150, 14, (900, 1400)), 0, 255).astype(np.uint8)
    desk[200:600, 300:1000] = drawn.image
    lines = find_lines(desk)
    for left, top, right, bottom in drawn.boxes:
        holding((left + 300, top + 200, right + 300, bottom + 200), lines)
    assert len(lines) < 20


def test_a_frame_is_found_the_same_without_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    from device_runtime.piece.finding.ink import pixels

    drawn, _ = address().turned(20)
    expected = find_lines(drawn)
    monkeypatch.setenv(SWITCH, "numpy")
    monkeypatch.setattr(pixels, "library", lambda: None)
    assert find_lines(drawn) == expected and expected


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (7, 9), (300, 300)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_frame_holds_nothing(size: tuple[int, int], level: int) -> None:
    assert find_lines(np.full(size, level, np.uint8)) == []


def test_a_very_large_blank_frame_holds_nothing() -> None:
    assert find_lines(np.full((8000, 8000), 255, np.uint8)) == []
    assert find_lines(np.zeros((8000, 8000), np.uint8)) == []


@pytest.mark.parametrize("kind", ["noise", "specks", "stripes", "columns", "board", "rings"])
def test_hostile_frames_give_a_bounded_number_of_lines(kind: str) -> None:
    random, size = np.random.default_rng(7), (1080, 1920)
    y, x = np.mgrid[: size[0], : size[1]]
    frames = {
        "noise": random.integers(0, 256, size),
        "specks": np.where(random.random(size) < 0.03, 0, 255),
        "stripes": np.where(y % 14 < 8, 0, 255),
        "columns": np.where(x % 5 < 2, 0, 255),
        "board": np.where((x // 9 + y // 9) % 2, 0, 255),
        "rings": 127 + 127 * np.sin(np.hypot(x - 960, y - 540) / 3),
    }
    lines = find_lines(frames[kind].astype(np.uint8))
    assert len(lines) <= MOST_LINES
    for line in lines:
        assert all(math.isfinite(value) for corner in line.field.corners for value in corner)
        assert height_in(line.height_px)


def height_in(height_px: float) -> bool:
    """Whether a height is that of a line of the frames above."""
    return 0 < height_px <= 1080
