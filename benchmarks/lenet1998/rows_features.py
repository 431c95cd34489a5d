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
from train.lenet1998.model import LENET_4, total

NEAREST = 50
PENALTY = 10.0
_CLASSES = 10
_PARTS = 20

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class _Features:
    """The 120 units before LeNet-4's last layer, float32 [n, 120], and CPU seconds of earlier processes."""

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


def _features(data: PaperData, seed: int, work: Path) -> _Features:
    trained = LENET_4_ROW.fit(data, seed, work)
    return _Features(trained.features(data.plain.train), trained.features(data.plain.test), trained.earlier_cpu_s)


def lenet_4_neighbours(data: PaperData, seed: int, work: Path) -> Answers:
    """Nearest neighbours on LeNet-4's features."""
    features = _features(data, seed, work)
    scores = nearest_scores(features.train, data.train_labels, features.test)
    return Answers(scores, features.search_k, features.stored_k, "k = 3", features.earlier_cpu_s)


def lenet_4_local(data: PaperData, seed: int, work: Path) -> Answers:
    """A linear classifier of its own for every test digit, on LeNet-4's features of the nearest training digits."""
    features = _features(data, seed, work)
    scores = local_scores(features.train, data.train_labels, features.test)
    units = features.train.shape[1]
    fit_k = (NEAREST * units * (units + _CLASSES) + units**3 / 3) / 1000
    details = f"least squares on the {NEAREST} nearest, penalty {PENALTY:g} on the weights"
    return Answers(scores, features.search_k + fit_k, features.stored_k, details, features.earlier_cpu_s)


def local_scores(
    train: Vectors, labels: NDArray[np.uint8], test: Vectors, nearest: int = NEAREST, penalty: float = PENALTY
) -> Scores:
    """Scores float32 [n, 10] of test vectors [n, units] by least squares on each one's nearest training vectors.

    Targets are +1 and -1; the constant goes unpenalised, so that a large penalty leaves the vote of the nearest.
    Source: Bottou and Vapnik 1992.
    """
    index = NearestNeighbors(n_neighbors=nearest, algorithm="brute").fit(train)
    targets = np.where(labels[:, None] == np.arange(_CLASSES), 1, -1).astype(np.float32)
    ridge = penalty * np.eye(train.shape[1], dtype=np.float32)
    scores = np.empty((len(test), _CLASSES), np.float32)
    for numbers in np.array_split(np.arange(len(test)), min(_PARTS, len(test))):
        for number, near in zip(numbers, index.kneighbors(test[numbers], return_distance=False), strict=True):
            middle, vote = train[near].mean(0), targets[near].mean(0)
            apart = train[near] - middle
            weights = np.linalg.solve(apart.T @ apart + ridge, apart.T @ (targets[near] - vote))
            scores[number] = vote + (test[number] - middle) @ weights
    return scores
