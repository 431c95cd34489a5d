"""What a camera adds: small, smooth, and of the same size."""

from __future__ import annotations

import numpy as np

from train.synthesis.camera import keystone, light, shake, specks


def test_a_keystone_moves_the_corners_a_little() -> None:
    random = np.random.default_rng(0)
    ink = np.zeros((60, 200), np.uint8)
    ink[25:35, 95:105] = 255
    for _ in range(20):
        seen = keystone(ink, random)
        rows, cols = np.nonzero(seen > 127)
        assert seen.shape == ink.shape
        assert abs(rows.mean() - 29.5) < 4 and abs(cols.mean() - 99.5) < 10
        assert 70 < len(rows) < 130


def test_a_shake_keeps_the_light_and_softens_edges() -> None:
    random = np.random.default_rng(1)
    image = np.full((40, 40), 200, np.float32)
    image[18:22, 18:22] = 0
    for _ in range(20):
        shaken = shake(image, random)
        assert np.isclose(shaken.sum(), image.sum(), rtol=1e-4)
        assert np.abs(np.diff(shaken, axis=0)).sum() + np.abs(np.diff(shaken, axis=1)).sum() < 2 * 4 * 4 * 200 + 1


def test_light_is_a_plane_without_mean() -> None:
    fall = light(30, 90, np.random.default_rng(2))
    assert fall.shape == (30, 90) and fall.dtype == np.float32
    assert abs(float(fall.mean())) < 1e-3 and np.ptp(fall) < 2 * 37.1
    assert np.allclose(np.diff(fall, n=2, axis=1), 0, atol=1e-4)


def test_specks_are_as_many_as_said_black_and_white_and_leave_the_rest() -> None:
    gray = np.full((100, 200), 90, np.uint8)
    shares = []
    for seed in range(20):
        speckled = specks(gray, np.random.default_rng(seed))
        assert set(np.unique(speckled)) <= {0, 90, 255}
        black, white = np.mean(speckled == 0), np.mean(speckled == 255)
        assert abs(black - white) < 0.01
        shares.append(black + white)
    assert 0.005 < min(shares) < 0.06 < max(shares) < 0.125
