"""The training arithmetic is what integers compute."""

from __future__ import annotations

import math

import pytest
import torch

from train.scanner.model import CLASSES, ConvShape, ScanningLeNet, columns
from train.scanner.quantization import INPUT_SCALE, QuantConv, QuantScanner

CHANNELS = (4, 6, 6, 8, 8, 8, 8, 8)


def scanner() -> QuantScanner:
    """A small scanner whose ranges have seen random strips."""
    torch.manual_seed(5)
    net = QuantScanner(ScanningLeNet(CHANNELS))
    net.train()
    for _ in range(3):
        net(torch.rand(4, 1, 32, 64))
    net.finish()
    return net


def test_shapes_of_the_float_net() -> None:
    assert ScanningLeNet(CHANNELS)(torch.zeros(2, 1, 32, 160)).shape == (2, 80, CLASSES)


def test_sub_columns_unfold_from_left_to_right() -> None:
    head = torch.arange(2 * 24).reshape(1, 24, 1, 2).float()
    unfolded = columns(head)
    assert unfolded.shape == (1, 4, CLASSES)
    assert unfolded[0, 0, 3] == head[0, 3, 0, 0]
    assert unfolded[0, 1, 3] == head[0, CLASSES + 3, 0, 0]
    assert unfolded[0, 2, 3] == head[0, 3, 0, 1]


def test_folding_the_normalisation_keeps_the_function() -> None:
    torch.manual_seed(1)
    source = ScanningLeNet(CHANNELS)
    source.train()
    source(torch.rand(8, 1, 32, 64))
    source.eval()
    folded = QuantScanner(source)
    folded.eval()
    strips = torch.rand(2, 1, 32, 64)
    x = strips
    for layer in folded.convs():
        x = torch.nn.functional.conv2d(x, layer.weight, layer.bias, layer.shape.stride, layer.shape.padding)
        x = torch.relu(x) if layer.relu else x
    expected = source(strips).log_softmax(2)  # the classifier is centred, which a softmax does not notice
    torch.testing.assert_close(columns(x).log_softmax(2), expected, rtol=1e-4, atol=1e-4)


def test_outputs_lie_on_their_grids() -> None:
    net = scanner()
    output = list(net.convs())[-1].output
    steps = net.head_map(torch.rand(1, 1, 32, 64)) / output.scale + output.zero_point
    torch.testing.assert_close(steps, steps.round(), rtol=0, atol=1e-3)
    assert steps.min() >= -128 and steps.max() <= 127


def test_finishing_twice_changes_nothing() -> None:
    net = scanner()
    before = [p.clone() for p in net.parameters()]
    net.finish()
    for old, new in zip(before, net.parameters(), strict=True):
        torch.testing.assert_close(old, new, rtol=1e-6, atol=0)


def test_gradients_reach_every_weight() -> None:
    net = scanner()
    net.train()
    net(torch.rand(2, 1, 32, 64)).pow(2).mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for layer in net.convs() for p in (layer.weight,))


@pytest.mark.parametrize("octave", [i / 40 for i in range(40)] + [math.log2(18.45)])
def test_snapping_twice_is_snapping_once(octave: float) -> None:
    weight = torch.linspace(-1, 1, 9).reshape(1, 1, 3, 3) * 2**octave
    conv = QuantConv(weight, torch.zeros(1), ConvShape((3, 3), (1, 1), (1, 1)), relu=True)
    input_scale = torch.tensor(INPUT_SCALE)
    conv.snap(input_scale)
    once, (integers, scale, _, _) = conv.weight.detach().clone(), conv.integers(input_scale)
    conv.snap(input_scale)
    assert torch.equal(conv.weight, once)
    assert torch.equal(integers * scale.view(-1, 1, 1, 1), conv.weight)
