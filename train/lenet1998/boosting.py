"""Boosting of three nets by filtered training sets (paper, III-C.10; Drucker, Schapire and Simard 1993).

The first net trains on everything, the second on a set of which the first gets half wrong, the third on patterns of
which the first two say different things. Their outputs are added.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError

Numbers = NDArray[np.int64]


def half_wrong(right: NDArray[np.bool_], count: int, random: np.random.Generator) -> Numbers:
    """`count` numbers of patterns in random order, half of them wrong by the first net (right: bool [n]).

    Wrong ones come again where there are too few. Raises PosteyeError when all are right or all are wrong.
    """
    wrong_numbers, right_numbers = np.flatnonzero(~right), np.flatnonzero(right)
    if not (len(wrong_numbers) and len(right_numbers)):
        raise PosteyeError("the first net gets none or all of the patterns wrong; give it more distorted ones")
    half = count // 2
    chosen = [_draw(wrong_numbers, half, random), _draw(right_numbers, count - half, random)]
    return random.permutation(np.concatenate(chosen))


def disagreements(
    first: NDArray[np.int64], second: NDArray[np.int64], count: int, random: np.random.Generator
) -> Numbers:
    """`count` numbers, in random order, of patterns for which two nets answer differently (int64 [n] each).

    They come again where there are too few. Raises PosteyeError when the nets agree everywhere.
    """
    apart = np.flatnonzero(first != second)
    if not len(apart):
        raise PosteyeError("the first two nets agree on every pattern; give them more distorted ones")
    return _draw(apart, count, random)


def _draw(numbers: Numbers, count: int, random: np.random.Generator) -> Numbers:
    """Every number as often as every other, give or take one, in random order."""
    rounds = -(-count // len(numbers))
    return np.concatenate([random.permutation(numbers) for _ in range(rounds)])[:count]


def added(scores: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The ensemble's class scores: the nets' outputs [n, classes] summed."""
    return np.sum(scores, axis=0, dtype=np.float32)
