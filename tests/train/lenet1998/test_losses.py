"""The two criteria, and that their one-pattern derivatives are those of autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from train.lenet1998.losses import CrossEntropy, Head, RbfMap, RbfMse, SquaredError, map_criterion, mse
from train.lenet1998.rbf import CODE_UNITS, digit_codes, digit_penalties


def test_mse_is_the_right_penalty() -> None:
    penalties = torch.tensor([[3.0, 1.0], [0.5, 9.0]])
    assert mse(penalties, torch.tensor([1, 0])).item() == pytest.approx(0.75)


def test_map_is_cross_entropy_with_a_constant_logit_for_rubbish() -> None:
    penalties = 100 * torch.rand(20, 10, generator=torch.Generator().manual_seed(1))
    labels = torch.arange(20) % 10
    logits = torch.cat([-penalties, torch.full((20, 1), -30.0)], 1)
    torch.testing.assert_close(map_criterion(penalties, labels, 30), functional.cross_entropy(logits, labels))


def test_map_is_bounded_below_and_lets_go_of_far_classes() -> None:
    far = torch.full((1, 10), 500.0)
    far[0, 4] = 0
    assert 0 <= map_criterion(far, torch.tensor([4]), 30).item() < 1e-6
    assert map_criterion(far + 1000, torch.tensor([4]), 30).item() == pytest.approx(970)  # rubbish is the likelier


def reference(head: Head, outputs: Tensor, label: int) -> Tensor:
    labels = torch.tensor([label])
    if isinstance(head, RbfMse):
        return mse(digit_penalties(outputs[None]), labels)
    if isinstance(head, RbfMap):
        return map_criterion(digit_penalties(outputs[None]), labels, 30)
    if isinstance(head, CrossEntropy):
        return functional.cross_entropy(outputs[None], labels)
    targets = 2 * functional.one_hot(labels, 10)[0].float() - 1
    return (outputs - targets).square().sum() / 2


@pytest.mark.parametrize(
    ("head", "units"),
    [(RbfMse(), CODE_UNITS), (RbfMap(30), CODE_UNITS), (SquaredError(), 10), (CrossEntropy(), 10)],
)
def test_derivatives_are_autograds(head: Head, units: int) -> None:
    # Between two codes, so that several classes share in the MAP criterion.
    codes = digit_codes()
    middle = (codes[6] + codes[8]) / 2 if units == CODE_UNITS else np.zeros(units)
    noise = np.random.default_rng(2).normal(0, 0.1, units)
    outputs = torch.tensor(middle + noise, dtype=torch.float32, requires_grad=True)
    loss, gradient, curvature = head.derivatives(outputs.detach().numpy().copy(), 8)
    expected = reference(head, outputs, 8)
    (slope,) = torch.autograd.grad(expected, outputs)
    hessian = torch.autograd.functional.hessian(lambda x: reference(head, x, 8), outputs.detach())
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    np.testing.assert_allclose(gradient, slope.numpy(), atol=2e-5)
    assert isinstance(hessian, Tensor)
    np.testing.assert_allclose(curvature, hessian.diagonal().numpy(), atol=1e-4)


def test_penalties_rank_as_the_criteria_ask() -> None:
    codes = digit_codes()
    np.testing.assert_array_equal(RbfMap(30).penalties(codes).argmin(1), np.arange(10))
    outputs = np.eye(10, dtype=np.float32)
    np.testing.assert_array_equal(SquaredError().penalties(outputs).argmin(1), np.arange(10))


def test_map_without_rubbish_is_a_softmax_over_minus_the_penalties() -> None:
    outputs = np.random.default_rng(3).normal(0, 1, CODE_UNITS).astype(np.float32)
    expected = functional.cross_entropy(-digit_penalties(torch.from_numpy(outputs)[None]), torch.tensor([4]))
    loss, gradient, _ = RbfMap(np.inf).derivatives(outputs, 4)
    assert loss == pytest.approx(expected.item(), rel=1e-5) and np.isfinite(gradient).all()
