"""Rows on LeNet-4's features, on drawn digits and on made-up vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.rows_features import lenet_4_local, lenet_4_neighbours, local_scores
from benchmarks.lenet1998.scores import error_percent
from tests.benchmarks.conftest import SHORT


def test_both_rows_answer_from_one_trained_net(digits: PaperData, tmp_path: Path) -> None:
    for row in (lenet_4_neighbours, lenet_4_local):
        answers = row(digits, 1, tmp_path, SHORT)
        assert error_percent(answers.scores, digits.test_labels) < 15
        assert answers.variables_k == pytest.approx((500 * 120 + 16_998) / 1000)
    assert [path.name for path in tmp_path.glob("*.npz")] == ["lenet_4-1.npz"]
    assert answers.products_k > answers.variables_k  # the local fit comes on top of the search


def test_a_line_of_their_own_parts_near_neighbours_that_a_vote_gets_wrong() -> None:
    # Class 1 lies above a line, class 0 below, and the test vectors just above it, where most neighbours are 0.
    random = np.random.default_rng(1)
    below = random.uniform((0, -1), (10, -0.05), (900, 2))
    above = random.uniform((0, 0.4), (10, 1), (300, 2))
    train = np.concatenate([below, above]).astype(np.float32)
    labels = np.repeat([0, 1], [900, 300]).astype(np.uint8)
    test = np.stack([np.linspace(1, 9, 20), np.full(20, 0.3)], 1).astype(np.float32)
    voted = local_scores(train, labels, test, nearest=60, penalty=1e6).argmax(1)
    fitted = local_scores(train, labels, test, nearest=60, penalty=0.1).argmax(1)
    assert (fitted == 1).all() and (voted == 0).any()
