"""Distorted digits stay digits: all the ink in the frame, same seed same digits."""

from __future__ import annotations

import numpy as np

from train.lenet1998.distortions import SCALE, SHEAR, SHIFT_PX, SQUEEZE, AugmentedSet, distort, draw_affines


def digit_like(count: int) -> np.ndarray:
    """Solid ellipses of up to 20 px in 28 px, as MNIST has them."""
    y, x = np.mgrid[:28, :28] - 13.5
    widths = np.random.default_rng(5).uniform(3, 8, count)
    return np.stack([255 * ((x / w) ** 2 + (y / 9.5) ** 2 < 1) for w in widths]).astype(np.uint8)


def test_ink_is_kept_up_to_the_change_of_area() -> None:
    images = digit_like(200)
    affines = draw_affines(200, np.random.default_rng(1))
    moved = distort(images, affines)
    areas = affines[:, 0, 0] * affines[:, 1, 1]
    kept = moved.sum((1, 2), dtype=float) / (images.sum((1, 2), dtype=float) * areas)
    assert kept.min() > 0.97 and kept.max() < 1.03
    assert np.abs(kept.mean() - 1) < 0.01


def test_affines_stay_within_their_ranges_and_use_them() -> None:
    affines = draw_affines(5000, np.random.default_rng(2))
    wide, tall = affines[:, 0, 0], affines[:, 1, 1]
    scales, squeezes, shears = np.sqrt(wide * tall), np.sqrt(wide / tall), affines[:, 0, 1] / tall
    for values, most in ((scales, SCALE), (squeezes, SQUEEZE)):
        assert 1 / most - 1e-6 <= values.min() < 1 / most + 0.01 and most - 0.01 < values.max() <= most + 1e-6
    assert 0.98 * SHEAR < np.abs(shears).max() <= SHEAR + 1e-6
    assert 0.98 * SHIFT_PX < np.abs(affines[:, :, 2]).max() <= SHIFT_PX
    assert not affines[:, 1, 0].any()  # no rotation


def test_shift_moves_right_and_down() -> None:
    images = digit_like(1)
    affine = np.array([[[1, 0, 2], [0, 1, 1]]], np.float32)
    np.testing.assert_array_equal(distort(images, affine)[0, 1:, 2:], images[0, :-1, :-2])


def test_shear_leaves_the_middle_in_place() -> None:
    images = np.zeros((1, 29, 29), np.uint8)
    images[0, :, 14] = 255
    sheared = distort(images, np.array([[[1, 0.5, 0], [0, 1, 0]]], np.float32))[0]
    assert sheared[14, 14] == 255 and sheared[24, 19] == 255 and sheared[4, 9] == 255


def test_enlarged_set_begins_with_the_originals_and_is_seeded() -> None:
    images, labels = digit_like(6), np.arange(6, dtype=np.uint8)
    made = AugmentedSet(images, labels, copies=3, seed=7)
    assert len(made) == 24
    first, names = made.take(np.arange(6))
    np.testing.assert_array_equal(first, images)
    np.testing.assert_array_equal(names, labels)
    numbers = np.array([23, 6, 0])
    again, names = AugmentedSet(images, labels, copies=3, seed=7).take(numbers)
    np.testing.assert_array_equal(again, made.take(numbers)[0])
    assert names.tolist() == [5, 0, 0]
    assert (again[0] != images[5]).any() and (again[1] != images[0]).any()
    assert (AugmentedSet(images, labels, copies=3, seed=8).take(numbers)[0] != again).any()
    np.testing.assert_array_equal(images, digit_like(6))  # the given ones are left alone
