"""Gradients and curvatures by hand are autograd's and finite differences'; training one pattern at a time works."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from device_runtime.errors import PosteyeError
from train.lenet1998.losses import Head, RbfMap, RbfMse, SquaredError, map_criterion, mse
from train.lenet1998.model import AMPLITUDE, LENET_1, LENET_4, LENET_5, SLOPE, Convolution, LeNet, Plan, Subsampling
from train.lenet1998.per_sample import PerSampleNet
from train.lenet1998.per_sample_layers import MaxPooling
from train.lenet1998.rbf import digit_penalties
from train.lenet1998.sdlm import Hyperparameters, Samples, curvature, equal_steps, run_pass, step_sizes, train

TINY = Plan("tiny", 12, (Convolution(2, 3), Subsampling((0, 1, 1)), Convolution(3, 2, ((0, 1), (2,), (1, 2))),
                         Subsampling(), Convolution(10, 2, squash=False)))  # fmt: skip
LINEAR = Plan("linear", 5, (Convolution(10, 5, squash=False),))


def stripes(side: int, count: int, seed: int = 1) -> Samples:
    """Noisy images whose bright row tells the class."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, count).astype(np.uint8)
    images = random.normal(0, 0.2, (count, side, side)).astype(np.float32)
    images[np.arange(count), labels + 1] += 1
    return Samples(images, labels)


def in_a_row(net: LeNet) -> list[torch.nn.Parameter]:
    """The parameters in the one-pattern trainer's order."""
    return [p for pair in zip(net.weights, net.biases, strict=True) for p in pair]


@pytest.mark.parametrize(
    ("plan", "head"),
    [(LENET_5, RbfMse()), (LENET_5, RbfMap(30)), (LENET_4, SquaredError()), (LENET_1, SquaredError()),
     (TINY, SquaredError())],
)  # fmt: skip
def test_gradient_is_autograds(plan: Plan, head: Head) -> None:
    net = LeNet(plan, seed=1)
    by_hand = PerSampleNet(net, head)
    image, label = stripes(plan.side, 1).images[0], 3
    outputs = net(torch.from_numpy(image)[None])
    labels = torch.tensor([label])
    if isinstance(head, RbfMse):
        loss = mse(digit_penalties(outputs), labels)
    elif isinstance(head, RbfMap):
        loss = map_criterion(digit_penalties(outputs), labels, 30)
    else:
        targets = 2 * torch.nn.functional.one_hot(labels, 10).float() - 1
        loss = (outputs - targets).square().sum() / 2
    loss.backward()
    assert by_hand.derive(image, label, order=1) == pytest.approx(loss.item(), rel=1e-5)
    expected = np.concatenate([p.grad.numpy().ravel() for p in in_a_row(net) if p.grad is not None])
    np.testing.assert_allclose(by_hand.gradient * by_hand.trainable, expected * by_hand.trainable, atol=1e-5)
    assert by_hand.trainable.sum() == sum(place.size().parameters for place in net.sized_layers)


def test_max_pooling_sends_the_error_to_the_largest() -> None:
    net = LeNet(LENET_5, seed=1)
    by_hand = PerSampleNet(net, RbfMse(), max_pooling=True)
    image, label = stripes(32, 1).images[0], 3
    x = torch.from_numpy(image)[None, None]
    for place, weight, bias in zip(net.sized_layers, net.weights, net.biases, strict=True):
        if isinstance(place.layer, Convolution):
            x = AMPLITUDE * torch.tanh(SLOPE * torch.nn.functional.conv2d(x, weight, bias))
        else:
            x = torch.nn.functional.max_pool2d(x, 2)
    loss = mse(digit_penalties(x.flatten(1)), torch.tensor([label]))
    loss.backward()
    assert by_hand.derive(image, label, order=1) == pytest.approx(loss.item(), rel=1e-5)
    np.testing.assert_allclose(by_hand.scores(image[None])[0], -digit_penalties(x.flatten(1))[0].detach(), rtol=1e-4)
    expected = [torch.zeros_like(p) if p.grad is None else p.grad for p in in_a_row(net)]
    flat = np.concatenate([gradient.numpy().ravel() for gradient in expected])
    np.testing.assert_allclose(by_hand.gradient * by_hand.trainable, flat * by_hand.trainable, atol=1e-5)
    assert by_hand.trainable.sum() == 60_000 - 12 - 32
    with pytest.raises(PosteyeError, match="max-pooling"):
        PerSampleNet(LeNet(LENET_4, seed=1), SquaredError(), max_pooling=True)


def test_max_pooling_gives_an_error_once_where_inputs_are_equal() -> None:
    pooling = MaxPooling(np.ones((1, 4, 4), np.float32))
    pooling.forward()
    down = pooling.backward(np.full((1, 2, 2), 3, np.float32), 1)
    assert down.sum() == 12 and (down > 0).sum() == 4


def test_curvature_of_linear_outputs_is_the_second_difference() -> None:
    by_hand = PerSampleNet(LeNet(LINEAR, seed=2), SquaredError())
    patterns = stripes(5, 7)
    found = curvature(by_hand, patterns)

    def loss() -> float:
        labels = patterns.labels.tolist()
        return float(np.mean([by_hand.derive(i, n, order=1) for i, n in zip(patterns.images, labels, strict=True)]))

    step = 0.5  # the loss is quadratic: any step is exact
    for k in (0, 24, 130, 255):
        start = by_hand.parameters[k]
        values = []
        for offset in (-step, 0, step):
            by_hand.parameters[k] = start + offset
            values.append(loss())
        by_hand.parameters[k] = start
        assert found[k] == pytest.approx((values[0] - 2 * values[1] + values[2]) / step**2, rel=2e-3, abs=2e-4)


def test_curvature_goes_back_as_squares_of_autograds_jacobians() -> None:
    """Appendix C, layer by layer, with Jacobians from autograd in place of the formulas."""
    net = LeNet(TINY, seed=4)
    by_hand = PerSampleNet(net, SquaredError())
    image = stripes(12, 1).images[0]
    by_hand.derive(image, 2, order=2)

    def squared(function: object, x: torch.Tensor) -> torch.Tensor:
        return torch.autograd.functional.jacobian(function, x.detach()).square()

    inputs, maps = [torch.from_numpy(image)[None]], []
    for place, weight, bias in zip(net.sized_layers, net.weights, net.biases, strict=True):

        def layer(x: torch.Tensor, place=place, weight=weight, bias=bias) -> torch.Tensor:  # type: ignore[no-untyped-def]
            if isinstance(place.layer, Convolution):
                return torch.nn.functional.conv2d(x[None], weight, bias)[0]
            summed = 4 * torch.nn.functional.avg_pool2d(x[None], 2)[0]
            kept = summed if place.layer.parents is None else summed[list(place.layer.parents)]
            return kept * weight[:, None, None] + bias[:, None, None]

        maps.append(layer)
        sums = layer(inputs[-1]).detach()
        inputs.append(sums if place.layer == TINY.layers[-1] else AMPLITUDE * torch.tanh(SLOPE * sums))
    up = torch.ones_like(inputs[-1])
    expected = []
    for place, layer, below, above in reversed(list(zip(net.sized_layers, maps, inputs, inputs[1:], strict=False))):
        if place.layer != TINY.layers[-1]:
            up = up * (AMPLITUDE * SLOPE - SLOPE / AMPLITUDE * above.square()).square()
        position = net.sized_layers.index(place)
        weight, bias = net.weights[position], net.biases[position]
        expected.append(torch.einsum("abc,abc...->...", up, squared(lambda b, f=layer, x=below: f(x, bias=b), bias)))
        expected.append(
            torch.einsum("abc,abc...->...", up, squared(lambda w, f=layer, x=below: f(x, weight=w), weight))
        )
        if position:
            up = torch.einsum("abc,abcdef->def", up, squared(layer, below))
    flat = torch.cat([part.reshape(-1) for part in reversed(expected)]).numpy()
    # A weight meets each place of a map once, so summing squares over places is what appendix C asks for.
    np.testing.assert_allclose(by_hand.gradient * by_hand.trainable, flat * by_hand.trainable, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("second_order", [False, True])
def test_one_pattern_at_a_time_lowers_the_loss(second_order: bool) -> None:
    by_hand = PerSampleNet(LeNet(TINY, seed=1), SquaredError())
    patterns = stripes(12, 400)
    losses = []
    for _ in range(4):
        steps = step_sizes(by_hand, patterns, 0.01) if second_order else equal_steps(by_hand, 0.01)
        losses.append(run_pass(by_hand, patterns, steps))
    assert losses[-1] < 0.8 * losses[0]


def test_connections_left_out_stay_out() -> None:
    net = LeNet(TINY, seed=1)
    by_hand = PerSampleNet(net, SquaredError())
    patterns = stripes(12, 20)
    run_pass(by_hand, patterns, step_sizes(by_hand, patterns, 0.01))
    by_hand.write_back()
    assert not net.weights[2][1, :2].any() and net.weights[2][1, 2].all()


def test_flat_directions_take_the_longest_step() -> None:
    by_hand = PerSampleNet(LeNet(LINEAR, seed=1), SquaredError())
    patterns = Samples(np.zeros((3, 5, 5), np.float32), np.zeros(3, np.uint8))
    steps = step_sizes(by_hand, patterns, eta=0.001, mu=0.02)
    np.testing.assert_allclose(steps[:250], 0.05)  # no input, no curvature
    np.testing.assert_allclose(steps[250:], 0.001 / 1.02)  # biases


def test_training_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    def run(schedule: tuple[float, ...], checkpoint: Path, seed: int = 1) -> tuple[np.ndarray, list[int]]:
        by_hand, seen = PerSampleNet(LeNet(TINY, seed=1), SquaredError()), []
        train(
            by_hand,
            lambda n: stripes(12, 50, n),
            seed,
            lambda n, _: seen.append(n),
            checkpoint,
            Hyperparameters(schedule, warm_up=20),
        )
        return by_hand.parameters, seen

    whole, _ = run((0.01, 0.005, 0.005), tmp_path / "whole.npz")
    run((0.01, 0.005), tmp_path / "parts.npz")
    parts, seen = run((0.01, 0.005, 0.005), tmp_path / "parts.npz")
    assert seen == [2]
    np.testing.assert_array_equal(whole, parts)
    with pytest.raises(PosteyeError, match="another net or seed"):
        run((0.01,), tmp_path / "parts.npz", seed=2)


def test_runaway_training_stops_with_a_word(tmp_path: Path) -> None:
    by_hand = PerSampleNet(LeNet(LINEAR, seed=1), SquaredError())
    with np.errstate(all="ignore"), pytest.raises(PosteyeError, match="smaller eta"):
        train(by_hand, lambda _: stripes(5, 300), 1, lambda *_: None, tmp_path / "x.npz", Hyperparameters((1e4,)))
