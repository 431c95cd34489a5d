"""Ink is turned so that its long lines run along rows, however wide and low it is."""

from __future__ import annotations

import numpy as np

from device_runtime.image.opencv.level import leveled


def test_a_line_that_climbs_is_level_afterwards() -> None:
    mask = np.zeros((40, 512), np.uint8)
    x = np.arange(512)
    mask[20 + (x - 256) * 8 // 256, x] = 1  # 8 rows down for 256 columns
    found = leveled(mask)
    assert found.slope == 8 and found.mask.any(axis=1).sum() <= 3


def test_ink_much_wider_than_high_is_leveled_too() -> None:
    mask = np.zeros((3, 4000), np.uint8)
    mask[1] = 1
    assert leveled(mask).slope == 0
