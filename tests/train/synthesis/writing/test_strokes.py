"""Drawn and traced digits, and the pen that inks them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from train.data.skeleton import trace
from train.synthesis.writing.pen import Bend, Nib, Pen
from train.synthesis.writing.shapes_low import zero_chain
from train.synthesis.writing.strokes import Habit, spline
from train.synthesis.writing.style import SECOND, VARIANTS


@pytest.mark.parametrize("digit", range(10))
def test_shapes_fill_their_box(digit: int) -> None:
    random = np.random.default_rng(digit)
    for shape in SECOND.shapes[digit]:  # which has those of the first school, too
        for _ in range(5):
            points = np.concatenate(Habit(shape, random).draw())
            low, high = points.min(axis=0), points.max(axis=0)
            assert 0.7 < high[1] - low[1] < 1.5
            assert high[0] - low[0] < 1.4


def test_a_hand_repeats_its_shape_nearly() -> None:
    random = np.random.default_rng(1)
    shape = VARIANTS[2][0]
    one, other = Habit(shape, random), Habit(shape, random)
    first, second, third = (np.concatenate(habit.draw()) for habit in (one, one, other))
    assert not np.array_equal(first, second)
    assert np.abs(first - second).mean() < np.abs(first - third).mean()


def test_a_chain_of_zeros_is_one_line_as_wide_as_its_zeros() -> None:
    random = np.random.default_rng(2)
    widths = []
    for count in (2, 3, 4):
        (line,) = Habit(zero_chain(count), random).draw()
        widths.append(np.ptp(line[:, 0]))
    assert widths[0] < widths[1] < widths[2]


def test_splines_pass_through_their_points() -> None:
    points = np.array([[0.0, 0.0], [0.5, 1.0], [1.0, 0.0], [1.5, 1.0]])
    curve = spline(points, steps=4)
    np.testing.assert_allclose(curve[::4], points)


def test_tracing_finds_the_middle_of_strokes() -> None:
    glyph = np.zeros((40, 40), np.uint8)
    cv2.line(glyph, (4, 20), (35, 20), 255, 5)
    cv2.line(glyph, (20, 0), (20, 39), 255, 5)
    (lines,) = trace([glyph])
    points = np.concatenate(lines)
    off = np.minimum(np.abs(points[:, 0] - 0.5), np.abs(points[:, 1] - 0.5))
    assert off.max() < 0.08
    assert len(lines) >= 4  # the arms of the cross


def test_tracing_closes_loops_and_leaves_blots_alone() -> None:
    ring, blot = np.zeros((40, 40), np.uint8), np.zeros((40, 40), np.uint8)
    cv2.circle(ring, (20, 20), 16, 255, 4)
    cv2.circle(blot, (20, 20), 18, 255, -1)
    traced = trace([ring, blot])
    assert len(traced[0]) == 1 and np.hypot(*(traced[0][0][0] - traced[0][0][-1])) < 0.1
    assert traced[1] == []
    assert trace([]) == []


@pytest.mark.parametrize("width_px", [2.0, 5.0])
def test_ink_is_as_wide_as_the_nib(width_px: float) -> None:
    pen = Pen(np.random.default_rng(0))
    ink = pen.draw([np.array([[10.0, 20.0], [90.0, 20.0]])], (40, 100), Nib(width_px))
    assert ink[:, 50].sum() / 255 == pytest.approx(width_px, abs=0.6)
    uneven = pen.draw([np.array([[10.0, 20.0], [90.0, 20.0]])], (40, 100), Nib(width_px, 0.3, 0.5))
    assert ink.shape == uneven.shape and not np.array_equal(ink, uneven)


def test_bending_is_smooth() -> None:
    bend = Bend(np.random.default_rng(0), 0.02)
    line = np.stack([np.linspace(0, 3, 200), np.zeros(200)], axis=1)
    moved = bend(line) - line
    assert 0 < np.abs(moved).max() < 0.2
    assert np.abs(np.diff(moved, axis=0)).max() < 0.02


def test_tracing_walks_every_branch_once() -> None:
    fork = np.zeros((40, 40), np.uint8)
    for end in ((4, 2), (36, 2), (20, 38)):
        cv2.line(fork, (20, 18), end, 255, 4)
    (lines,) = trace([fork])
    long = [line for line in lines if np.hypot(*(line[0] - line[-1])) > 0.25]
    ends = np.array([max(line[[0, -1]], key=lambda p: np.hypot(*(p - [0.5, 0.45]))) for line in long])
    assert len(long) == 3 and len({tuple(np.round(end, 1)) for end in ends}) == 3
