"""LeNet-5 on integer grids is LeNet-5: the same function, the same zeros, exact distances."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.lenet_stub import make_lenet, make_quantized, random_digits
from train.lenet1998.finetune import framed
from train.lenet1998.model import AMPLITUDE, LENET_4, SLOPE, LeNet, as_input
from train.lenet1998.quantization import LAST_SUM_SCALE, PENALTY_SCALE, RBF_AMPLITUDE, SUM_SCALE, TANH_SCALE, QuantLeNet
from train.lenet1998.rbf import digit_codes, digit_penalties
from train.scanner.quantization import INPUT_SCALE

pytestmark = pytest.mark.usefixtures("one_thread")


def images(count: int, seed: int) -> torch.Tensor:
    return torch.from_numpy(framed(random_digits(count, seed), 32))[:, None] * INPUT_SCALE


def test_weights_hold_input_range_and_both_factors_of_f() -> None:
    source = make_lenet()
    net = QuantLeNet(source)
    x = images(20, seed=1)
    for layer, _ in net.convs():
        x = torch.tanh(functional.conv2d(x, layer.weight, layer.bias, layer.shape.stride, groups=layer.groups))
    with torch.no_grad():
        theirs = source(as_input(random_digits(20, seed=1), 32)).double()
    sums = torch.atanh(theirs / AMPLITUDE) / SLOPE
    expected = torch.tanh(np.arctanh(1 / RBF_AMPLITUDE) * sums).float()
    torch.testing.assert_close(x.flatten(1), expected, rtol=1e-3, atol=1e-4)


def test_the_last_f_is_one_at_one() -> None:
    source = make_lenet()
    with torch.no_grad():
        source.weights[-1].zero_()
        source.biases[-1].copy_(torch.from_numpy(digit_codes()[4]))
    net = QuantLeNet(source)
    net.finish()
    with torch.no_grad():
        units = net.units(images(1, seed=1)).flatten()
        penalties = net(images(1, seed=1))[0]
    torch.testing.assert_close(RBF_AMPLITUDE * units, source.biases[-1].detach(), rtol=0, atol=RBF_AMPLITUDE / 128)
    assert penalties[4] <= 4 * PENALTY_SCALE and penalties.argmin() == 4  # 84 equal numbers are all rounded alike


def test_distances_are_those_of_the_paper_to_a_step() -> None:
    net = make_quantized()
    random = torch.Generator().manual_seed(4)
    codes = torch.from_numpy(digit_codes())
    own = codes[torch.arange(200) % 10] / RBF_AMPLITUDE
    noise = 0.3 * torch.randn(200, 84, generator=random)
    units = ((own + noise) / TANH_SCALE).round().clamp(-128, 127) * TANH_SCALE
    found = net.squared_distances(units[:, :, None, None])[:, :, 0, 0]
    exact = digit_penalties(RBF_AMPLITUDE * units).clamp(max=255 * PENALTY_SCALE)
    assert bool((found / PENALTY_SCALE == (found / PENALTY_SCALE).round()).all())
    assert float((found - exact).abs().max()) < 2 * PENALTY_SCALE
    assert float((found - exact).mean().abs()) < PENALTY_SCALE / 4  # no lean to one side
    assert float((exact < 255 * PENALTY_SCALE).float().mean()) > 0.1


def test_no_table_of_tanh_is_near_a_tie_and_no_square_on_one() -> None:
    q = np.arange(-128, 128)
    for scale in (SUM_SCALE, LAST_SUM_SCALE):
        steps = 128 * np.tanh(q * scale)
        assert np.abs(steps - np.floor(steps) - 0.5).min() > 1e-3  # float32 is wrong by 1e-5 at most
    assert not ((q * q) % 64 == 32).any()


def test_training_keeps_table_sub_sampling_and_codes() -> None:
    source = make_lenet()
    net = QuantLeNet(source)
    before = {name: values.detach().clone() for name, values in net.named_parameters()}
    optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], 1e-2)
    for seed in range(3):
        net(images(8, seed))[:, 3].mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    net.finish()
    weights = [layer.weight.detach() for layer, _ in net.convs()]
    mask = source.sized_layers[2].mask()
    assert bool((weights[2][~mask] == 0).all()) and bool((weights[2][mask].abs().amax((1, 2)) > 0).all())
    for subsampling in (weights[1], weights[3]):
        assert torch.equal(subsampling, subsampling[:, :, :1, :1].expand_as(subsampling))
    for name, values in net.named_parameters():
        fixed = name.startswith(("row_sums", "distances"))
        torch.testing.assert_close(values, before[name], rtol=0, atol=1e-2) if fixed else None
        assert fixed or not torch.equal(values, before[name]), name


def test_integers_are_of_the_right_rests_and_outputs_on_their_grid() -> None:
    net = make_quantized()
    for layer, scale in net.convs():
        weight, _, bias, _ = layer.integers(scale)
        assert bool((weight % 4 == 0).all()) and bool((bias % 4 == 2).all())
    with torch.no_grad():
        steps = net(images(4, seed=2)) / PENALTY_SCALE
    assert torch.equal(steps, steps.round()) and steps.min() >= 0 and steps.max() <= 255


def test_a_net_without_rbf_units_is_refused() -> None:
    with pytest.raises(ValueError, match="no RBF units"):
        QuantLeNet(LeNet(LENET_4, seed=1))
