"""Batches: strips disturbed, but whole and in range."""

from __future__ import annotations

import numpy as np

from train.scanner.batches import training_batches
from train.synthesis.shards import Shard


def test_disturbed_strips_keep_their_writing() -> None:
    pixels = []
    for width in range(40, 72):
        strip = np.zeros((32, width), np.uint8)
        strip[8:24, 10:-10] = 255
        pixels.append(strip)
    shard = Shard(pixels, [str(strip.shape[1]) for strip in pixels])
    for batch in training_batches(shard, 8, np.random.default_rng(0)):
        assert batch.strips.shape[1:3] == (1, 32)
        assert float(batch.strips.min()) >= 0 and float(batch.strips.max()) <= 1
        assert batch.columns.tolist() == [batch.strips.shape[3] // 2] * len(batch.targets)
        for strip, target in zip(batch.strips, batch.targets, strict=True):
            ink = float((strip > 0.4).sum()) / (16 * (int(target) - 20))
            assert 0.7 < ink < 1.4
