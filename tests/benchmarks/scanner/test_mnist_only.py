"""MNIST alone: strips of bent digits with their labels, and a short training that goes on from a net and ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from benchmarks.scanner.mnist_only import bent_shard, run_seed
from tests.benchmarks.made_digits import made_digits
from train.data.mnist import Mnist
from train.runs.trainer import Recipe, load_float
from train.scanner.model import ScanningLeNet


def test_strips_are_bent_copies_of_one_digit_each() -> None:
    digits = made_digits(40)
    shard = bent_shard(digits, seed=5, count=30)
    assert set(shard.targets) == {"0", "1"} and len(shard.pixels) == 30
    assert {strip.shape[0] for strip in shard.pixels} == {32}
    assert len({strip.tobytes() for strip in shard.pixels}) == 30  # 40 digits, and no two strips alike
    assert bent_shard(digits, seed=5, count=30).targets == shard.targets


def test_both_parts_of_the_training_digits_are_learned_from() -> None:
    joined = Mnist(made_digits(20), made_digits(40), made_digits(2)).train
    assert joined.images.shape == (60, 28, 28)
    assert np.array_equal(joined.labels[20:], made_digits(40).labels)


def test_a_seed_is_trained_from_a_given_net_and_both_of_its_nets_are_measured(tmp_path: Path) -> None:
    data = Mnist(made_digits(40), made_digits(20), made_digits(20))
    torch.manual_seed(0)
    recipe = Recipe(seed=1, shards=2, float_epochs=2, quantized_epochs=1)
    result = run_seed(data, recipe, tmp_path, ScanningLeNet(), shard_strips=96)
    assert result.seed == 1
    assert 0 <= result.float_percent <= 100 and 0 <= result.int8_percent <= 100
    assert len(list((tmp_path / "shards").glob("*.npz"))) == 2
    assert isinstance(load_float(tmp_path), ScanningLeNet)
