"""Shares of strings: how far one can be trusted, and how many strings a threshold may accept."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Z = 1.959964  # of the standard normal, for 95 %


def wilson(share: float, of: int) -> tuple[float, float]:
    """95 % interval of a share of independent strings. Source: Wilson, "Probable inference", 1927."""
    middle, spread = share + _Z**2 / (2 * of), _Z * sqrt(share * (1 - share) / of + _Z**2 / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + _Z**2 / of)), min(1.0, (middle + spread) / (1 + _Z**2 / of))


def accept_rate(
    confidences: NDArray[np.float64],
    right: NDArray[np.bool_],
    max_error: float,
    weights: NDArray[np.int64] | None = None,
) -> float:
    """The largest share that a threshold on the confidence accepts with at most max_error wrong among them.

    confidences, right: [strings]. weights: how often each string counts, int64 [strings]; None = once.
    """
    order = np.argsort(-confidences, kind="stable")
    counts = np.ones(len(order), np.int64) if weights is None else weights[order]
    accepted = np.cumsum(counts)
    wrong = np.cumsum(counts * ~right[order])
    last_of_equals = np.append(np.diff(confidences[order]) != 0, True)
    allowed = accepted[last_of_equals & (wrong <= max_error * accepted) & (accepted > 0)]
    return float(allowed[-1] / accepted[-1]) if len(allowed) else 0.0
