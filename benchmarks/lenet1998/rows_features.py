"""The paper's classifiers on LeNet-4's last hidden layer: nearest neighbours and local learning (III-C.8)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.rows_classic import nearest_scores
from benchmarks.lenet1998.rows_nets import LENET_4_ROW
from benchmarks.lenet1998.scores import Answers, Scores
from benchmarks.lenet1998.training import PUBLISHED, Sizes
from train.lenet1998.model import LENET_4, total

NEAREST = 50
PENALTY = 10.0
_CLASSES = 10
_PARTS = 20

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class _Features:
    """LeNet-4's features of all digits.

    Attributes:
        train: The 120 units before the last layer, of the training digits: float32 [n, 120].
        test: The same of the test digits.
        earlier_cpu_s: CPU seconds of earlier processes whose checkpoint the net went on from.
    """

    train: Vectors
    test: Vectors
    earlier_cpu_s: float

    @property
    def stored_k(self) -> float:
        """Numbers kept, in thousands: all training digits' units and the net."""
        return (self.train.size + total(LENET_4).parameters) / 1000

    @property
    def search_k(self) -> float:
        """Products of the net and of the search among all training digits, in thousands."""
        return (self.train.size + total(LENET_4).products) / 1000


def _features(data: PaperData, seed: int, work: Path, sizes: Sizes) -> _Features:
    trained = LENET_4_ROW.fit(data, seed, work, sizes)
    return _Features(trained.features(data.plain.train), trained.features(data.plain.test), trained.earlier_cpu_s)


def lenet_4_neighbours(data: PaperData, seed: int, work: Path, sizes: Sizes = PUBLISHED) -> Answers:
    """Nearest neighbours on LeNet-4's features."""
    features = _features(data, seed, work, sizes)
    scores = nearest_scores(features.train, data.train_labels, features.test)
    return Answers(scores, features.search_k, features.stored_k, "k = 3", features.earlier_cpu_s)


def lenet_4_local(data: PaperData, seed: int, work: Path, sizes: Sizes = PUBLISHED) -> Answers:
    """A linear classifier of its own for every test digit, on LeNet-4's features of the nearest training digits."""
    features = _features(data, seed, work, sizes)
    scores = local_scores(features.train, data.train_labels, features.test)
    units = features.train.shape[1]
    fit_k = (NEAREST * units * (units + _CLASSES) + units**3 / 3) / 1000
    details = f"least squares on the {NEAREST} nearest, penalty {PENALTY:g} on the weights"
    return Answers(scores, features.search_k + fit_k, features.stored_k, details, features.earlier_cpu_s)


def local_scores(
    train: Vectors, labels: NDArray[np.uint8], test: Vectors, nearest: int = NEAREST, penalty: float = PENALTY
) -> Scores:
    """Scores by least squares on each test vector's nearest training vectors.

    Args:
        train: Training vectors, float32 [m, units].
        labels: Their classes, [m].
        test: Test vectors, float32 [n, units].
        nearest: How many training vectors each fit takes.
        penalty: On the squared weights; the constant goes unpenalised, so that a large penalty leaves the vote of the
            nearest.

    Returns:
        Scores float32 [n, 10], of targets +1 and -1. Source: Bottou and Vapnik 1992.
    """
    index = NearestNeighbors(n_neighbors=nearest, algorithm="brute").fit(train)
    targets = np.where(labels[:, None] == np.arange(_CLASSES), 1, -1).astype(np.float32)
    ridge = penalty * np.eye(train.shape[1], dtype=np.float32)
    scores = np.empty((len(test), _CLASSES), np.float32)
    for numbers in np.array_split(np.arange(len(test)), min(_PARTS, len(test))):
        for number, near in zip(numbers, index.kneighbors(test[numbers], return_distance=False), strict=True):
            # The middle of the neighbours [units], the mean of their targets [10], and the neighbours around it.
            middle, vote = train[near].mean(0), targets[near].mean(0)
            offsets = train[near] - middle
            # Ridge regression of the targets on the neighbours, both about their means: weights [units, 10].
            weights = np.linalg.solve(offsets.T @ offsets + ridge, offsets.T @ (targets[near] - vote))
            scores[number] = vote + (test[number] - middle) @ weights
    return scores
