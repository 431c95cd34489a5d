"""The paper's data versions and methods, on figures drawn for the purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from benchmarks.lenet1998.data import PaperData, Version, box, crop, deslant, shrink
from benchmarks.lenet1998.rows_classic import deslanted_neighbours, linear, neighbors, pairwise, radial
from benchmarks.lenet1998.rows_memory import (
    polynomial_svm,
    shift,
    tangent,
    tangent_distances,
    virtual_svm,
    weakest_duels,
)
from benchmarks.lenet1998.scores import error_percent


def figures(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """OpenCV's Hershey digits with random shear and place, and their classes."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    for image, label in zip(images, labels.tolist(), strict=True):
        cv2.putText(image, str(label), (7, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.65, 255, 2, cv2.LINE_AA)
        shear = random.uniform(-0.3, 0.3)
        matrix = np.array([[1, shear, random.uniform(-1, 1) - 13.5 * shear], [0, 1, random.uniform(-1, 1)]])
        image[:] = cv2.warpAffine(image, matrix, (28, 28))
    return images, labels


@dataclass(frozen=True)
class Drawn:
    """Stands in for PaperData: 4000 drawn digits to train on, 200 to test."""

    plain: Version
    deslanted: Version
    small: Version
    train_labels: np.ndarray
    test_labels: np.ndarray


def drawn() -> PaperData:
    (train, train_labels), (test, test_labels) = figures(4000, 1), figures(200, 2)
    plain = Version(train, test)
    upright = Version(crop(deslant(train)), crop(deslant(test)))
    small = Version(shrink(train), shrink(test))
    return cast(PaperData, Drawn(plain, upright, small, train_labels, test_labels))


def slant(image: np.ndarray) -> float:
    """Shear of the second moments."""
    moments = cv2.moments(image)
    return float(moments["mu11"] / moments["mu02"])


def test_deslanting_takes_the_slant_away_and_keeps_the_ink() -> None:
    images, _ = figures(40, 3)
    upright = deslant(images)
    assert max(abs(slant(image)) for image in images) > 0.2
    assert max(abs(slant(image)) for image in upright) < 0.02
    np.testing.assert_allclose(upright.sum((1, 2), dtype=float), images.sum((1, 2), dtype=float), rtol=0.02)


def test_boxes_hold_whole_digits() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 0:20, 8:28] = 255
    images[1, 8:20, 10:14] = 255
    whole = box(images)
    assert whole.shape == (2, 20, 20) and (whole[0] == 255).all()
    assert whole[1].sum() == images[1].sum() and whole[1][4:16, 8:12].all()  # in the middle
    assert shrink(images).shape == (2, 16, 16) and (shrink(images)[0] == 255).all()


def test_methods_tell_drawn_digits_apart() -> None:
    data = drawn()
    for method, most in (
        *((linear, 15), (pairwise, 15), (neighbors, 5), (deslanted_neighbours, 2), (radial, 10)),
        *((polynomial_svm, 5), (virtual_svm, 5), (tangent, 2)),
    ):
        answers = method(data, 1)
        assert answers.scores.shape == (200, 10)
        assert error_percent(answers.scores, data.test_labels) <= most, method.__name__
        assert answers.products_k > 0 and answers.variables_k > 0


def test_shifts_lose_what_leaves_and_bring_paper() -> None:
    images = figures(2, 5)[0]
    images[:, 0], images[:, :, 0] = 9, 7
    down, left = shift(images, 1, 0), shift(images, 0, -1)
    assert not down[:, 0].any() and (down[:, 1:] == images[:, :-1]).all()
    assert not left[:, :, -1].any() and (left[:, :, :-1] == images[:, :, 1:]).all()


def test_sheared_copy_is_near_by_tangent_distance() -> None:
    image, other = (cv2.GaussianBlur(i.astype(np.float32) / 255, (0, 0), 1.5) for i in figures(2, 4)[0])
    moved = cv2.warpAffine(image, np.array([[1, 0.1, 0.6 - 1.35], [0, 1, 0.4]]), (28, 28))
    to_moved, to_other, to_itself = tangent_distances(image, np.stack([moved, other, image]))
    euclid = float(np.square(image - moved).sum())
    assert to_moved < 0.15 * euclid and to_moved < 0.1 * to_other
    assert abs(to_itself) < 1e-4


def test_a_class_scores_by_its_weakest_duel() -> None:
    margins = np.zeros((2, 45))
    pairs = [(one, other) for one in range(10) for other in range(one + 1, 10)]
    for column, (one, other) in enumerate(pairs):
        margins[0, column] = other - one  # 0 beats all, the next by least
        margins[1, column] = 0.5 if 7 not in (one, other) else (3.0 if one == 7 else -2.0)  # 7 beats all
    scores = weakest_duels(margins)
    assert scores.argmax(axis=1).tolist() == [0, 7]
    assert scores[0].tolist() == [1, -1, -2, -3, -4, -5, -6, -7, -8, -9]
    assert scores[1, 7] == 2 and scores[1, 0] == -2
