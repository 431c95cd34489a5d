"""The discriminative forward criterion over scanner columns (paper, section VI-E; CTC where the topology coincides).

Loss of a strip = forward penalty of all paths that spell its target - forward penalty of all paths. Columns are
normalised here by a softmax, so that the second term is zero and what remains is -log P(target). Beyond CTC, the
topology knows rubbish: `#` is a run of rubbish and blank columns that begins and ends with rubbish, `~` lets rubbish
stand where blank may. Gradients are the difference of the two posteriors, by the forward-backward recursion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from device_runtime.grammar.grammar import DIGITS
from train.data.target import SEEN, Target

BLANK = len(DIGITS)
RUBBISH = BLANK + 1
EITHER = RUBBISH + 1  # blank or rubbish: its probability is the sum of both
_TINY = 1e-30


@dataclass(frozen=True)
class Topology:
    """The constrained graphs of a batch as chains of states, padded to the longest.

    emits: int64 [batch, states], the class of each state (EITHER included).
    skips: float64 [batch, states], 1 where a state may be entered from two states before it.
    returns: float64 [batch, states], 1 where a state may be entered from the state after it (rubbish from its blank).
    lengths: int64 [batch], states in use; the last two of them may end a path.
    """

    emits: Tensor
    skips: Tensor
    returns: Tensor
    lengths: Tensor

    def to(self, device: torch.device) -> Topology:
        """The same on another device."""
        return Topology(*(t.to(device) for t in (self.emits, self.skips, self.returns, self.lengths)))


def topology(targets: Sequence[str]) -> Topology:
    """Build the chains of targets over digits, `#` and, at the ends, `~`."""
    chains = [_chain(target) for target in targets]
    longest = max(len(emits) for emits, _, _ in chains)
    emits = torch.full((len(chains), longest), BLANK)
    skips = torch.zeros(len(chains), longest, dtype=torch.float64)
    returns = torch.zeros_like(skips)
    for row, (emit, skip, back) in enumerate(chains):
        emits[row, : len(emit)] = torch.tensor(emit)
        skips[row, : len(emit)] = torch.tensor(skip, dtype=torch.float64)
        returns[row, : len(emit)] = torch.tensor(back, dtype=torch.float64)
    return Topology(emits, skips, returns, torch.tensor([len(e) for e, _, _ in chains]))


def _chain(target: str) -> tuple[list[int], list[float], list[float]]:
    read = Target.parse(target)
    symbols = [RUBBISH if char == SEEN else DIGITS.index(char) for char in read.symbols]
    emits, skips, returns = [EITHER if read.rubbish_before else BLANK], [0.0], [0.0]
    previous = None
    for symbol in symbols:
        emits += [symbol, BLANK]
        skips += [0.0 if previous is None or symbol == previous else 1.0, 0.0]
        returns += [1.0 if symbol == RUBBISH else 0.0, 0.0]
        previous = symbol
    if read.rubbish_after:
        emits[-1] = EITHER
    return emits, skips, returns


class _ForwardScore(torch.autograd.Function):
    """-log of the summed probability of all paths, per strip; the recursion runs on probabilities, rescaled."""

    @staticmethod
    def forward(ctx: Any, log_probs: Tensor, columns: Tensor, graph: Topology) -> Tensor:
        probs = log_probs.detach().double().exp()
        either = probs[..., BLANK : BLANK + 1] + probs[..., RUBBISH : RUBBISH + 1]
        batch, width, _ = probs.shape
        states = graph.emits.shape[1]
        index = graph.emits[:, None, :].expand(batch, width, states)
        emission = torch.cat([probs, either], dim=2).gather(2, index).transpose(0, 1).contiguous()
        end = torch.zeros(batch, states, dtype=torch.float64, device=probs.device)
        rows = torch.arange(batch, device=probs.device)
        end[rows, graph.lengths - 1] = 1
        end[rows, (graph.lengths - 2).clamp(min=0)] = 1
        alive = (torch.arange(width, device=probs.device)[:, None] < columns[None, :]).double()

        alphas = torch.zeros(width, batch, states, dtype=torch.float64, device=probs.device)
        alpha = torch.zeros_like(end)
        alpha[:, :2] = 1
        alpha[graph.lengths == 1, 1:] = 0
        log_scale = torch.zeros(batch, dtype=torch.float64, device=probs.device)
        for t in range(width):
            if t:
                alpha = _advance(alphas[t - 1], graph)
            alpha = alpha * emission[t]
            total = alpha.sum(1, keepdim=True).clamp(min=_TINY)
            alphas[t] = torch.where(alive[t, :, None] > 0, alpha / total, alphas[t - 1] if t else alpha)
            log_scale += total[:, 0].log() * alive[t]
        final = (alphas[-1] * end).sum(1)
        penalty = -(log_scale + final.clamp(min=_TINY).log())
        possible = final > _TINY

        # Backward pass: posterior of every state in every column.
        gradient = torch.zeros_like(probs)
        beta = end
        for t in reversed(range(width)):
            posterior = alphas[t] * beta
            posterior = posterior / posterior.sum(1, keepdim=True).clamp(min=_TINY) * alive[t, :, None]
            _scatter(gradient[:, t], posterior, graph.emits, probs[:, t])
            previous = _retreat(beta * emission[t], graph)
            previous = previous / previous.sum(1, keepdim=True).clamp(min=_TINY)
            beta = torch.where(alive[t, :, None] > 0, previous, beta)
        ctx.save_for_backward(gradient.to(log_probs.dtype), possible)
        return torch.where(possible, penalty, torch.zeros_like(penalty)).to(log_probs.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        posterior, possible = ctx.saved_tensors
        return -posterior * (grads[0] * possible)[:, None, None], None, None


def _advance(alpha: Tensor, graph: Topology) -> Tensor:
    step = alpha.clone()
    step[:, 1:] += alpha[:, :-1]
    step[:, 2:] += alpha[:, :-2] * graph.skips[:, 2:]
    step[:, :-1] += alpha[:, 1:] * graph.returns[:, :-1]
    return step


def _retreat(beta: Tensor, graph: Topology) -> Tensor:
    step = beta.clone()
    step[:, :-1] += beta[:, 1:]
    step[:, :-2] += beta[:, 2:] * graph.skips[:, 2:]
    step[:, 1:] += beta[:, :-1] * graph.returns[:, :-1]
    return step


def _scatter(gradient: Tensor, posterior: Tensor, emits: Tensor, probs: Tensor) -> None:
    """Add the states' posteriors to their classes; EITHER is shared out by the two classes' probabilities."""
    classes = torch.zeros(gradient.shape[0], EITHER + 1, dtype=gradient.dtype, device=gradient.device)
    classes.scatter_add_(1, emits, posterior)
    pair = probs[:, BLANK:EITHER]
    share = pair / pair.sum(1, keepdim=True).clamp(min=_TINY)
    gradient += classes[:, :EITHER]
    gradient[:, BLANK:EITHER] += classes[:, EITHER:] * share


def forward_penalty(log_probs: Tensor, columns: Tensor, graph: Topology) -> Tensor:
    """Penalty -log P(target | strip) of each strip of a batch, differentiable in `log_probs`.

    log_probs: float [batch, columns, 12], normalised per column. columns: int64 [batch], those that count.
    A strip too narrow for its target gives 0 and no gradient.
    """
    penalty: Tensor = _ForwardScore.apply(log_probs, columns, graph)
    return penalty
