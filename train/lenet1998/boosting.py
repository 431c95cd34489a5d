"""Boosting of three nets by filtered training sets (paper, III-C.10; Drucker, Schapire and Simard 1993).

The first net trains on everything, the second on a set of which the first gets half wrong, the third on samples of
which the first two say different things. Their outputs are added.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError

Indices = NDArray[np.int64]


def half_wrong(right: NDArray[np.bool_], count: int, random: np.random.Generator) -> Indices:
    """Indices of samples in random order, half of them read wrong by the first net.

    Wrong ones come again where there are too few.

    Args:
        right: whether the first net reads each sample right, bool [n].
        count: how many indices.
        random: draws them.

    Raises:
        PosteyeError: when all are right or all are wrong.
    """
    wrong_indices, right_indices = np.flatnonzero(~right), np.flatnonzero(right)
    if not (len(wrong_indices) and len(right_indices)):
        raise PosteyeError("the first net gets none or all of the samples wrong; give it more distorted ones")
    half = count // 2
    chosen = [_evenly_repeated(wrong_indices, half, random), _evenly_repeated(right_indices, count - half, random)]
    return random.permutation(np.concatenate(chosen))


def disagreements(
    first: NDArray[np.int64], second: NDArray[np.int64], count: int, random: np.random.Generator
) -> Indices:
    """Indices, in random order, of samples for which two nets answer differently.

    They come again where there are too few.

    Args:
        first: answers of the first net, int64 [n].
        second: answers of the second net, int64 [n].
        count: how many indices.
        random: draws them.

    Raises:
        PosteyeError: when the nets agree everywhere.
    """
    differing = np.flatnonzero(first != second)
    if not len(differing):
        raise PosteyeError("the first two nets agree on every sample; give them more distorted ones")
    return _evenly_repeated(differing, count, random)


def _evenly_repeated(indices: Indices, count: int, random: np.random.Generator) -> Indices:
    """Every index as often as every other, give or take one, in random order."""
    rounds = -(-count // len(indices))
    return np.concatenate([random.permutation(indices) for _ in range(rounds)])[:count]


def summed_scores(scores: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The ensemble's class scores: the nets' outputs [n, classes] summed."""
    return np.sum(scores, axis=0, dtype=np.float32)
