"""Muon: orthogonal steps, held norms, and which weights it takes."""

from __future__ import annotations

import copy

import torch
from torch import nn

from train.runs.optimizer import Muon, Scheduled, muon_and_adamw, orthogonal


def _net() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, bias=False),
        nn.BatchNorm2d(6),
        nn.Conv2d(6, 8, 3, bias=False),
        nn.BatchNorm2d(8),
        nn.Conv2d(8, 4, 1),
    )


def test_a_matrix_becomes_nearly_orthogonal_whatever_its_shape() -> None:
    torch.manual_seed(1)
    for shape in ((8, 30), (30, 8), (12, 12)):
        matrix = torch.randn(shape) @ torch.diag(torch.logspace(0, -2, shape[1]))
        values = torch.linalg.svdvals(orthogonal(matrix))
        assert float(values.max()) < 1.3
        assert float(values[: min(shape) // 2].min()) > 0.6  # the least may need more than five rounds


def test_the_directions_of_the_gradient_are_kept() -> None:
    torch.manual_seed(2)
    left, _ = torch.linalg.qr(torch.randn(6, 6))
    right, _ = torch.linalg.qr(torch.randn(9, 6))
    found = orthogonal(left @ torch.diag(torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0, 0.5])) @ right.T)
    inner = left.T @ found @ right
    assert torch.allclose(inner, torch.diag(torch.diagonal(inner)), atol=1e-5)
    assert float(torch.diagonal(inner).min()) > 0.6


def test_a_step_turns_by_the_rate_and_holds_the_norm() -> None:
    torch.manual_seed(4)
    weight = nn.Parameter(3 * torch.randn(10, 4, 3, 3))
    optimizer = Muon([weight], lr=0.1)
    weight.grad = torch.randn_like(weight)
    before = weight.detach().clone()
    optimizer.step()
    held = before * 10**0.5 / before.norm()
    assert 0.07 < float((weight.detach() - held).norm() / held.norm()) < 0.13


def test_only_convolutions_over_several_maps_without_a_bias_are_turned() -> None:
    net = _net()
    scheduled = muon_and_adamw(net, 0.02, 0.004, 0.0)
    turned = scheduled.state_dict()["parts"][0]["param_groups"][0]["params"]
    others = scheduled.state_dict()["parts"][1]["param_groups"][0]["params"]
    assert (len(turned), len(others)) == (1, len(list(net.parameters())) - 1)


def test_the_schedule_scales_each_peak() -> None:
    scheduled = muon_and_adamw(_net(), 0.02, 0.004, 0.0)
    scheduled.set_rates(0.5)
    rates = [part["param_groups"][0]["lr"] for part in scheduled.state_dict()["parts"]]
    assert rates == [0.01, 0.002]


def test_it_learns_and_resumes_exactly() -> None:
    torch.manual_seed(5)
    strips = torch.randn(64, 1, 9, 9)
    wanted = torch.tanh(nn.functional.conv2d(strips, torch.randn(4, 1, 5, 5)))

    def loss_of(net: nn.Module) -> torch.Tensor:
        return (net(strips) - wanted).square().mean()

    def train(net: nn.Module, scheduled: Scheduled, steps: int) -> float:
        for _ in range(steps):
            scheduled.zero_grad()
            loss = loss_of(net)
            loss.backward()
            scheduled.step()
        return float(loss_of(net).detach())

    first = _net()
    scheduled = muon_and_adamw(first, 0.05, 0.01, 0.0)
    train(first, scheduled, 20)
    second = _net()
    second.load_state_dict(first.state_dict())
    resumed = muon_and_adamw(second, 0.05, 0.01, 0.0)
    resumed.load_state_dict(copy.deepcopy(scheduled.state_dict()))
    assert train(first, scheduled, 20) == train(second, resumed, 20)
    assert float(loss_of(first).detach()) < 0.6 * float(loss_of(_net()).detach())
