"""The two ways to add up paths: the best path alone, or the sum of all.

The search looks for the best path (Viterbi), in log-probabilities in fixed point; belief is the sum of all paths (the
forward score), in weights. Each stays in a class for some frames in its own way; all else is the same for both.
Source: Mohri, "Weighted automata algorithms", 2009, section 2: the tropical semiring and that of the reals.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from device_runtime.exact import FloatArray, sums_in_order


class Semiring(Protocol):
    """How the scores of paths are put together.

    Attributes:
        add: of two ways, the score of both together.
        times: of two pieces of one way, the score of the whole.
        zero: the score of what cannot be.
    """

    @property
    def add(self) -> np.ufunc: ...
    @property
    def times(self) -> np.ufunc: ...
    @property
    def zero(self) -> float: ...

    def total(self, scores: FloatArray, axis: int) -> FloatArray:
        """Add up scores along an axis that is not empty, in order."""

    def loops(self, scores: FloatArray) -> FloatArray:
        """Make scores of classes, [..., frames], ready for `stay`."""

    def stay(self, entered: FloatArray, loops: FloatArray) -> FloatArray:
        """Stay in a class for one or more frames.

        Args:
            entered: float64 [n or 1, nodes], scores where the class is entered.
            loops: of one class for all rows or of one for each, from `loops`.

        Returns:
            float64 [n, nodes], scores where it has been left.
        """

    def stay_back(self, left: FloatArray, loops: FloatArray) -> FloatArray:
        """Transpose of `stay`: from completions where the class has been left to completions where it is entered."""


class _MaxPlus:
    """Log-probabilities, of which the best counts. They are in fixed point, so that the order of sums is free."""

    add, times, zero = np.maximum, np.add, -np.inf

    def total(self, scores: FloatArray, axis: int) -> FloatArray:
        return np.asarray(scores.max(axis=axis))

    def loops(self, scores: FloatArray) -> FloatArray:
        """Running sums from the first node to each: [..., nodes]."""
        sums = np.zeros((*scores.shape[:-1], scores.shape[-1] + 1))
        np.cumsum(scores, axis=-1, out=sums[..., 1:])
        return sums

    def stay(self, entered: FloatArray, loops: FloatArray) -> FloatArray:
        # The best over all u < t of entered[u] + sums[t] - sums[u]: what does not depend on t goes from left to right.
        ways = entered - loops
        left = np.empty_like(ways)
        left[..., 0] = -np.inf
        np.maximum.accumulate(ways[..., :-1], axis=-1, out=left[..., 1:])
        left[..., 1:] += loops[..., 1:]
        return left

    def stay_back(self, left: FloatArray, loops: FloatArray) -> FloatArray:
        ways = left + loops
        entered = np.empty_like(ways)
        entered[..., -1] = -np.inf
        np.maximum.accumulate(ways[..., :0:-1], axis=-1, out=entered[..., -2::-1])
        entered[..., :-1] -= loops[..., :-1]
        return entered


class _SumProduct:
    """Weights, of which all count. They are added and multiplied in the order of the frames."""

    add, times, zero = np.add, np.multiply, 0.0

    def total(self, scores: FloatArray, axis: int) -> FloatArray:
        return sums_in_order(scores, axis)

    def loops(self, scores: FloatArray) -> FloatArray:
        """The weights as they are: [..., frames]."""
        return scores

    def stay(self, entered: FloatArray, loops: FloatArray) -> FloatArray:
        # Plain numbers: the rows are few, and each frame needs the one before it.
        begins, weights = entered.tolist(), loops.tolist()
        if loops.ndim == 1:
            weights = [weights] * len(begins)
        elif len(begins) == 1:
            begins *= len(weights)
        return np.array([_stayed(begin, weight) for begin, weight in zip(begins, weights, strict=True)])

    def stay_back(self, left: FloatArray, loops: FloatArray) -> FloatArray:
        return self.stay(left[..., ::-1], loops[..., ::-1])[..., ::-1]


def _stayed(entered: list[float], weights: list[float]) -> list[float]:
    """left[0] = 0; left[t + 1] = (left[t] + entered[t]) * weights[t]: the forward pass of Rabiner 1989, equation 20."""
    mass = 0.0
    return [0.0, *[mass := (mass + begun) * weight for begun, weight in zip(entered, weights, strict=False)]]


MAX_PLUS: Semiring = _MaxPlus()
SUM_PRODUCT: Semiring = _SumProduct()


def cross_mark(
    semiring: Semiring, ended: FloatArray, blanks: FloatArray, marks: FloatArray, either: FloatArray
) -> FloatArray:
    """Blanks or nothing, a mark of one frame, then blanks and marks or nothing.

    Args:
        semiring: of the scores.
        ended: [n, nodes], scores where a character has ended.
        blanks: of blank, from `Semiring.loops`.
        marks: [frames], scores of a mark.
        either: of blank and marks together, from `Semiring.loops`.

    Returns:
        [n, nodes], scores where the next character may begin.
    """
    unmarked = semiring.add(ended, semiring.stay(ended, blanks))
    marked = np.full_like(unmarked, semiring.zero)
    marked[..., 1:] = semiring.times(unmarked[..., :-1], marks)
    return np.asarray(semiring.add(marked, semiring.stay(marked, either)))


def cross_mark_back(
    semiring: Semiring, begins: FloatArray, blanks: FloatArray, marks: FloatArray, either: FloatArray
) -> FloatArray:
    """Transpose of `cross_mark`."""
    marked = semiring.add(begins, semiring.stay_back(begins, either))
    unmarked = np.full_like(marked, semiring.zero)
    unmarked[..., :-1] = semiring.times(marked[..., 1:], marks)
    return np.asarray(semiring.add(unmarked, semiring.stay_back(unmarked, blanks)))
