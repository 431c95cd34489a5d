"""The float phase's optimiser: Muon for the convolutions' matrices, AdamW for all other weights.

Muon replaces the momentum of a matrix by the nearest orthogonal one, so that all directions of a layer learn at the
same pace and none waits for the strong ones (Jordan et al., "Muon: an optimizer for hidden layers in neural networks",
2024). Each matrix is held at a fixed norm, which the batch normalisation behind it does not notice; the rate is then
the angle that a step may turn it by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

# Odd polynomial whose iteration drives all singular values of a matrix of norm 1 to about 1 (Jordan et al., 2024).
_QUINTIC = (3.4445, -4.7750, 2.0315)
_ITERATIONS = 5
_MOMENTUM = 0.9
_SMALLEST_NORM = 1e-7


def orthogonal(matrix: Tensor) -> Tensor:
    """Nearly the nearest matrix with orthonormal rows or columns, by Newton-Schulz iteration.

    Args:
        matrix: float [rows, columns].

    Returns:
        A matrix of the same shape, whose singular values are between 0.7 and 1.2.
    """
    first, third, fifth = _QUINTIC
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix  # at most as many rows as columns: the smaller Gram matrix
    x = x / (x.norm() + _SMALLEST_NORM)
    for _ in range(_ITERATIONS):
        gram = x @ x.T  # [rows, rows]
        x = first * x + (third * gram + fifth * gram @ gram) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Muon for the weights of convolutions, read as matrices and kept at a fixed norm.

    Why not torch.optim.Muon: it refuses parameters that are not 2-D, as those of convolutions are, and it does not hold
    their norm.
    """

    def __init__(self, weights: Iterable[Tensor], lr: float) -> None:
        """Take the weights.

        Args:
            weights: float [out, ...] each; a matrix of `out` rows and norm sqrt(out).
            lr: the rate, radians a step.
        """
        super().__init__(weights, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Turn every weight that has a gradient by the rate; `closure` is not used."""
        assert closure is None
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                # Momentum and, ahead of it, the Nesterov step: [out, all else].
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight.grad)
                momentum = state["momentum"].mul_(_MOMENTUM).add_(weight.grad)
                ahead = weight.grad.add(momentum, alpha=_MOMENTUM).reshape(len(weight), -1)
                # Back to the norm, then turned.
                weight.mul_(len(weight) ** 0.5 / (weight.norm() + _SMALLEST_NORM))
                weight.add_(orthogonal(ahead).reshape(weight.shape), alpha=-group["lr"])


class Scheduled:
    """Optimisers that share the parameters of a net and one schedule, each with a peak rate of its own."""

    def __init__(self, *parts: tuple[torch.optim.Optimizer, float]) -> None:
        """Take the optimisers, each with its peak rate."""
        self._parts = parts

    def set_rates(self, factor: float) -> None:
        """Set every rate to its peak times this factor."""
        for optimizer, peak in self._parts:
            for group in optimizer.param_groups:
                group["lr"] = factor * peak

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for optimizer, _ in self._parts:
            optimizer.zero_grad()

    def step(self) -> None:
        """Move all weights once."""
        for optimizer, _ in self._parts:
            optimizer.step()

    def state_dict(self) -> dict[str, Any]:
        """What a continued run needs."""
        return {"parts": [optimizer.state_dict() for optimizer, _ in self._parts]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up a state."""
        for (optimizer, _), part in zip(self._parts, state["parts"], strict=True):
            optimizer.load_state_dict(part)


def muon_and_adamw(net: nn.Module, turn_rate: float, rate: float, weight_decay: float) -> Scheduled:
    """Muon for the weights of a net's convolutions over several maps, AdamW for the rest.

    Args:
        net: every such convolution is followed by a normalisation: only then its norm is free to be held.
        turn_rate: Muon's peak rate.
        rate: AdamW's peak rate.
        weight_decay: AdamW's.
    """
    convs = [module for module in net.modules() if isinstance(module, nn.Conv2d) and module.bias is None]
    matrices = [conv.weight for conv in convs if conv.in_channels > 1]
    taken = {id(weight) for weight in matrices}
    others = [weight for weight in net.parameters() if id(weight) not in taken]
    return Scheduled((Muon(matrices, turn_rate), turn_rate), (_adam(others, rate, weight_decay), rate))


def adamw(net: nn.Module, rate: float, weight_decay: float) -> Scheduled:
    """AdamW for all weights of a net, with its peak rate and weight decay."""
    return Scheduled((_adam(list(net.parameters()), rate, weight_decay), rate))


def _adam(weights: list[nn.Parameter], rate: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW as both phases use it."""
    return torch.optim.AdamW(weights, rate, betas=(0.9, 0.98), weight_decay=weight_decay)
