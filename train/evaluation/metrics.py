"""Shares of strings: how far one can be trusted, and how many strings a threshold may accept."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Z = 1.959964  # of the standard normal, for 95 %


def wilson(share: float, of: int) -> tuple[float, float]:
    """95 % confidence interval of a share of independent strings.

    Args:
        share: 0..1.
        of: How many strings there are.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    middle, spread = share + _Z**2 / (2 * of), _Z * sqrt(share * (1 - share) / of + _Z**2 / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + _Z**2 / of)), min(1.0, (middle + spread) / (1 + _Z**2 / of))


@dataclass(frozen=True)
class Share:
    """How many of some strings or pieces something holds for.

    Attributes:
        count: Those that it holds for.
        of: All of them.
    """

    count: int
    of: int

    @property
    def value(self) -> float:
        """0..1; 0 of none."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the share; all shares are possible of none."""
        return wilson(self.value, self.of) if self.of else (0.0, 1.0)


def accept_rate(
    confidences: NDArray[np.float64],
    right: NDArray[np.bool_],
    max_error: float,
    weights: NDArray[np.int64] | None = None,
) -> float:
    """The largest share that a threshold on the confidence accepts with at most max_error wrong among them.

    Args:
        confidences: float64 [strings].
        right: bool [strings], whether each was read exactly.
        max_error: The share of wrong ones allowed.
        weights: int64 [strings], how often each string counts; None = once.
    """
    # The surest first; after each: how many are accepted, and how many of them are wrong.
    order = np.argsort(-confidences, kind="stable")
    counts = np.ones(len(order), np.int64) if weights is None else weights[order]
    accepted = np.cumsum(counts)
    wrong = np.cumsum(counts * ~right[order])
    # A threshold accepts all strings of one confidence or none of them.
    last_of_equals = np.append(np.diff(confidences[order]) != 0, True)
    allowed = accepted[last_of_equals & (wrong <= max_error * accepted) & (accepted > 0)]
    return float(allowed[-1] / accepted[-1]) if len(allowed) else 0.0
