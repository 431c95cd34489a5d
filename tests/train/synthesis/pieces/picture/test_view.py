"""How a piece lies before the camera: the code in the frame, turns as said, a camera that keeps size and truth."""

from __future__ import annotations

import numpy as np
import pytest

from train.synthesis.pieces.ink.inked import box_quad
from train.synthesis.pieces.picture.camera import Camera
from train.synthesis.pieces.picture.view import FRAMES_PX, SCAN_PX, draw_view, project, projection
from train.synthesis.pieces.sheet import Sheet
from train.synthesis.pieces.stationery import PAPER_SHARES, Stationery


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    """Papers of a fixed seed."""
    return Stationery(np.random.default_rng(1))


def test_what_is_kept_is_in_the_frame() -> None:
    random = np.random.default_rng(2)
    for _ in range(200):
        view = draw_view(random, (220, 110))
        size = (round(220 * view.px_per_mm), round(110 * view.px_per_mm))
        sheet = Sheet(np.zeros((size[1], size[0], 3), np.uint8), view.px_per_mm)
        x, y = random.uniform(0, 0.8, 2) * size
        kept = box_quad(x, y, x + 0.15 * size[0], y + 0.1 * size[1])
        seen = project(projection(random, sheet, view, kept), kept)
        assert (seen >= 0).all() and (seen <= np.array(view.frame)).all()


def test_frames_are_of_cameras_and_scanners() -> None:
    random = np.random.default_rng(3)
    views = [draw_view(random, (148, 105)) for _ in range(300)]
    assert {view.frame for view in views if not view.scanned} == set(FRAMES_PX)
    assert all(SCAN_PX[0] <= max(v.frame) <= 1.04 * SCAN_PX[1] for v in views if v.scanned)
    turns = np.array([view.rotation_deg for view in views])
    assert np.mean(np.abs(turns) <= 8) > 0.85 and 20 < np.abs(turns).max() <= 45
    assert 0.75 < np.mean([view.quarter_turns == 0 for view in views]) < 0.95


def test_a_reduced_view_is_the_same_view_smaller() -> None:
    for seed in range(20):
        whole, small = (draw_view(np.random.default_rng(seed), (148, 105), px) for px in (None, 320))
        assert max(small.frame) == 320
        assert small.px_per_mm == pytest.approx(whole.px_per_mm * small.reduced)
        assert (small.rotation_deg, small.quarter_turns) == (whole.rotation_deg, whole.quarter_turns)


def test_papers_have_their_colors(stationery: Stationery) -> None:
    for name in PAPER_SHARES:
        for _ in range(8):
            stock = stationery.stock(name)
            paper = stationery.sheet(stock, (120, 60))
            assert paper.shape == (60, 120, 3) and stock.dark == (name == "dark")
            np.testing.assert_allclose(paper.mean(axis=(0, 1)), stock.color, atol=8)
    red, green, blue = stationery.stock("kraft").color
    assert red > green > blue


def test_a_picture_shows_the_sheet(stationery: Stationery) -> None:
    random = np.random.default_rng(4)
    camera = Camera(random, stationery)
    for _ in range(30):
        view = draw_view(random, (100, 100), 320)
        side = round(100 * view.px_per_mm)
        sheet = Sheet(np.full((side, side, 3), 255, np.uint8), view.px_per_mm)
        sheet.image[:, : side // 2] = (200, 40, 40)
        matrix = projection(random, sheet, view, None)
        shot = camera.shoot(sheet, view, matrix)
        assert shot.image.shape == (view.frame[1], view.frame[0], 3) and shot.image.dtype == np.uint8
        ((x, y),) = project(matrix, np.array([[0.25 * side, 0.5 * side]]))
        if all(5 < v < limit - 5 for v, limit in ((x, view.frame[0]), (y, view.frame[1]))) and shot.glare is None:
            r, g, b = shot.image[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].mean(axis=(0, 1))
            assert r > g + 30 and r > b + 30
    assert {"blur_px", "noise", "jpeg", "chroma"} <= set(sheet.conditions)
