"""The formats of cameras: each gives the colours that were put into it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.capture.v4l2.pixels import FORMATS, Layout, develop
from device_runtime.errors import ImageError

WIDTH, HEIGHT = 16, 8
COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200), (220, 220, 220))


def scene() -> NDArray[np.uint8]:
    """Four stripes of colour, uint8 [8, 16, 3] in RGB."""
    return np.repeat(np.array([COLOURS], np.uint8), 4, axis=1).repeat(HEIGHT, axis=0)


def sent(name: str, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The rows that a camera sends of a scene, uint8 [rows, bytes]."""
    luma, red, blue = (cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)[:, :, part].astype(float) for part in range(3))
    y = np.round(16 + luma * 219 / 255).astype(np.uint8)  # video's range, Rec. ITU-R BT.601
    v, u = (np.round(128 + (part - 128) * 224 / 255).astype(np.uint8)[:, ::2] for part in (red, blue))
    if name in ("RGB3", "BGR3"):
        return image[:, :, :: 1 if name == "RGB3" else -1].reshape(HEIGHT, -1)
    if name in ("YUYV", "UYVY"):
        pairs = [y[:, ::2], u, y[:, 1::2], v] if name == "YUYV" else [u, y[:, ::2], v, y[:, 1::2]]
        return np.stack(pairs, axis=2).reshape(HEIGHT, -1)
    if name in ("NV12", "NV21"):
        pairs = [u[::2], v[::2]] if name == "NV12" else [v[::2], u[::2]]
        return np.concatenate([y, np.stack(pairs, axis=2).reshape(HEIGHT // 2, -1)])
    if name == "GREY":
        return image[:, :, 1].copy()
    pattern = "BGGR" if name == "BA81" else name
    mosaic = np.empty((HEIGHT, WIDTH), np.uint8)
    for place, letter in enumerate(pattern):
        mosaic[place // 2 :: 2, place % 2 :: 2] = image[place // 2 :: 2, place % 2 :: 2, "RGB".index(letter)]
    return mosaic


@pytest.mark.parametrize("padding", [0, 6], ids=["tight", "padded"])
@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("MJPG", "JPEG")])
def test_colours_come_out_as_they_went_in(name: str, padding: int) -> None:
    rows = np.pad(sent(name, scene()), ((0, 0), (0, padding)))
    found = develop(rows.tobytes()[: -padding or None], Layout(name, WIDTH, HEIGHT, rows.shape[1]))
    if name == "GREY":
        assert np.array_equal(found, scene()[:, :, 1])
        return
    middles = found[3:5, 1::4].astype(int)  # away from the edges of the stripes, where colours are mixed
    assert np.abs(middles - np.array(COLOURS)).max() <= 4


@pytest.mark.parametrize("name", ["MJPG", "JPEG"])
def test_jpeg_comes_out_in_rgb(name: str) -> None:
    data = bytes(cv2.imencode(".jpg", scene().repeat(4, 0).repeat(4, 1)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])[1])
    found = develop(data + bytes(64), Layout(name, 4 * WIDTH, 4 * HEIGHT, 0))  # cameras pad with zeros
    assert np.abs(found[16, 8::16].astype(int) - np.array(COLOURS)).max() <= 12


@pytest.mark.parametrize("name", ["YUYV", "NV12"])
def test_a_size_that_a_format_cannot_have_is_an_error(name: str) -> None:
    with pytest.raises(ImageError, match=rf"^of 15 x 7 px cannot be converted from {name}$"):
        develop(bytes(1000), Layout(name, 15, 7, 0))


@pytest.mark.parametrize("name", FORMATS)
def test_a_frame_that_is_cut_is_an_error(name: str) -> None:
    data = b"\xff\xd8\xff\xe0" if name in ("MJPG", "JPEG") else sent(name, scene()).tobytes()[:-1]
    with pytest.raises(ImageError, match=r"is cut|is a damaged JPEG"):
        develop(data, Layout(name, WIDTH, HEIGHT, len(data) // HEIGHT))
