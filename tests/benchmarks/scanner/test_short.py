"""Short trainings: they learn, alike for the same seed, and what they read is counted with its interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks.readings import Readings
from benchmarks.scanner.short import Asked, gain, points, rates, read, share, trained, widened_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.types import Strip
from tests.stub import STUB_CHANNELS, random_strips, stub_bundle
from train.runs.recipe import PRESETS
from train.scanner.model import ScanningLeNet
from train.synthesis.shards import Shard

RECIPE = replace(PRESETS["widened"].recipe, float_epochs=30, batch=16)


def shard(count: int = 32) -> Shard:
    """Blots of two brightnesses: what is bright is 1, the rest 0."""
    pixels = random_strips(count, seed=5, widest_px=60)
    return Shard(
        [p if i % 2 else (p // 8).astype(np.uint8) for i, p in enumerate(pixels)],
        ["1" if i % 2 else "0" for i in range(count)],
    )


def asked(strips: Shard) -> Asked:
    """The strips of a shard as a set."""
    made = [Strip(pixels, np.eye(2, 3), True) for pixels in strips.pixels]
    return Asked("made", made, strips.targets, Decoder(Grammar.from_pattern(r"\d", DIGITS), DIGITS))


def net(seed: int = 3) -> ScanningLeNet:
    torch.manual_seed(seed)
    return ScanningLeNet(STUB_CHANNELS)


def test_a_net_learns_what_tells_strips_apart_and_the_same_for_the_same_seed(one_thread: None) -> None:
    means: list[float] = []

    def mean(losses: Tensor) -> Tensor:
        means.append(float(losses.detach().mean()))
        return losses.mean()

    learned, seconds = trained(net(), [shard()], RECIPE, mean)
    assert seconds > 0 and not learned.training
    assert len(means) == 60 and float(np.mean(means[-20:])) < 0.8 * float(np.mean(means[:8]))
    assert read(learned, asked(shard())).right.shape == (32,)
    again, _ = trained(net(), [shard()], RECIPE)
    assert all(torch.equal(a, b) for a, b in zip(learned.parameters(), again.parameters(), strict=True))


def test_strips_are_weighed_as_the_caller_says(one_thread: None) -> None:
    seen = []

    def nothing(losses: Tensor) -> Tensor:
        seen.append(len(losses))
        return 0 * losses.sum()

    begun = net()
    before = begun.head.weight.detach().clone()
    kept, _ = trained(begun, [shard(20)], replace(RECIPE, float_epochs=1, weight_decay=0.0), nothing)
    assert sorted(seen) == [4, 16]
    assert torch.equal(kept.head.weight, before)


def test_a_bundle_is_widened_to_the_channels_asked_for(one_thread: None) -> None:
    wider = tuple(c + 2 for c in STUB_CHANNELS)
    assert widened_bundle(str(stub_bundle()), wider, shard(), 1).channels == wider


def test_rates_and_gains_have_their_intervals() -> None:
    right = np.array([True] * 80 + [False] * 20)
    confidences = np.linspace(1, 0, 100)
    readings = Readings(confidences, right, np.zeros(100, np.bool_))
    found = rates(readings)
    assert (found.exact, found.at_one_percent) == (0.8, 0.8)
    assert found.exact_interval == pytest.approx((0.711, 0.867), abs=1e-3)
    low, high = found.at_one_percent_interval
    assert 0.65 < low < 0.8 < high < 0.95
    better = Readings(confidences, np.array([True] * 90 + [False] * 10), readings.accepted)
    mean, (low, high) = gain(better, readings)
    assert (
        mean == pytest.approx(0.1) and low == pytest.approx(0.041, abs=1e-3) and high == pytest.approx(0.159, abs=1e-3)
    )
    assert gain(readings, readings) == (0.0, (0.0, 0.0))
    assert points(mean, (low, high)) == "+10.0 (+4.1 to +15.9)"
    assert share(0.8, (0.711, 0.867)) == "80.0 % (71.1-86.7)"
