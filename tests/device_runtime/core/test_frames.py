"""The compiled core does with every pixel of a frame, bit for bit, what NumPy does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device_runtime.core import frames
from device_runtime.core.library import library, trouble
from device_runtime.piece.finding.ink import numpy_pixels

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")

SEEDS = st.integers(0, 2**32 - 1)
SIDES = st.integers(1, 90)
kept = settings(derandomize=True, deadline=None, max_examples=200)


def assert_same(found: object, expected: object) -> None:
    assert (found is None) == (expected is None)
    if expected is not None:
        assert isinstance(found, np.ndarray) and isinstance(expected, np.ndarray)
        assert found.dtype == expected.dtype and found.shape == expected.shape and found.tobytes() == expected.tobytes()


def noise(seed: int, *size: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)


def speckled(seed: int, height: int, width: int, share: float) -> NDArray[np.uint8]:
    """A mask with so much ink."""
    return (np.random.default_rng(seed).random((height, width)) < share).astype(np.uint8)


@kept
@given(SEEDS, SIDES, SIDES, st.integers(1, 5))
@example(0, 1, 90, 5)
@example(0, 90, 1, 2)
def test_every_frame_is_as_small_and_soft(seed: int, height: int, width: int, factor: int) -> None:
    gray = noise(seed, height, width)
    for found, expected in zip(frames.shrink(gray, factor), numpy_pixels.shrink(gray, factor), strict=True):
        assert_same(found, expected)


@kept
@given(SEEDS, SIDES, SIDES)
def test_the_same_is_darker_than_the_level_around(seed: int, height: int, width: int) -> None:
    block = frames.BLOCK_PX
    soft, level = noise(seed, height, width), noise(seed + 1, -(-height // block), -(-width // block))
    assert_same(frames.darker(soft, level), numpy_pixels.darker(soft, level))


@kept
@given(SEEDS, SIDES, SIDES, st.sampled_from([0, 0.03, 0.3, 0.6, 0.95, 1]))
def test_runs_and_pieces_are_the_same(seed: int, height: int, width: int, share: float) -> None:
    mask = speckled(seed, height, width, share)
    for found, expected in zip(frames.trace(mask), numpy_pixels.trace(mask), strict=True):
        assert_same(found, expected)


@kept
@given(SEEDS, SIDES, SIDES, st.sampled_from([0.3, 0.8, 0.95, 1]), *[st.integers(1, 40)] * 4)
def test_the_same_rules_are_taken_out(
    seed: int, height: int, width: int, share: float, upright: int, level: int, thick_upright: int, thick_level: int
) -> None:
    mask, sizes = speckled(seed, height, width, share), (upright, level, thick_upright, thick_level)
    for found, expected in zip(frames.rules(mask, *sizes), numpy_pixels.rules(mask, *sizes), strict=True):
        assert_same(found, expected)


@pytest.mark.parametrize("length", [254, 255, 256, 300, 700])
def test_rules_longer_than_a_byte_counts_are_the_same(length: int) -> None:
    mask = np.repeat(speckled(length, 90, 40, 0.9), 9, axis=0)
    for found, expected in zip(
        frames.rules(mask, length, length, 9, 9), numpy_pixels.rules(mask, length, length, 9, 9), strict=True
    ):
        assert_same(found, expected)


@kept
@given(SEEDS, SIDES, SIDES, SIDES, SIDES, *[st.integers(-131072, 131072)] * 2, *[st.integers(-(2**22), 2**23)] * 2)
@example(1, 9, 7, 9, 7, 65536, 0, 0, 0)
@example(1, 9, 7, 9, 7, 0, 65536, 65536 * 6, 0)
def test_a_mask_is_turned_the_same(
    seed: int, height: int, width: int, high: int, wide: int, cosine: int, sine: int, x: int, y: int
) -> None:
    mask = speckled(seed, height, width, 0.5)
    turned = (high, wide), (cosine, sine), (x, y)
    assert_same(frames.turn(mask, *turned), numpy_pixels.turn(mask, *turned))


def test_a_part_of_a_frame_is_taken_as_it_is() -> None:
    whole = noise(3, 60, 80)
    assert_same(frames.shrink(whole[5:50, 7:71], 2)[0], numpy_pixels.shrink(whole[5:50, 7:71].copy(), 2)[0])
    mask = np.asarray(whole[::2, ::3] & 1, np.uint8)
    assert_same(frames.trace(mask)[0], numpy_pixels.trace(np.ascontiguousarray(mask))[0])


def test_what_is_no_frame_is_refused() -> None:
    gray = noise(1, 20, 20)
    with pytest.raises(TypeError, match="uint8"):
        frames.trace(gray.astype(np.int32))
    with pytest.raises(ValueError, match="one for each block"):
        frames.darker(gray, gray)
    with pytest.raises(ValueError):
        frames.shrink(gray, 65)
    with pytest.raises(ValueError):
        frames.rules(np.zeros_like(gray), 0, 1, 1, 1)
