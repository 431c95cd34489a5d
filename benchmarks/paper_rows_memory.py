"""The paper's classifiers that keep training digits: tangent distance and a support vector machine (III-C.11, 12)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC

from benchmarks.paper_data import Images, PaperData, as_vectors
from benchmarks.paper_scores import Answers, Scores

_CLASSES = 10
_DEGREE = 4
_BLUR_PX = 0.9  # tangents are derivatives: they need images that change smoothly
_CANDIDATES = 100
_TANGENTS = 7
_RIDGE = 0.01
_AT_ONCE = 200

Vectors = NDArray[np.float32]


def polynomial_svm(data: PaperData, seed: int) -> Answers:
    """A support vector machine with the kernel (x y / 784 + 1)^4, one class against the others by pairs."""
    train, test = (as_vectors(x) for x in (data.plain.train, data.plain.test))
    machine = SVC(kernel="poly", degree=_DEGREE, gamma="scale", coef0=1, C=10, cache_size=1000, break_ties=True)
    machine.fit(train, data.train_labels)
    stored_k = machine.support_vectors_.size / 1000
    scores = np.concatenate([machine.decision_function(part) for part in np.array_split(test, 20)])
    return Answers(
        scores.astype(np.float32), stored_k, stored_k, f"{len(machine.support_vectors_)} support vectors, C = 10"
    )


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
    """How images [n, h, w] change under small transformations: float32 [n, 7, h * w].

    Shifts along x and y, scaling, rotation, squeezing along the axes and along the diagonals, and thickening (Simard,
    LeCun and Denker 1993).
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
    """Squared distance between the tangent planes of one image [h, w] and of others [n, h, w]: float32 [n].

    A little of the length of each tangent step is added, so that planes far away from the images do not meet.
    """
    own = tangents(image[None])[0]
    theirs = tangents(others)
    planes = np.concatenate([np.broadcast_to(own, theirs.shape), -theirs], 1)
    apart = (image - others).reshape(len(others), -1)
    gram = planes @ planes.transpose(0, 2, 1) + _RIDGE * np.eye(2 * _TANGENTS, dtype=np.float32)
    along = (planes @ apart[:, :, None])[:, :, 0]
    steps = np.linalg.solve(gram, along[:, :, None])[:, :, 0]
    return np.square(apart).sum(1) - (along * steps).sum(1)


def _nearest_of_each(distances: Vectors, labels: NDArray[np.uint8]) -> Scores:
    """Minus the distance of each class's nearest; a class without candidates gets the largest one's."""
    scores = np.full(_CLASSES, -distances.max(), np.float32)
    np.maximum.at(scores, labels, -distances)
    return scores
