"""The paper's classifiers that keep training digits: tangent distance and a support vector machine (III-C.11, 12)."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC

from benchmarks.lenet1998.data import Images, PaperData, as_vectors
from benchmarks.lenet1998.scores import Answers, Scores

_CLASSES = 10
_DEGREE, _VIRTUAL_DEGREE = 4, 9
_MARGIN_COST = 10.0
_BLUR_PX = 0.9  # tangents are derivatives: they need images that change smoothly
_CANDIDATES = 100
_TANGENTS = 7
_RIDGE = 0.01
_AT_ONCE = 200

Vectors = NDArray[np.float32]


def polynomial_svm(data: PaperData, seed: int) -> Answers:
    """A support vector machine with the kernel (g x y + 1)^4, one class against the others by pairs."""
    machine = _machine(_DEGREE).fit(as_vectors(data.plain.train), data.train_labels)
    return _svm_answers(machine, data)


def virtual_svm(data: PaperData, seed: int) -> Answers:
    """A machine of degree 9 on the support vectors of a first one and their copies shifted by a pixel four ways."""
    images = data.plain.train
    first = _machine(_VIRTUAL_DEGREE).fit(as_vectors(images), data.train_labels)
    chosen, labels = images[first.support_], data.train_labels[first.support_]
    shifted = [chosen, *(shift(chosen, *by) for by in ((0, 1), (0, -1), (1, 0), (-1, 0)))]
    machine = _machine(_VIRTUAL_DEGREE).fit(as_vectors(np.concatenate(shifted)), np.tile(labels, len(shifted)))
    return _svm_answers(machine, data)


def shift(images: Images, down: int, right: int) -> Images:
    """Digits moved by whole px; what leaves the frame is lost and paper comes in."""
    rows, columns = images.shape[1:]
    framed = np.pad(images, ((0, 0), (max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0))))
    top, left = max(-down, 0), max(-right, 0)
    return framed[:, top : top + rows, left : left + columns]


def _machine(degree: int) -> SVC:
    """g is 1 / (pixels * their variance), which makes the products of the paper's kernel about as large."""
    return SVC(
        kernel="poly",
        degree=degree,
        gamma="scale",
        coef0=1,
        C=_MARGIN_COST,
        cache_size=1000,
        decision_function_shape="ovo",
    )


def _svm_answers(machine: SVC, data: PaperData) -> Answers:
    stored_k = machine.support_vectors_.size / 1000
    parts = np.array_split(as_vectors(data.plain.test), 20)
    scores = np.concatenate([weakest_duels(machine.decision_function(part)) for part in parts])
    details = f"{len(machine.support_vectors_)} support vectors, C = {_MARGIN_COST:g}"
    return Answers(scores, stored_k, stored_k, details)


def weakest_duels(margins: NDArray[np.float64]) -> Scores:
    """Each class's smallest margin against the nine others; counted duels would tie, and reject badly.

    Args:
        margins: Of the pairs (0, 1), (0, 2) ... (8, 9), positive where the first wins: [n, 45].

    Returns:
        Scores float32 [n, 10].
    """
    scores = np.full((len(margins), _CLASSES), np.inf, np.float32)
    for (one, other), margin in zip(combinations(range(_CLASSES), 2), margins.T.astype(np.float32), strict=True):
        np.minimum(scores[:, one], margin, out=scores[:, one])
        np.minimum(scores[:, other], -margin, out=scores[:, other])
    return scores


def tangent(data: PaperData, seed: int) -> Answers:
    """The class of the nearest training digit by two-sided tangent distance, among the hundred nearest by Euclid."""
    train, test = _smooth(data.small.train), _smooth(data.small.test)
    flat_train, flat_test = (x.reshape(len(x), -1) for x in (train, test))
    index = NearestNeighbors(n_neighbors=_CANDIDATES, algorithm="brute").fit(flat_train)
    scores = np.zeros((len(test), _CLASSES), np.float32)
    for first in range(0, len(test), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        near = index.kneighbors(flat_test[part], return_distance=False)
        for k, candidates in enumerate(near, first):
            distances = tangent_distances(test[k], train[candidates])
            scores[k] = _nearest_of_each(distances, data.train_labels[candidates])
    pixels = flat_train.shape[1]
    stored_k = flat_train.size * (1 + _TANGENTS) / 1000
    products_k = (flat_train.size + _CANDIDATES * _TANGENTS * (_TANGENTS + 2) * pixels) / 1000
    return Answers(scores, products_k, stored_k, f"two-sided, {_CANDIDATES} candidates by Euclidean distance")


def _smooth(images: Images) -> NDArray[np.float32]:
    """Blurred digits in 0..1 with a margin of 2 px, so that shifts keep them in the frame: float32 [n, 20, 20]."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2))).astype(np.float32) / 255
    return np.stack([cv2.GaussianBlur(image, (0, 0), _BLUR_PX) for image in padded])


def tangents(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """How images change under small transformations. Source: Simard, LeCun and Denker 1993.

    Args:
        images: float32 [n, h, w].

    Returns:
        Their derivatives float32 [n, 7, h * w]: by shifts along x and y, scaling, rotation, squeezing along the axes
        and along the diagonals, and thickening.
    """
    count, rows, columns = images.shape
    down, right = np.gradient(images, axis=(1, 2))
    y, x = (np.mgrid[:rows, :columns] - np.array([(rows - 1) / 2, (columns - 1) / 2])[:, None, None]).astype(np.float32)
    scale = 2 / rows  # so that all tangents are of about the same length
    made = [
        right,
        down,
        scale * (x * right + y * down),
        scale * (y * right - x * down),
        scale * (x * right - y * down),
        scale * (y * right + x * down),
        right**2 + down**2,
    ]
    return np.stack(made, 1).reshape(count, len(made), -1).astype(np.float32)


def tangent_distances(image: NDArray[np.float32], others: NDArray[np.float32]) -> Vectors:
    """Squared distances between the tangent plane of one image and those of others.

    A little of the length of each tangent step is added, so that planes far away from the images do not meet.

    Args:
        image: float32 [h, w].
        others: float32 [n, h, w].

    Returns:
        float32 [n].
    """
    # Directions in which either image may move: the seven of the one, and those of each other, [n, 14, h * w].
    own = tangents(image[None])[0]
    theirs = tangents(others)
    planes = np.concatenate([np.broadcast_to(own, theirs.shape), -theirs], 1)
    # The difference of the images [n, h * w], and its products with the directions [n, 14].
    difference = (image - others).reshape(len(others), -1)
    along = (planes @ difference[:, :, None])[:, :, 0]
    # The steps that make the difference least, by the normal equations with a ridge: [n, 14].
    gram = planes @ planes.transpose(0, 2, 1) + _RIDGE * np.eye(2 * _TANGENTS, dtype=np.float32)
    steps = np.linalg.solve(gram, along[:, :, None])[:, :, 0]
    return np.square(difference).sum(1) - (along * steps).sum(1)


def _nearest_of_each(distances: Vectors, labels: NDArray[np.uint8]) -> Scores:
    """Minus the distance of each class's nearest; a class without candidates gets the largest one's."""
    scores = np.full(_CLASSES, -distances.max(), np.float32)
    np.maximum.at(scores, labels, -distances)
    return scores
