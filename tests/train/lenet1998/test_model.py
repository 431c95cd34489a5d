"""The nets have the sizes that the paper gives, and the layers do what it says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from device_runtime.errors import PosteyeError
from train.lenet1998.model import (
    AMPLITUDE,
    C3_TABLE,
    LENET_1,
    LENET_4,
    LENET_5,
    SLOPE,
    Convolution,
    LeNet,
    Plan,
    Subsampling,
    as_input,
    sized_layers,
    total,
)


def test_lenet_5_has_60000_parameters_and_340908_connections() -> None:
    sizes = [place.size() for place in sized_layers(LENET_5)]
    assert [size.parameters for size in sizes] == [156, 12, 1516, 32, 48120, 10164]
    assert [size.connections for size in sizes] == [122304, 5880, 151600, 2000, 48120, 10164]
    assert total(LENET_5).parameters == 60_000 and total(LENET_5).connections == 340_908
    without_subsampling = sum(s.products for s, p in zip(sizes, sized_layers(LENET_5), strict=True) if p.window != 2)
    assert without_subsampling + 840 == 326_520


def test_the_module_holds_what_the_plan_counts() -> None:
    net = LeNet(LENET_5, seed=1)
    held = sum(int(weights.count_nonzero()) for weights in net.parameters())
    assert held == 60_000  # connections that the table leaves out are zero, all others start elsewhere


def test_lenet_1_has_the_published_size() -> None:
    assert total(LENET_1).parameters == 2_578 and total(LENET_1).connections == 98_442


def test_lenet_4_has_about_the_published_size() -> None:
    assert round(total(LENET_4).parameters, -3) == 17_000
    assert round(total(LENET_4).connections, -4) == 260_000
    units = list(sized_layers(LENET_4))[4].mask()
    assert set(units.sum(1).tolist()) == {4, 5}
    assert units.sum(0).min() > 0.8 * units.sum(0).max()  # every map is looked at about as often


def test_c3_table_is_the_papers() -> None:
    sizes = [len(row) for row in C3_TABLE]
    assert sizes == [3] * 6 + [4] * 9 + [6]
    assert len(set(C3_TABLE)) == 16  # no two maps look at the same ones
    assert all((m in C3_TABLE[0]) == (m in (0, 1, 2)) for m in range(6)) and C3_TABLE[14] == (0, 2, 3, 5)


def test_full_c3_gives_60900() -> None:
    layers = tuple(Convolution(16, 5) if layer == LENET_5.layers[2] else layer for layer in LENET_5.layers)
    assert total(Plan("full C3", 32, layers, rbf=True)).parameters == 60_900


def test_f_is_one_at_one() -> None:
    assert AMPLITUDE * np.tanh(SLOPE) == pytest.approx(1, abs=1e-4)


def test_weights_start_within_2_4_over_fan_in() -> None:
    net = LeNet(LENET_5, seed=3)
    for place, weights in zip(net.sized_layers, net.weights, strict=True):
        if isinstance(place.layer, Convolution):
            bounds = 2.4 / (place.mask().sum(1) * place.window**2)
            largest = weights.detach().abs().flatten(1).max(1).values
            assert bool((largest <= bounds).all()) and float((largest / bounds).mean()) > 0.85
    again = LeNet(LENET_5, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), again.parameters(), strict=True))


def test_subsampling_adds_four_and_scales() -> None:
    net = LeNet(Plan("halving", 4, (Subsampling((0, 0)),)), seed=1)
    images = torch.arange(16.0).reshape(1, 4, 4) / 100
    with torch.no_grad():
        outputs = net(images).reshape(2, 2, 2)
    summed = images[0].reshape(2, 2, 2, 2).sum((1, 3))
    for m in range(2):
        expected = AMPLITUDE * torch.tanh(SLOPE * (summed * net.weights[0][m] + net.biases[0][m]))
        torch.testing.assert_close(outputs[m], expected.detach())


def test_input_range_and_place() -> None:
    digits = np.zeros((1, 28, 28), np.uint8)
    digits[0, 0, 0] = 255
    inputs = as_input(digits, 32)
    assert inputs.shape == (1, 32, 32)
    assert inputs[0, 2, 2] == pytest.approx(1.175) and inputs[0, 3, 3] == pytest.approx(-0.1)
    with pytest.raises(PosteyeError, match="do not fit"):
        as_input(digits, 16)


def test_kernel_larger_than_its_maps_is_refused() -> None:
    with pytest.raises(PosteyeError, match="does not fit"):
        LeNet(Plan("too small", 8, (Convolution(2, 5), Convolution(2, 5))), seed=1)
