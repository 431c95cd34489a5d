"""What the other recogniser is shown: the line of our strip, upright, dark on light, in places of the strip."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.image.normalize import normalize
from device_runtime.image.polarity import inked
from device_runtime.second_opinion.crop import cropped
from tests.device_runtime.lettering import write


def page(text: str = "50450") -> tuple[np.ndarray, tuple[int, int, int, int]]:
    picture = np.full((90, 300), 220, np.uint8)
    return picture, write(picture, text, 90, 62)


def test_the_line_is_cut_out_and_all_of_its_ink_kept() -> None:
    picture, (left, top, right, bottom) = page()
    (ink,) = inked(picture)
    crop = cropped(ink, normalize(ink.gray))
    height, width = crop.gray.shape
    assert height < 2.5 * (bottom - top) and width < 2 * (right - left)
    dark = np.argwhere(crop.gray < 120)
    assert len(dark) == np.count_nonzero(picture < 120)
    assert dark[:, 1].min() + crop.left == pytest.approx(left, abs=2)


@pytest.mark.parametrize("light", [False, True])
def test_the_columns_lie_where_the_ink_lies_in_the_strip(light: bool) -> None:
    picture, _ = page("1111")
    picture = np.asarray(255 - picture, np.uint8) if light else picture
    (ink,) = inked(picture)
    strip = ink.placed(normalize(ink.gray))
    crop = cropped(ink, strip)
    assert np.median(crop.gray) > 128
    # The middle of all ink, by the crop's columns and by the strip's own.
    dark = 255 - crop.gray.astype(np.float64)
    dark[dark < 100] = 0
    x_px = crop.x_px(crop.gray.shape[1], strip)
    seen = strip.pixels.astype(np.float64)
    assert float(dark.sum(axis=0) @ x_px / dark.sum()) == pytest.approx(
        float(seen.sum(axis=0) @ np.arange(seen.shape[1]) / seen.sum()), abs=2.0
    )
    assert (np.diff(x_px) > 0).all()


def test_a_line_at_the_edge_stays_within_the_field() -> None:
    picture = np.full((24, 90), 230, np.uint8)
    write(picture, "42", 1, 23)
    (ink,) = inked(picture)
    crop = cropped(ink, normalize(ink.gray))
    assert 0 < crop.gray.shape[0] <= 24 and 0 < crop.gray.shape[1] <= 90 and crop.left >= 0
