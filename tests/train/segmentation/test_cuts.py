"""Cuts lie in order, part all of the strip, and stand where people would cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.samples import load_samples
from tests.stub import random_strips
from train.segmentation.cuts import WIDE_GAP_PX, candidate_cuts, ink_of, pieces

ROWS = 32


def paper(width: int) -> np.ndarray:
    return np.zeros((ROWS, width), np.uint8)


def crossed(pixels: np.ndarray, cut: np.ndarray) -> int:
    """How much ink lies on both sides of a cut in a row without paper between: px."""
    at = np.arange(ROWS)
    inside = (cut > 0) & (cut < pixels.shape[1])
    left, right = np.maximum(cut - 1, 0), np.minimum(cut, pixels.shape[1] - 1)
    return int((inside & (ink_of(pixels)[at, left] > 0) & (ink_of(pixels)[at, right] > 0)).sum())


def check(pixels: np.ndarray) -> None:
    cuts = candidate_cuts(pixels)
    width = pixels.shape[1]
    assert cuts.dtype == np.int64 and cuts.shape[1] == ROWS
    assert (cuts[0] == 0).all() and (cuts[-1] == width).all()
    assert (np.diff(cuts, axis=0) >= 0).all()
    piece = pieces(cuts, width)
    held = np.bincount(piece.ravel(), ink_of(pixels).ravel(), minlength=len(cuts) - 1)
    assert len(held) == len(cuts) - 1
    for number in range(len(held)):
        inside = (np.arange(width) >= cuts[number][:, None]) & (np.arange(width) < cuts[number + 1][:, None])
        assert np.array_equal(piece == number, inside)
        if held[number] == 0 and len(held) > 1:
            assert 0 < number < len(held) - 1 and held[number - 1] and held[number + 1]
            assert inside.all(axis=0).sum() >= WIDE_GAP_PX - 3


@pytest.mark.parametrize("width", [1, 2, 3, 40, 200])
@pytest.mark.parametrize("level", [0, 60, 255])
def test_an_even_strip(width: int, level: int) -> None:
    check(np.full((ROWS, width), level, np.uint8))


@given(st.integers(0, 2**32 - 1), st.integers(1, 120), st.sampled_from([0.01, 0.1, 0.3, 0.9]))
@settings(deadline=None, max_examples=60)
def test_cuts_of_blots_are_in_order_and_part_the_strip(seed: int, width: int, density: float) -> None:
    random = np.random.default_rng(seed)
    check((random.integers(0, 256, (ROWS, width)) * (random.random((ROWS, width)) < density)).astype(np.uint8))


def test_cuts_of_samples() -> None:
    for sample in load_samples():
        pixels = normalize(load_gray(sample.path)).pixels
        check(pixels)
        assert len(candidate_cuts(pixels)) > len(sample.expected or "")


def test_cuts_of_many_blots_at_once() -> None:
    for pixels in random_strips(5, seed=7):
        check(pixels)


def test_a_drop_finds_its_way_between_strokes_that_lean_over_each_other() -> None:
    pixels = paper(40)
    for row in range(6, 26):
        x = 24 - row // 2
        pixels[row, [x, x + 1, x + 6, x + 7]] = 255
    cuts = candidate_cuts(pixels)
    ink = ink_of(pixels)
    assert not (ink[:, 15] == 0).all() and not (ink[:, 18] == 0).all()  # no upright line is free
    before = [int(ink[np.arange(40) < cut[:, None]].sum()) for cut in cuts]
    between = before.index(int(ink.sum()) // 2)
    assert crossed(pixels, cuts[between]) == 0


def test_touching_blobs_are_cut_at_the_bar_between_them() -> None:
    pixels = paper(60)
    pixels[8:24, 10:22] = 255
    pixels[8:24, 34:46] = 255
    pixels[14:17, 22:34] = 255
    cuts = candidate_cuts(pixels)
    through_the_bar = [cut for cut in cuts if (cut[14:17] > 21).all() and (cut[14:17] < 35).all()]
    assert through_the_bar
    assert all(crossed(pixels, cut) <= 3 for cut in through_the_bar)


def test_a_stroke_is_not_cut_along_its_length() -> None:
    pixels = paper(30)
    pixels[4:28, 12:18] = 255
    assert len(candidate_cuts(pixels)) == 2


def test_a_wide_gap_is_a_piece_of_its_own() -> None:
    pixels = paper(60)
    pixels[8:24, 10:14] = 255
    pixels[8:24, 40:44] = 255
    cuts = candidate_cuts(pixels)
    assert [int(cut[0]) for cut in cuts] == [0, 15, 39, 60]
    pixels[8:24, 14 + WIDE_GAP_PX - 1 : 44] = 255
    assert len([cut for cut in candidate_cuts(pixels) if cut.min() > 13 and cut.max() < 14 + WIDE_GAP_PX]) == 1


def test_a_thick_block_is_cut_although_much_ink_is_crossed() -> None:
    pixels = paper(300)
    pixels[2:30, 5:295] = 255
    widths = np.diff(candidate_cuts(pixels)[:, 0])
    assert len(widths) > 6 and widths.max() <= 45
