"""What is written is read back by both decoders."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device_runtime.image.header import read_header
from device_runtime.image.plain_png import decode_plain_png
from device_runtime.image.write_png import encode_png


@pytest.mark.parametrize("shape", [(1, 1), (32, 200), (7, 5, 3), (1, 300, 3), (480, 640)])
def test_a_picture_comes_back(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    data = encode_png(pixels)
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(found if len(shape) == 2 else found[:, :, ::-1], pixels)
    if len(shape) == 2:
        plain = decode_plain_png(data, read_header(data))
        assert plain is not None and np.array_equal(plain, pixels)


def test_a_view_is_written_as_it_looks() -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(6, 10)[::2, ::-1]
    assert np.array_equal(cv2.imdecode(np.frombuffer(encode_png(pixels), np.uint8), 0), pixels)
