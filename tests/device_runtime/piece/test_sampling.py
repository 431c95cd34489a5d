"""A field cut out of its picture: a plain crop where it is level, drawn through its corners elsewhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.piece.sampling import Corners, is_convex, sample
from device_runtime.types import Field

Gray = NDArray[np.uint8]
NOISE = np.random.default_rng(0).integers(0, 256, (60, 90), dtype=np.uint8)
CROSSED: Corners = ((10, 10), (40, 10), (10, 30), (40, 30))
TURNED: Corners = ((20, 10), (50, 25), (44, 37), (14, 22))


def level(left: float, top: float, right: float, bottom: float) -> Field:
    return Field(((left, top), (right, top), (right, bottom), (left, bottom)))


def test_a_level_field_is_a_slice() -> None:
    found = sample(NOISE, level(7, 5, 41, 22))
    assert np.array_equal(found, NOISE[5:22, 7:41]) and found.flags.c_contiguous


def test_a_level_field_in_color_is_a_slice() -> None:
    color = np.stack([NOISE, NOISE[::-1], 255 - NOISE], axis=2)
    assert np.array_equal(sample(color, level(7, 5, 41, 22)), color[5:22, 7:41])


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        ((-9, -4, 12, 8), NOISE[:8, :12]),
        ((70, 50, 400, 300), NOISE[50:, 70:]),
        ((200, 300, 210, 320), NOISE[-1:, -1:]),
        ((-20, -30, -5, -6), NOISE[:1, :1]),
        ((5, 5, 5, 5), NOISE[5:6, 5:6]),
    ],
)
def test_of_a_level_field_what_lies_in_the_picture_is_cut_out(
    corners: tuple[float, float, float, float], expected: Gray
) -> None:
    assert np.array_equal(sample(NOISE, level(*corners)), expected)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_corners_that_begin_elsewhere_turn_what_is_cut_out(quarters: int) -> None:
    corners = level(7, 5, 41, 22).corners
    turned = Field((*corners[quarters:], *corners[:quarters]))
    assert np.array_equal(sample(NOISE, turned), np.rot90(NOISE[5:22, 7:41], quarters))


def spots(height: int, width: int) -> tuple[Gray, list[tuple[int, int]]]:
    """A white patch with black spots of 5 px, and their middles."""
    patch = np.full((height, width), 255, np.uint8)
    places = [(x, y) for y in range(12, height - 5, 24) for x in range(12, width - 5, 24)]
    for x, y in places:
        patch[y - 2 : y + 3, x - 2 : x + 3] = 0
    return patch, places


@pytest.mark.parametrize(
    "corners",
    [
        ((60.0, 40.0), (250.0, 90.0), (225.0, 185.0), (35.0, 135.0)),
        ((50.0, 60.0), (260.0, 40.0), (240.0, 150.0), (70.0, 170.0)),
        ((240.0, 180.0), (50.5, 150.25), (66.0, 50.0), (255.0, 80.0)),
        ((80.0, 220.0), (80.0, 20.0), (180.0, 30.0), (180.0, 210.0)),
    ],
)
def test_what_was_drawn_into_corners_comes_back_in_place(corners: Corners) -> None:
    patch, places = spots(96, 192)
    # A corner is the outer corner of a pixel, while OpenCV counts from the pixel's middle.
    from_corners = np.array([(0, 0), (192, 0), (192, 96), (0, 96)], np.float32) - np.float32(0.5)
    matrix = cv2.getPerspectiveTransform(from_corners, np.array(corners, np.float32) - np.float32(0.5))
    picture = cv2.warpPerspective(patch, matrix, (300, 240), flags=cv2.INTER_LINEAR, borderValue=(255,))
    found = sample(np.asarray(picture, np.uint8), Field(corners))
    high, wide = found.shape
    for x, y in places:
        at_x, at_y = (x + 0.5) * wide / 192, (y + 0.5) * high / 96
        left, top = round(at_x) - 8, round(at_y) - 8
        dark = 255.0 - found[top : top + 16, left : left + 16]
        rows, columns = np.mgrid[:16, :16]
        assert dark.max() > 100
        assert abs((dark * columns).sum() / dark.sum() + left + 0.5 - at_x) < 1
        assert abs((dark * rows).sum() / dark.sum() + top + 0.5 - at_y) < 1


def test_a_turned_field_is_as_large_as_its_longer_sides() -> None:
    assert sample(NOISE, Field(TURNED)).shape == (13, 34)


def test_color_is_drawn_as_each_channel_is() -> None:
    planes = [NOISE, NOISE[::-1], 255 - NOISE]
    found = sample(np.stack(planes, axis=2), Field(TURNED))
    for channel, plane in enumerate(planes):
        assert np.array_equal(found[..., channel], sample(np.ascontiguousarray(plane), Field(TURNED)))


def test_beyond_the_picture_its_edge_goes_on() -> None:
    picture = np.full((30, 40), 90, np.uint8)
    picture[:, -1] = 200
    found = sample(picture, Field(((50, 5), (70, 8), (68, 20), (48, 17))))
    assert found.shape == (12, 20) and (found == 200).all()


@pytest.mark.parametrize(
    "corners",
    [
        CROSSED,
        TURNED[::-1],
        ((0, 0), (30, 0), (10, 10), (0, 30)),
        ((0, 0), (10, 10), (20, 20), (30, 30)),
        ((5, 5), (5, 5), (5, 5), (5, 5.5)),
        ((0, 0), (30, 1), (float("nan"), 20), (0, 20)),
    ],
)
def test_corners_that_are_no_convex_quadrilateral_are_refused(corners: Corners) -> None:
    assert not is_convex(corners)
    with pytest.raises(PosteyeError, match="no convex quadrilateral in clockwise order"):
        sample(NOISE, Field(corners))


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (2e5, 10), (2e5, 210), (0, 200)),
        ((0, 0), (10, 1), (10, 2e6), (0, 2e6)),
        ((0, 0), (1e200, 1e190), (1e200, 1e200), (0, 1e200)),
    ],
    ids=["wide", "high", "beyond all sums"],
)
def test_a_field_too_large_to_be_drawn_is_refused(corners: Corners) -> None:
    with pytest.raises(PosteyeError, match="too large to be cut out"):
        sample(NOISE, Field(corners))


def test_turned_and_leaning_corners_are_convex() -> None:
    assert is_convex(TURNED) and is_convex((*TURNED[2:], *TURNED[:2])) and is_convex(level(0, 0, 1, 1).corners)


def enlarged(pixels: Gray, factor: int) -> Gray:
    """Each pixel as a square."""
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


@pytest.mark.parametrize("lacking", [0, 3])
@pytest.mark.parametrize("shift", [0, 150, 400], ids=["within", "over the edge", "beyond"])
def test_a_field_over_256_px_is_drawn_as_it_is_in_the_picture_that_is_so_many_times_smaller(
    shift: int, lacking: int
) -> None:
    small = np.random.default_rng(3).integers(0, 256, (260, 420, 3), dtype=np.uint8)
    corners = ((70.5 + shift, 20.25), (250.0 + shift, 45.0), (220.0 + shift, 240.0), (30.0 + shift, 215.5))
    found = sample(small, Field(corners))
    assert 192 < found.shape[0] <= 256
    # Squares that are not whole, at the right and at the foot, change nothing where all of their pixels are alike.
    rows, columns = (4 * length - lacking for length in small.shape[:2])
    large = enlarged(small, 4)[:rows, :columns]
    assert np.array_equal(sample(large, Field(tuple((4 * x, 4 * y) for x, y in corners))), found)


def test_a_field_over_256_px_is_made_of_means_with_halves_up() -> None:
    picture = np.random.default_rng(4).integers(0, 256, (700, 900), dtype=np.uint8)
    means = (picture.reshape(350, 2, 450, 2).sum(axis=(1, 3)) + 2) // 4
    turned = Field(((800, 600), (100, 600), (100, 200), (800, 200)))
    assert np.array_equal(sample(picture, turned), means[100:300, 50:400][::-1, ::-1])


def test_rows_finer_than_what_is_drawn_become_their_mean() -> None:
    picture = np.zeros((1600, 900), np.uint8)
    picture[::2] = 200
    found = sample(picture, Field(((100, 100), (800, 110), (780, 1500), (80, 1490))))
    assert found.shape[0] <= 256 and abs(found.astype(int) - 100).max() <= 20


@pytest.mark.parametrize(("height", "drawn"), [(256, (256, 500)), (257, (128, 250)), (2000, (250, 62))])
def test_what_is_drawn_is_at_most_256_px_high(height: int, drawn: tuple[int, int]) -> None:
    picture = np.full((2100, 600), 90, np.uint8)
    found = sample(picture, Field(((520, 20 + height), (20, 20 + height), (20, 20), (520, 20))))
    assert found.shape == drawn and (found == 90).all()
