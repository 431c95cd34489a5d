"""Global training: the criteria of graph transformer networks over scanner penalties, with gradients.

The differentiable twin of `train.gtn.paths`, on the topologies of `train.gtn.graph`. Columns may hold
any real penalties: normalised one by one, or only globally, by the free graph (paper, section VI).
`train.gtn.ctc` is the quick special case for columns normalised one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from device_runtime.grammar.grammar import DIGITS
from train.gtn.tables import Tables, free_tables, label_tables

Criterion = Literal["viterbi", "discriminative_viterbi", "forward", "discriminative_forward"]
_TINY = torch.finfo(torch.float64).tiny


def string_loss(
    penalties: Tensor, columns: Tensor, targets: Sequence[str], criterion: Criterion, alphabet: str = DIGITS
) -> Tensor:
    """Loss of each strip of a batch, in nats: float [batch], differentiable in the penalties.

    penalties: float [batch, columns, classes], classes = the alphabet, blank, rubbish; any real numbers.
    columns: int64 [batch], how many count. targets: see `label_tables`.
    The penalty of the best path that spells the target (viterbi), or the forward score of all of them (forward); less
    the same over all strings (discriminative). A strip too narrow for its target gives 0 and no gradient.
    Source: sections VI-A (Viterbi), VI-B (discriminative Viterbi), VI-C (forward), VI-D (discriminative forward).
    """
    best = criterion.endswith("viterbi")
    constrained = path_penalty(penalties, columns, label_tables(targets, alphabet).to(penalties.device), best)
    spelled = torch.isfinite(constrained)
    loss = torch.where(spelled, constrained, torch.zeros_like(constrained))
    if criterion.startswith("discriminative"):
        free = path_penalty(penalties, columns, free_tables(alphabet).to(penalties.device), best)
        loss = loss - free * spelled
    return loss


def path_penalty(penalties: Tensor, columns: Tensor, graphs: Tables, best: bool) -> Tensor:
    """Viterbi penalty (best) or forward score of each strip's graph: float [batch], inf where it has no path.

    penalties: float [batch, columns, classes]. columns: int64 [batch], how many count; an arc reads one each.
    graphs: one for each strip, or one for all. The gradient is the share of each class in each column of the best path
    (0 or 1) or of all paths: dE/dc_i = dE/df_{d_i} exp(-c_i - f_{s_i} + f_{d_i}), section VI-C. Computed in float64.
    """
    total: Tensor = _PathPenalty.apply(penalties, columns, graphs, best)
    return total


class _PathPenalty(torch.autograd.Function):
    """The recursion over columns, on log weights (negated penalties); backwards over the share of each arc."""

    @staticmethod
    def forward(ctx: Any, penalties: Tensor, columns: Tensor, graphs: Tables, best: bool) -> Tensor:
        batch, width, _ = penalties.shape
        shape = graphs.penalty.shape[1:]
        source = graphs.source.flatten(1).expand(batch, -1)
        label = graphs.label.flatten(1)[:, None].expand(batch, width, -1)
        reads = penalties.detach().double().gather(2, label) + graphs.penalty.flatten(1)[:, None]
        alive = torch.arange(width, device=penalties.device) < columns[:, None]

        weight = -graphs.start.expand(batch, -1)
        shares = penalties.new_zeros((width, batch, *shape), dtype=torch.float64)
        for t in range(width):
            ways = (weight.gather(1, source) - reads[:, t]).unflatten(1, shape)
            reached, share = _add(ways, best)
            weight = torch.where(alive[:, t, None], reached, weight)
            shares[t] = share
        total, final_share = _add(weight - graphs.final, best)
        ctx.save_for_backward(shares, final_share, source, label, alive)
        ctx.classes, ctx.dtype = penalties.shape[2], penalties.dtype
        return (-total).to(penalties.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        shares, final_share, source, label, alive = ctx.saved_tensors
        width, batch = shares.shape[:2]
        through = final_share * grads[0].double()[:, None]  # share of each state, times the gradient from above
        taken = torch.empty(batch, width, source.shape[1], dtype=torch.float64, device=shares.device)
        for t in reversed(range(width)):
            arcs = (shares[t] * through[..., None]).flatten(1) * alive[:, t, None]
            before = torch.zeros_like(through).scatter_add_(1, source, arcs)
            through = torch.where(alive[:, t, None], before, through)
            taken[:, t] = arcs
        gradient = torch.zeros(batch, width, ctx.classes, dtype=torch.float64, device=shares.device)
        return gradient.scatter_add_(2, label, taken).to(ctx.dtype), None, None, None


def _add(ways: Tensor, best: bool) -> tuple[Tensor, Tensor]:
    """Sum log weights over the last axis, the largest factored out (or take it); also the share of each in the sum."""
    largest, which = ways.max(-1, keepdim=True)
    if best:
        share = torch.zeros_like(ways).scatter_(-1, which, 1.0)
        return largest[..., 0], share * (largest > -torch.inf)
    share = (ways - largest.clamp(min=-1e300)).exp_()
    total = share.sum(-1, keepdim=True)
    return (largest + total.log())[..., 0], share / total.clamp(min=_TINY)
