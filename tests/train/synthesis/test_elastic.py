"""Bent digits: each its own, near where it was, whole, and the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np

from train.synthesis.elastic import bent


def ring() -> np.ndarray:
    image = np.zeros((28, 28), np.uint8)
    cv2.ellipse(image, (13, 13), (6, 9), 0, 0, 360, 255, 2)
    return image


def test_every_copy_is_bent_in_its_own_way_and_stays_a_ring_in_the_middle() -> None:
    images = np.stack([ring()] * 200)
    copies = bent(images, np.random.default_rng(0))
    assert copies.shape == images.shape and copies.dtype == np.uint8
    assert len({copy.tobytes() for copy in copies}) == 200
    closed = 0
    for copy in copies:
        rows, cols = np.nonzero(copy > 127)
        assert abs(rows.mean() - 13) < 2.5 and abs(cols.mean() - 13) < 2.5
        assert 0.5 < copy.sum() / images[0].sum() < 1.6
        holes = cv2.connectedComponents((copy <= 60).astype(np.uint8), connectivity=4)[0] - 2  # ink, and around it
        closed += holes == 1
    assert closed > 180


def test_the_given_digits_are_left_as_they_are_and_a_seed_repeats() -> None:
    images = np.stack([ring()] * 5)
    one, other = (bent(images, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, other) and np.array_equal(images[0], ring())


def test_blank_paper_stays_blank() -> None:
    assert not bent(np.zeros((4, 28, 28), np.uint8), np.random.default_rng(1)).any()
