"""Images of every kind become grey, or a clear error."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.errors import ImageError
from device_runtime.images import load_grey, to_grey


def test_missing_file_folder_and_empty_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"nothing\.png cannot be read: No such file"):
        load_grey(tmp_path / "nothing.png")
    with pytest.raises(ImageError, match="is a folder"):
        load_grey(tmp_path)
    (tmp_path / "empty.png").touch()
    with pytest.raises(ImageError, match=r"empty\.png is empty"):
        load_grey(tmp_path / "empty.png")


def test_text_under_an_image_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("10115 Berlin\n" * 40)
    with pytest.raises(ImageError, match=r"text\.png is not an image"):
        load_grey(tmp_path / "text.png")


def test_truncated_image_never_crashes(tmp_path: Path) -> None:
    _, data = cv2.imencode(".png", np.full((40, 90), 200, np.uint8))
    path = tmp_path / "cut.png"
    for size in (8, 20, len(data) // 2):
        path.write_bytes(data.tobytes()[:size])
        try:
            assert load_grey(path).shape == (40, 90)
        except ImageError as error:
            assert "cut.png" in str(error)


def test_name_beyond_ascii_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Straße 5.png"
    path.write_bytes(cv2.imencode(".png", np.full((20, 30), 77, np.uint8))[1].tobytes())
    assert load_grey(path)[3, 4] == 77


def test_sixteen_bits_keep_the_upper_eight() -> None:
    grey = to_grey(np.array([[0, 255, 256, 65535]], np.uint16))
    assert grey.tolist() == [[0, 0, 1, 255]]


def test_transparency_is_laid_on_white() -> None:
    image = np.zeros((1, 3, 4), np.uint8)
    image[0, :, 3] = (0, 255, 128)
    assert to_grey(image).tolist() == [[255, 0, 127]]


def test_sixteen_bit_colour_with_alpha() -> None:
    image = np.full((2, 2, 4), 65535, np.uint16)
    assert (to_grey(image) == 255).all()


def test_one_channel_in_three_dimensions() -> None:
    assert to_grey(np.full((2, 3, 1), 9, np.uint8)).tolist() == [[9, 9, 9], [9, 9, 9]]


@pytest.mark.parametrize("shape", [(3,), (0, 5), (2, 2, 5), (2, 2, 3, 1)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="shape"):
        to_grey(np.zeros(shape, np.uint8))


def test_floats_are_refused() -> None:
    with pytest.raises(ImageError, match="float64"):
        to_grey(np.zeros((2, 2)))


def test_huge_sides_are_refused() -> None:
    with pytest.raises(ImageError, match="too large"):
        to_grey(np.zeros((1, 40_000), np.uint8))
