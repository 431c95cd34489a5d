"""The paper's two criteria over class penalties, in batches for torch and for one pattern with derivatives.

Eq. 8 asks that the right penalty be small. Eq. 9 also asks that the others be large, as far as a rubbish class of
constant penalty j lets it matter: the form with e^-j in the logarithm, which is bounded below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from train.lenet1998.rbf import digit_codes

Vector = NDArray[np.float32]


def mse(penalties: Tensor, labels: Tensor) -> Tensor:
    """Eq. 8: mean penalty of the right class. penalties [n, classes], labels int64 [n] -> scalar."""
    return penalties.gather(1, labels[:, None]).mean()


def map_criterion(penalties: Tensor, labels: Tensor, rubbish: float) -> Tensor:
    """Eq. 9: mean of y_D + log(e^-j + sum_i e^-y_i), with j = rubbish. penalties [n, classes], labels int64 [n]."""
    constant = torch.full_like(penalties[:, :1], rubbish)
    others = torch.logsumexp(-torch.cat([penalties, constant], 1), 1)
    return (penalties.gather(1, labels[:, None])[:, 0] + others).mean()


class Head(Protocol):
    """What stands on a net's last layer: turns its outputs [units] into class penalties and into an error to send back.

    derivatives: loss, its gradient and its second derivatives (diagonal) with respect to each output.
    """

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]: ...
    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]: ...


class RbfMse:
    """RBF units on 84 outputs, trained by Eq. 8."""

    def __init__(self) -> None:
        self._codes = digit_codes()

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distances float32 [n, 10] of outputs [n, 84]."""
        return np.square(outputs[:, None] - self._codes).sum(2)

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        apart = outputs - self._codes[label]
        return float(apart @ apart), 2 * apart, np.full_like(outputs, 2)


@dataclass(frozen=True)
class _Shares:
    """Posterior of each class in the MAP criterion, [10]; what is missing to 1 is rubbish."""

    values: Vector
    loss: float


class RbfMap:
    """RBF units on 84 outputs, trained by Eq. 9 with the rubbish class at penalty j."""

    def __init__(self, rubbish: float) -> None:
        self._codes = digit_codes()
        self._rubbish = rubbish

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distances float32 [n, 10] of outputs [n, 84]."""
        return np.square(outputs[:, None] - self._codes).sum(2)

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        apart = outputs - self._codes
        shares = self._shares(np.square(apart).sum(1), label)
        weighted = shares.values @ apart
        gradient = 2 * (apart[label] - weighted)
        spread = shares.values @ np.square(apart) - np.square(weighted)
        return shares.loss, gradient, 2 * (1 - shares.values.sum()) + 4 * spread

    def _shares(self, penalties: Vector, label: int) -> _Shares:
        least = min(float(penalties.min()), self._rubbish)
        masses = np.exp(least - penalties)
        whole = float(masses.sum()) + np.exp(least - self._rubbish)
        return _Shares(masses / np.float32(whole), float(penalties[label]) - least + float(np.log(whole)))


class SquaredError:
    """One output unit a class, with targets +1 and -1: half the squared error (LeNet-1, LeNet-4 and the MLPs)."""

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Minus the outputs: float32 [n, 10]."""
        return -outputs

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        apart = outputs + 1
        apart[label] -= 2
        return float(apart @ apart) / 2, apart, np.ones_like(outputs)


class CrossEntropy:
    """One output unit a class, softmax over them, minus the logarithm of the right one's share."""

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Minus the logarithm of each class's share: float32 [n, 10]."""
        lowered = outputs - outputs.max(1, keepdims=True)
        return np.log(np.exp(lowered).sum(1, keepdims=True)) - lowered

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        shares = np.exp(-self.penalties(outputs[None])[0])
        gradient = shares.copy()
        gradient[label] -= 1
        return -float(np.log(max(shares[label], np.finfo(np.float32).tiny))), gradient, shares * (1 - shares)
