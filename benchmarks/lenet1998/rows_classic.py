"""The paper's classifiers before its nets: linear, nearest neighbours, quadratic, RBF (III-C.1 to 5)."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestNeighbors

from benchmarks.lenet1998.data import PaperData, Version, as_vectors
from benchmarks.lenet1998.scores import Answers, Scores

_CLASSES = 10
_NEIGHBORS = 3
_COMPONENTS = 40
_UNITS_A_CLASS = 100
_NEARBY = 10  # neighbours looked at for the second best class

Vectors = NDArray[np.float32]


def linear(data: PaperData, seed: int) -> Answers:
    """One weighted sum of the pixels for each class, fitted to +1 and -1 by least squares."""
    return _linear(data, data.plain)


def deslanted_linear(data: PaperData, seed: int) -> Answers:
    """The same on deslanted digits."""
    return _linear(data, data.deslanted)


def _linear(data: PaperData, version: Version) -> Answers:
    train, test = as_vectors(version.train), as_vectors(version.test)
    weights = _CLASSES * (train.shape[1] + 1) / 1000
    return Answers(_least_squares(train, data.train_labels, test), weights, weights, "least squares, targets +1 and -1")


def _least_squares(train: Vectors, labels: NDArray[np.uint8], test: Vectors, penalty: float = 1.0) -> Scores:
    targets = np.where(labels[:, None] == np.arange(_CLASSES), 1, -1).astype(np.float32)
    return np.asarray(Ridge(alpha=penalty).fit(train, targets).predict(test), np.float32)


def pairwise(data: PaperData, seed: int) -> Answers:
    """A linear unit for each pair of classes; a class's score is the sum of its units minus the others' for it."""
    train, test = (_with_constant(as_vectors(x)) for x in (data.plain.train, data.plain.test))
    members = [train[data.train_labels == c] for c in range(_CLASSES)]
    products, sums = [m.T @ m for m in members], [m.sum(0) for m in members]
    scores = np.zeros((len(test), _CLASSES))
    for one, other in combinations(range(_CLASSES), 2):
        weights = np.linalg.solve(products[one] + products[other] + np.eye(train.shape[1]), sums[one] - sums[other])
        outputs = test @ weights
        votes = np.sign(outputs) + outputs / 1000  # the outputs themselves only break ties
        scores[:, one] += votes
        scores[:, other] -= votes
    weights_k = 45 * train.shape[1] / 1000
    return Answers(scores.astype(np.float32), weights_k, weights_k, "45 units by least squares, each votes +1 or -1")


def _with_constant(x: Vectors) -> NDArray[np.float64]:
    return np.hstack([x.astype(np.float64), np.ones((len(x), 1))])


def neighbors(data: PaperData, seed: int) -> Answers:
    """The commonest class among the three nearest training digits."""
    return _neighbors(data, data.plain)


def deslanted_neighbours(data: PaperData, seed: int) -> Answers:
    """The same on deslanted digits."""
    return _neighbors(data, data.deslanted)


def _neighbors(data: PaperData, version: Version) -> Answers:
    train, test = as_vectors(version.train), as_vectors(version.test)
    scores = nearest_scores(train, data.train_labels, test)
    stored = train.size / 1000
    return Answers(scores, stored, stored, f"k = {_NEIGHBORS}")


def nearest_scores(train: Vectors, labels: NDArray[np.uint8], test: Vectors) -> Scores:
    """Votes of the three nearest for each class, plus up to 1 for how near its nearest is among the ten nearest."""
    index = NearestNeighbors(n_neighbors=_NEARBY, algorithm="brute").fit(train)
    parts = [index.kneighbors(part) for part in np.array_split(test, 20)]  # all at once would take 5 GB
    distances, found = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    scores = np.zeros((len(test), _CLASSES), np.float32)
    # Classes of the ten nearest [n, 10], and how near each is compared with the last of them, 0..1.
    classes = labels[found]
    nearness = 1 - distances / (distances[:, -1:] + 1e-6)
    for c in range(_CLASSES):
        same = classes == c
        scores[:, c] = same[:, :_NEIGHBORS].sum(1) + np.where(same, nearness, 0).max(1)
    return scores


def quadratic(data: PaperData, seed: int) -> Answers:
    """A linear classifier on the 40 principal components, their products in pairs and a constant: 821 inputs."""
    train, test = as_vectors(data.plain.train), as_vectors(data.plain.test)
    components = PCA(_COMPONENTS, random_state=seed).fit(train)
    train, test = (_products(components.transform(x)) for x in (train, test))
    scores = _least_squares(train, data.train_labels, test)
    inputs = train.shape[1] + 1
    projection = _COMPONENTS * 784
    stored = (projection + _CLASSES * inputs + 784) / 1000
    return Answers(
        scores, (projection + inputs - 1 - _COMPONENTS + _CLASSES * inputs) / 1000, stored, f"{inputs} inputs"
    )


def _products(x: Vectors) -> Vectors:
    rows, columns = np.triu_indices(x.shape[1], 1)
    return np.hstack([x, x[:, rows] * x[:, columns]]).astype(np.float32)


def radial(data: PaperData, seed: int) -> Answers:
    """A thousand Gaussian units, a hundred for each class placed by k-means, and a linear layer by least squares."""
    train, test = as_vectors(data.plain.train), as_vectors(data.plain.test)
    centers, widths = [], []
    for c in range(_CLASSES):
        members = train[data.train_labels == c]
        clusters = MiniBatchKMeans(_UNITS_A_CLASS, random_state=seed, n_init=1, batch_size=2048).fit(members)
        centers.append(clusters.cluster_centers_)
        distances = np.square(members - clusters.cluster_centers_[clusters.labels_]).sum(1)
        widths.append(np.full(_UNITS_A_CLASS, distances.mean()))
    units, width = np.concatenate(centers).astype(np.float32), np.concatenate(widths).astype(np.float32)
    scores = _least_squares(_gaussians(train, units, width), data.train_labels, _gaussians(test, units, width), 1e-3)
    weights = (units.size + len(units) + _CLASSES * (len(units) + 1)) / 1000
    return Answers(scores, weights, weights, "width of a class's units: mean squared distance to their centres")


def _gaussians(x: Vectors, centers: Vectors, widths: Vectors) -> Vectors:
    # Squared distances of the vectors [n, pixels] to the centres [units, pixels]: [n, units].
    squares = np.square(x).sum(1)[:, None] + np.square(centers).sum(1) - 2 * x @ centers.T
    return np.exp(-squares / (2 * widths))
