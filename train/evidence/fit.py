"""Weights of the evidence by a conditional logit over whole pieces, trained as a whole.

The loss of a state is -log of the posterior of its right alternatives among all: the criterion of a graph that is
trained globally, with one arc an alternative. It is convex but for states with several right ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from device_runtime.piece.evidence.features import FEATURES
from train.evidence.states import State

RIDGE = 0.5  # of all weights, in states: a feature that is rare stays small
_STEPS = 60


def fit_weights(states: Sequence[State], ridge: float = RIDGE) -> dict[str, float]:
    """Find the weights that make the right alternatives most likely.

    Args:
        states: of pieces.
        ridge: pull of each weight towards 0.

    Returns:
        For each feature its weight, rounded to three decimals.
    """
    names = {name: column for column, name in enumerate(FEATURES)}
    evidence, share, piece, right = _arrays(states, names)
    features = torch.from_numpy(evidence)
    offset, of = torch.from_numpy(np.log(share)), torch.from_numpy(piece)
    true = torch.from_numpy(right)
    weights = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        mass = offset + features @ weights
        loss = (_log_sums(mass, of, len(states)) - _log_sums(mass[true], of[true], len(states))).sum()
        total = loss + ridge * (weights * weights).sum() / 2
        total.backward()
        return total

    optimizer.step(closure)
    return {name: round(weight, 3) for name, weight in zip(FEATURES, weights.tolist(), strict=True)}


def _arrays(
    states: Sequence[State], names: dict[str, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """All alternatives one below the other: evidence [n, features], shares [n], their state [n], whether right [n]."""
    total = sum(len(state.alternatives) for state in states)
    evidence, share = np.zeros((total, len(names))), np.ones(total)
    piece, right = np.zeros(total, np.int64), np.zeros(total, np.bool_)
    row = 0
    for number, state in enumerate(states):
        right[[row + n for n in state.right]] = True
        for one in state.alternatives:
            for name, value in one.evidence.items():
                evidence[row, names[name]] = value
            share[row], piece[row] = one.share, number
            row += 1
    return evidence, share, piece, right


def _log_sums(values: torch.Tensor, of: torch.Tensor, count: int) -> torch.Tensor:
    """The logarithm of the sum of exponentials by state: float64 [count]."""
    highest = torch.full((count,), -torch.inf, dtype=values.dtype)
    highest = highest.scatter_reduce(0, of, values.detach(), "amax")
    sums = torch.zeros(count, dtype=values.dtype).index_add(0, of, torch.exp(values - highest[of]))
    return highest + torch.log(sums)
