"""A field is cut out of its picture through its four corners."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.piece.sampling import sample
from device_runtime.types import Field

LEVEL = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))


def picture(*size: int) -> NDArray[np.uint8]:
    """Smooth noise."""
    noise = np.random.default_rng(2).integers(0, 256, size, dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), np.uint8)


def turned(degrees: float, middle: tuple[float, float], width: float, height: float) -> Field:
    """A field turned clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return Field(
        tuple(
            (middle[0] + (x * width * cos - y * height * sin) / 2, middle[1] + (x * width * sin + y * height * cos) / 2)
            for x, y in corners
        )
    )


def as_opencv(image: NDArray[np.uint8], field: Field, width: int, height: int) -> NDArray[np.generic]:
    """What OpenCV makes of a field."""
    edges = (-0.5, -0.5), (width - 0.5, -0.5), (width - 0.5, height - 0.5), (-0.5, height - 0.5)
    matrix = cv2.getPerspectiveTransform(np.array(edges, np.float32), np.array(field.corners, np.float32) - 0.5)
    return cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_level_field_is_a_plain_crop(channels: tuple[int, ...]) -> None:
    image = picture(100, 150, *channels)
    cut = sample(image, Field(LEVEL))
    assert np.array_equal(cut, image[20:60, 10:110]) and cut.flags.c_contiguous and cut.flags.owndata
    between = Field(((10.7, 20.9), (110.2, 20.9), (110.2, 60.1), (10.7, 60.1)))
    assert np.array_equal(sample(image, between), image[20:60, 10:110])


def test_a_level_field_that_leaves_the_picture_is_cut_at_its_edge() -> None:
    image = picture(100, 150)
    beyond = Field(((-20.0, -5.0), (40.0, -5.0), (40.0, 500.0), (-20.0, 500.0)))
    assert np.array_equal(sample(image, beyond), image[:, :40])
    assert sample(image, Field(((400.0, 30.0), (500.0, 30.0), (500.0, 31.0), (400.0, 31.0)))).shape == (1, 1)


def test_a_quarter_turn_is_exact() -> None:
    image = picture(100, 150)
    x0, y0, x1, y1 = 10.0, 20.0, 110.0, 60.0
    down = Field(((x1, y0), (x1, y1), (x0, y1), (x0, y0)))  # the writing runs down
    assert np.array_equal(sample(image, down), np.rot90(image[20:60, 10:110]))
    half = Field(((x1, y1), (x0, y1), (x0, y0), (x1, y0)))
    assert np.array_equal(sample(image, half), image[20:60, 10:110][::-1, ::-1])


@pytest.mark.parametrize("degrees", [3.0, 13.0, 30.0, -45.0, 100.0])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_turned_field_is_drawn_as_opencv_draws_it(degrees: float, channels: tuple[int, ...]) -> None:
    image, field = picture(300, 400, *channels), turned(degrees, (200, 150), 160, 50)
    cut = sample(image, field)
    assert cut.shape == (50, 160, *channels)
    assert np.abs(cut.astype(int) - as_opencv(image, field, 160, 50)).max() <= 4


def test_a_field_in_perspective_is_drawn_as_opencv_draws_it() -> None:
    image = picture(300, 400)
    field = Field(((50.0, 40.0), (350.0, 80.0), (330.0, 180.0), (70.0, 240.0)))
    cut = sample(image, field)
    height, width = cut.shape
    assert (height, width) == (round(math.dist((50, 40), (70, 240))), round(math.dist((50, 40), (350, 80))))
    assert np.abs(cut.astype(int) - as_opencv(image, field, width, height)).max() <= 4


def test_beyond_the_picture_its_edge_goes_on() -> None:
    image = np.full((60, 80), 200, np.uint8)
    assert (sample(image, turned(10, (0, 0), 60, 30)) == 200).all()
    assert (sample(image, turned(10, (-500, 900), 60, 30)) == 200).all()


@pytest.mark.parametrize(
    "corners",
    [
        ((10, 10), (50, 12), (50, 12), (10, 40)),  # two in one place
        ((10, 10), (50, 12), (90, 14), (130, 16)),  # in a line
        ((10, 10), (12, 40), (50, 42), (50, 12)),  # anticlockwise
        ((10, 10), (50, 40), (50, 12), (10, 42)),  # crossed
        ((10, 10), (50, 12), (20, 20), (12, 50)),  # dented
        ((10, 10), (50, math.nan), (50, 40), (10, 42)),
        ((10, 10), (math.inf, 12), (50, 40), (10, 42)),
    ],
)
def test_corners_that_enclose_no_convex_field_are_refused(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(PosteyeError, match="convex"):
        sample(picture(60, 80), Field(corners))


def test_a_field_as_large_as_no_picture_is_refused() -> None:
    with pytest.raises(PosteyeError, match="too large"):
        sample(picture(60, 80), turned(10, (0, 0), 1e6, 1e6))
