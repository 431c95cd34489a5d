"""Damaged image files: the same for the same seed, and of every kind."""

from __future__ import annotations

import numpy as np

from benchmarks.attack.cases.images import damaged, whole_pictures
from device_runtime.errors import ImageError
from device_runtime.image.header import read_header


def test_damage_is_seeded_and_varied() -> None:
    first, again, other = (
        [damaged(random) for _ in range(40)] for random in (np.random.default_rng(seed) for seed in (1, 1, 2))
    )
    assert first == again != other
    assert len(set(first)) > 35
    assert not set(first) & set(whole_pictures())


def test_whole_pictures_are_of_every_promised_format_and_of_others() -> None:
    formats = []
    for data in whole_pictures():
        try:
            formats.append(read_header(data).format)
        except ImageError as error:
            formats.append(str(error).split(",")[0])
    assert {"PNG", "JPEG", "TIFF", "BMP", "WebP", "is JPEG 2000", "is OpenEXR", "is GIF"} <= set(formats)
