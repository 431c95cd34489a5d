"""Arrays become grey or RGB, or a clear error."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from device_runtime.errors import ImageError
from device_runtime.image.pixels import to_gray, to_pixels
from device_runtime.reader import Reader


def test_grey_and_rgb_arrays_are_taken_as_they_are() -> None:
    for shape in ((4, 5), (4, 5, 3)):
        image = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
        assert to_pixels(image) is image


def test_bgr_is_turned_to_rgb() -> None:
    image = np.random.default_rng(2).integers(0, 256, (300, 7, 3), np.uint8)
    assert np.array_equal(to_pixels(image, "BGR"), image[:, :, ::-1])
    opaque = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    assert np.array_equal(to_pixels(opaque, "BGR"), image[:, :, ::-1])
    assert np.array_equal(to_pixels(opaque.astype(np.uint16) << 8, "RGB"), image)


def test_grey_is_that_of_opencv_and_of_grey_colour_its_level() -> None:
    image = np.random.default_rng(2).integers(0, 256, (30, 7, 3), np.uint8)
    assert np.array_equal(to_gray(image), cv2.cvtColor(image[:, :, ::-1].copy(), cv2.COLOR_BGR2GRAY))
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(to_gray(np.dstack([levels] * 3)), levels)
    assert to_gray(levels) is levels


@pytest.mark.parametrize("order", ["bgr", "RGBA", "", None, 3])
def test_another_order_is_refused(order: Any) -> None:
    with pytest.raises(ImageError, match=r"the order of the channels is .*; give 'RGB' or 'BGR'"):
        Reader().read(np.zeros((20, 30, 3), np.uint8), order=order)


@pytest.mark.parametrize("image", [None, b"letter.png", 5, [[1, 2], [3, 4]], object(), bytearray(4), memoryview(b"x")])
def test_what_is_neither_path_nor_array_is_refused(image: Any) -> None:
    with pytest.raises(ImageError, match=f"a {type(image).__name__} is no image; give a path or a NumPy array"):
        Reader().read(image)


@pytest.mark.parametrize("kind", [object, bool, np.float32, np.float64, np.int16, np.int64, complex, "S3", "M8[s]"])
def test_other_pixels_are_refused(kind: Any) -> None:
    with pytest.raises(ImageError) as error:
        Reader().read(np.zeros((40, 60), kind))
    assert str(error.value) == f"pixels are {np.dtype(kind)}; give unsigned integers of 8 or 16 bits, uint8 or uint16"


@pytest.mark.parametrize("shape", [(4,), (2, 2, 7), (2, 2, 0), (0, 2), (2, 0, 3), (1, 2, 2, 3), ()])
def test_of_another_shape_it_is_said_which_are_taken(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError) as error:
        to_pixels(np.zeros(shape, np.uint8))
    taken = "give [H, W], or [H, W, channels] with 1 channel, 2 (grey, alpha), 3 (colour) or 4 (colour, alpha)"
    assert str(error.value) == f"an array of shape {shape} is no image; {taken}"


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("channels", [(), (1,), (2,), (3,), (4,)])
def test_the_order_of_the_bytes_changes_nothing(kind: str, channels: tuple[int, ...]) -> None:
    image = np.random.default_rng(5).integers(0, 1 << 8 * int(kind[1]), (20, 9, *channels)).astype(f"<{kind}")
    found = to_pixels(image)
    assert np.array_equal(to_pixels(image.astype(f">{kind}")), found)
    assert found.shape == (20, 9, *([3] if channels in [(3,), (4,)] else [])) and found.dtype == np.uint8


def test_large_pictures_are_brought_to_8_bits_without_large_copies() -> None:
    random = np.random.default_rng(3)
    image = random.integers(0, 65536, (600, 31, 4), np.uint16)
    whole = to_pixels(image)
    assert whole.shape == (600, 31, 3)
    for top in (0, 255, 256, 599):
        assert np.array_equal(to_pixels(image[top : top + 1]), whole[top : top + 1])


def test_sixteen_bits_keep_the_upper_eight() -> None:
    gray = to_pixels(np.array([[0, 255, 256, 65535]], np.uint16))
    assert gray.tolist() == [[0, 0, 1, 255]]


def test_transparency_is_laid_on_white() -> None:
    image = np.zeros((1, 3, 4), np.uint8)
    image[0, :, 3] = (0, 255, 128)
    assert to_pixels(image).tolist() == [[[255] * 3, [0] * 3, [127] * 3]]


def test_sixteen_bit_colour_with_alpha() -> None:
    image = np.full((2, 2, 4), 65535, np.uint16)
    assert (to_pixels(image) == 255).all()


def test_one_channel_in_three_dimensions() -> None:
    assert to_pixels(np.full((2, 3, 1), 9, np.uint8)).tolist() == [[9, 9, 9], [9, 9, 9]]


@pytest.mark.parametrize("shape", [(3,), (0, 5), (2, 2, 5), (2, 2, 3, 1)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="shape"):
        to_pixels(np.zeros(shape, np.uint8))


def test_floats_are_refused() -> None:
    with pytest.raises(ImageError, match="float64"):
        to_pixels(np.zeros((2, 2)))


def test_huge_sides_are_refused() -> None:
    with pytest.raises(ImageError, match="too large"):
        to_pixels(np.zeros((1, 40_000), np.uint8))
