"""MNIST alone: strips of bent digits with their labels, and a short training that learns from them."""

from __future__ import annotations

import numpy as np

from benchmarks.mnist_scanner import bent_shard, both
from tests.benchmarks.made_digits import made_digits


def test_strips_are_bent_copies_of_one_digit_each() -> None:
    digits = made_digits(40)
    shard = bent_shard(digits, seed=5, count=30)
    assert set(shard.targets) == {"0", "1"} and len(shard.pixels) == 30
    assert {strip.shape[0] for strip in shard.pixels} == {32}
    assert len({strip.tobytes() for strip in shard.pixels}) == 30  # 40 digits, and no two strips alike
    assert bent_shard(digits, seed=5, count=30).targets == shard.targets


def test_both_parts_of_the_training_digits_are_learned_from() -> None:
    joined = both(made_digits(20), made_digits(40))
    assert joined.images.shape == (60, 28, 28)
    assert np.array_equal(joined.labels[20:], made_digits(40).labels)
