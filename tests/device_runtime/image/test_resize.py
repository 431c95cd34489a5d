"""Exact resizing against plain arithmetic."""

from __future__ import annotations

import numpy as np

from device_runtime.image.resize import resize_exact


def test_whole_factors_average_blocks() -> None:
    image = np.random.default_rng(0).integers(0, 256, (12, 20), dtype=np.uint8)
    blocks = image.reshape(6, 2, 10, 2).astype(np.int64).sum(axis=(1, 3))
    small = resize_exact(image, 10, 6)
    assert np.abs(small - blocks / 4).max() <= 0.5


def test_shapes_come_out_as_asked_whatever_goes_in() -> None:
    for shape in ((1, 1), (7, 3), (300, 2), (129, 1000)):
        assert resize_exact(np.full(shape, 90, np.uint8), 33, 64).shape == (64, 33)


def test_flat_images_stay_flat() -> None:
    assert (resize_exact(np.full((500, 400), 123, np.uint8), 90, 64) == 123).all()
