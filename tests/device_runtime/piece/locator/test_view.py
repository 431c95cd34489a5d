"""Frames of any size are reduced to the locator's view, and points find their way back."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX, view_of

SIZES = [(480, 640), (640, 480), (1080, 1920), (1571, 1110), (100, 90), (1, 1), (3, 4000), (4000, 3), (240, 320)]


@pytest.mark.parametrize("size", SIZES)
def test_any_frame_fits(size: tuple[int, int]) -> None:
    view = view_of(np.full(size, 77, np.uint8))
    assert view.pixels.shape == (HEIGHT_PX, WIDTH_PX)
    assert set(np.unique(view.pixels)) <= {0, 77} and (view.pixels == 77).any()
    assert view.turned == (size[0] > size[1])


@pytest.mark.parametrize("size", SIZES)
def test_points_come_back(size: tuple[int, int]) -> None:
    view = view_of(np.zeros(size, np.uint8))
    points = np.random.default_rng(1).uniform(0, (size[1], size[0]), (20, 2))
    np.testing.assert_allclose(view.to_frame(view.from_frame(points)), points, atol=1e-9)


@pytest.mark.parametrize("size", [(480, 640), (640, 480), (1080, 1920), (1920, 1080)])
def test_a_mark_lies_where_it_is_said_to(size: tuple[int, int]) -> None:
    frame = np.full(size, 255, np.uint8)
    frame[60:84, 120:144] = 10
    view = view_of(frame)
    (x, y) = view.from_frame(np.array([132.0, 72.0]))
    rows, columns = np.nonzero((view.pixels > 0) & (view.pixels < 120))
    assert abs(columns.mean() + 0.5 - x) < 0.3 and abs(rows.mean() + 0.5 - y) < 0.3


def test_a_small_frame_is_not_enlarged() -> None:
    frame = np.random.default_rng(2).integers(1, 256, (90, 100)).astype(np.uint8)
    view = view_of(frame)
    assert (view.pixels[75:165, 110:210] == frame).all() and view.scale == (1.0, 1.0)
