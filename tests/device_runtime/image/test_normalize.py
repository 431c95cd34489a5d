"""The strip is upright, level, of one size, and the same on every machine."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.image.normalize import normalize


def written(
    text: str = "10115", height: int = 60, width: int = 260, ink: int = 40, paper: int = 200
) -> NDArray[np.uint8]:
    """A field with OpenCV's own figures."""
    field = np.full((height, width), paper, np.uint8)
    cv2.putText(field, text, (16, height - 14), cv2.FONT_HERSHEY_SIMPLEX, height / 46, ink, 3, cv2.LINE_AA)
    return field


def ink_rows(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    rows = np.flatnonzero((pixels > 128).sum(axis=1) > 2)
    return int(rows[0]), int(rows[-1])


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0, 4.0])
def test_writing_gets_the_same_height_at_every_size(scale: float) -> None:
    field = np.asarray(cv2.resize(written(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    top, bottom = ink_rows(normalize(field).pixels)
    assert 17 <= bottom - top + 1 <= 23
    assert abs((top + bottom) / 2 - 15.5) <= 2


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 130), (10, 60)])
def test_contrast_does_not_matter(ink: int, paper: int) -> None:
    strip = normalize(written(ink=ink, paper=paper))
    assert strip.has_ink
    assert strip.pixels.max() == 255 and np.median(strip.pixels) < 10


def test_uneven_light_is_flattened() -> None:
    light = np.linspace(0.4, 1.0, 260)
    strip = normalize((written() * light).astype(np.uint8))
    background = strip.pixels[:4]
    assert (background > 60).mean() < 0.02


@pytest.mark.parametrize("gap_y", [24, 34, 40])
def test_a_lone_digit_broken_by_gaps_is_as_tall_as_a_whole_one(gap_y: int) -> None:
    whole = np.full((64, 60), 230, np.uint8)
    cv2.ellipse(whole, (30, 32), (11, 20), 0, 0, 360, 30, 4)
    broken = whole.copy()
    broken[gap_y : gap_y + 4] = 230
    (top, bottom), (broken_top, broken_bottom) = (ink_rows(normalize(field).pixels) for field in (whole, broken))
    assert abs(top - broken_top) <= 1 and abs(bottom - broken_bottom) <= 1


def test_slanted_writing_stands_up() -> None:
    field = written("11111", width=300)
    matrix = np.array([[1, -0.4, 24], [0, 1, 0]], np.float64)
    slanted = np.asarray(cv2.warpAffine(field, matrix, (300, 60), borderValue=(200,)), np.uint8)

    def blocks(pixels: NDArray[np.uint8]) -> float:
        profile = (pixels > 128).sum(axis=0)
        return float((profile == 0).mean())

    assert blocks(normalize(slanted).pixels) > 0.8 * blocks(normalize(field).pixels)


@pytest.mark.parametrize("thickness", [2, 3])
@pytest.mark.parametrize("y", [8, 20, 30, 40, 46, 54])
def test_a_ruled_line_goes_and_digits_stay(y: int, thickness: int) -> None:
    plain_field = written(width=400)
    ruled_field = plain_field.copy()
    cv2.line(ruled_field, (0, y), (399, y), 40, thickness)
    plain, ruled = normalize(plain_field), normalize(ruled_field)
    right_end = int(np.flatnonzero((plain_field < 120).any(axis=0))[-1]) + 20
    end = int((right_end - ruled.image_from_strip[0, 2]) / ruled.image_from_strip[0, 0])
    assert (ruled.pixels[:, end:] <= 90).all()
    # The writing keeps its height, with the piece of the line between two of its strokes at most.
    assert ruled.pixels.shape[1] < 1.6 * plain.pixels.shape[1]
    assert (ruled.pixels > 128).sum() > 0.95 * (plain.pixels > 128).sum()


@pytest.mark.parametrize("y", [8, 54])
def test_a_ruled_line_beside_the_writing_leaves_no_trace(y: int) -> None:
    plain, ruled = written(), written()
    cv2.line(ruled, (0, y), (259, y), 40, 2)
    expected, found = normalize(plain).pixels, normalize(ruled).pixels
    assert found.shape == expected.shape
    assert (np.abs(found.astype(np.int64) - expected) > 90).mean() < 0.02


@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_fields_hold_no_ink(level: int) -> None:
    strip = normalize(np.full((50, 200), level, np.uint8))
    assert not strip.has_ink and not strip.pixels.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (5, 5), (6, 6), (7, 2000), (2000, 7)])
def test_tiny_and_extreme_fields_do_no_harm(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    strip = normalize(random.integers(0, 256, shape, dtype=np.uint8))
    assert strip.pixels.shape[0] == STRIP_HEIGHT_PX and strip.pixels.shape[1] > 0


def test_map_back_to_the_image_points_at_the_ink() -> None:
    field = np.full((60, 400), 200, np.uint8)
    cv2.line(field, (300, 15), (300, 45), 30, 5)
    cv2.line(field, (100, 15), (100, 45), 30, 5)
    strip = normalize(field)
    columns = (strip.pixels > 128).sum(axis=0)
    second = max(int(x) for x in np.flatnonzero(columns))
    x, y = strip.image_from_strip @ (second, 16, 1)
    assert abs(x - 300) < 6 and abs(y - 30) < 8


def test_noise_gives_a_strip_again_and_again() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (48, 200), dtype=np.uint8)
    first, second = normalize(noise).pixels, normalize(noise.copy()).pixels
    np.testing.assert_array_equal(first, second)


def test_golden_strip_is_the_same_everywhere() -> None:
    """One strip's hash: it must not change with the processor, NumPy or OpenCV."""
    y, x = np.mgrid[:70, :300]
    field = (200 - x // 9 % 20 - y // 7 % 15).astype(np.uint8)
    for left, figure in ((40, (0, 1)), (110, (1, 0)), (180, (1, 1)), (250, (0, 1))):
        field[15:58, left : left + 6 + 6 * figure[0]] = 40
        field[15 : 22 + 6 * figure[1], left : left + 24] = 50
    digest = hashlib.sha256(normalize(field).pixels.tobytes()).hexdigest()
    assert digest == "422556bd458373a4b31d4565d86a9afcf49b290ebb6d7e446c0ab08beb546057"
