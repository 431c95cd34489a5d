"""The paper's two criteria over class penalties, in batches for torch and for one sample with derivatives.

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
    """Mean penalty of the right class (Eq. 8).

    Args:
        penalties: float32 [n, classes].
        labels: int64 [n].
    """
    return penalties.gather(1, labels[:, None]).mean()


def map_criterion(penalties: Tensor, labels: Tensor, rubbish: float) -> Tensor:
    """Mean of y_D + log(e^-j + sum_i e^-y_i) (Eq. 9).

    Args:
        penalties: y, float32 [n, classes].
        labels: D, int64 [n].
        rubbish: j, the constant penalty of the rubbish class.
    """
    constant = torch.full_like(penalties[:, :1], rubbish)
    others = torch.logsumexp(-torch.cat([penalties, constant], 1), 1)
    return (penalties.gather(1, labels[:, None])[:, 0] + others).mean()


class Head(Protocol):
    """What stands on a net's last layer: turns its outputs into class penalties and into an error to send back."""

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Penalties float32 [n, classes] of outputs float32 [n, units]."""

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        """Derivatives of one sample's loss with respect to its outputs.

        Args:
            outputs: float32 [units].
            label: the right class.

        Returns:
            The loss, its gradient [units] and its second derivatives [units] (the diagonal of the Hessian).
        """


class RbfMse:
    """RBF units on 84 outputs, trained by Eq. 8."""

    def __init__(self) -> None:
        self._codes = digit_codes()

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distances float32 [n, 10] of outputs [n, 84]."""
        return np.square(outputs[:, None] - self._codes).sum(2)

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        differences = outputs - self._codes[label]  # [84]
        return float(differences @ differences), 2 * differences, np.full_like(outputs, 2)


@dataclass(frozen=True)
class _Posterior:
    """What the MAP criterion makes of one sample's penalties.

    Attributes:
        values: probability of each class, float32 [10]; what is missing to 1 is rubbish.
        loss: the criterion.
    """

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
        differences = outputs - self._codes  # [10, 84]
        posterior = self._posterior(np.square(differences).sum(1), label)
        mean = posterior.values @ differences  # [84], under the posterior
        gradient = 2 * (differences[label] - mean)
        variance = posterior.values @ np.square(differences) - np.square(mean)
        return posterior.loss, gradient, 2 * (1 - posterior.values.sum()) + 4 * variance

    def _posterior(self, penalties: Vector, label: int) -> _Posterior:
        # Relative to the least penalty, so that no exponential is too large or all are zero.
        least = min(float(penalties.min()), self._rubbish)
        masses = np.exp(least - penalties)
        whole = float(masses.sum()) + np.exp(least - self._rubbish)
        return _Posterior(masses / np.float32(whole), float(penalties[label]) - least + float(np.log(whole)))


class SquaredError:
    """One output unit a class, with targets +1 and -1: half the squared error (LeNet-1, LeNet-4 and the MLPs)."""

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Minus the outputs: float32 [n, 10]."""
        return -outputs

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        differences = outputs + 1
        differences[label] -= 2
        return float(differences @ differences) / 2, differences, np.ones_like(outputs)


class CrossEntropy:
    """One output unit a class, softmax over them, minus the logarithm of the right one's probability."""

    def penalties(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Minus the logarithm of each class's probability: float32 [n, 10]."""
        lowered = outputs - outputs.max(1, keepdims=True)
        return np.log(np.exp(lowered).sum(1, keepdims=True)) - lowered

    def derivatives(self, outputs: Vector, label: int) -> tuple[float, Vector, Vector]:
        probabilities = np.exp(-self.penalties(outputs[None])[0])
        gradient = probabilities.copy()
        gradient[label] -= 1
        loss = -float(np.log(max(probabilities[label], np.finfo(np.float32).tiny)))
        return loss, gradient, probabilities * (1 - probabilities)
