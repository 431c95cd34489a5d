"""The rows of nets, on drawn digits: a short training of each kind learns, and boosting runs through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.lenet1998 import rows_nets as nets
from benchmarks.lenet1998 import training
from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.scores import error_percent
from tests.benchmarks.conftest import SHORT
from train.lenet1998.model import total


@pytest.mark.parametrize("name", ["lenet_4", "lenet_5", "dist_lenet_5", "mlp_300"])
def test_short_training_learns_and_is_kept(name: str, digits: PaperData, tmp_path: Path) -> None:
    row = {net.name: net for net in nets.NETS}[name]
    answers = row(digits, 1, tmp_path, SHORT)
    assert error_percent(answers.scores, digits.test_labels) < 30
    assert answers.variables_k == total(row.plan).parameters / 1000
    again = row(digits, 1, tmp_path, SHORT)  # from its checkpoint
    np.testing.assert_array_equal(answers.scores, again.scores)
    assert again.earlier_cpu_s > 0


@pytest.mark.slow
def test_boosting_trains_three_nets_and_adds_them(digits: PaperData, tmp_path: Path) -> None:
    answers = nets.boosted_lenet_4(digits, 1, tmp_path, SHORT)
    assert len(list(tmp_path.glob("*.npz"))) == 3
    assert answers.variables_k == pytest.approx(3 * 16.998)
    assert error_percent(answers.scores, digits.test_labels) < 30


def test_standardised_inputs_have_mean_nought_and_variance_one(digits: PaperData) -> None:
    pixels = training.standardised(digits.plain.train, 28)(digits.plain.train)
    assert float(pixels.mean()) == pytest.approx(0, abs=1e-4) and float(pixels.std()) == pytest.approx(1, abs=1e-4)
    paper = training.Inputs(32)(digits.plain.train)  # the paper's range, with a frame of paper
    assert float(paper.min()) == pytest.approx(-0.1) and float(paper.max()) == pytest.approx(1.175)
    assert paper.shape == (500, 32, 32)


def test_a_pool_comes_by_in_turn(digits: PaperData) -> None:
    pool = training.enlarged(digits.plain.train, digits.train_labels, 32, 1, SHORT.copies)
    numbers = training.in_turn(pool, 1, SHORT.patterns_a_pass)
    seen = np.concatenate([numbers(0), numbers(1)])
    assert len(pool) == 1000 and np.array_equal(np.sort(seen), np.arange(1000))
    np.testing.assert_array_equal(numbers(2), numbers(0))
    first = training.taken(pool, numbers, training.Inputs(32))(0)
    assert first.images.shape == (500, 32, 32)
    np.testing.assert_array_equal(first.labels, np.tile(digits.train_labels, 2)[numbers(0)])


def test_hidden_layers_have_the_papers_sizes() -> None:
    sizes = {(28, 300): 238_510, (28, 1000): 795_010, (28, 300, 100): 266_610, (28, 500, 150): 469_160}
    for (side, *units), parameters in sizes.items():
        assert total(nets.hidden_layers(side, *units)).parameters == parameters


def test_larger_fully_connected_nets_learn_more_slowly() -> None:
    first = [
        nets.full_schedule(nets.hidden_layers(28, *units), distorted)[0]
        for units, distorted in (
            ((300,), True),
            ((300, 100), True),
            ((1000,), False),
            ((1000,), True),
            ((500, 150), True),
        )
    ]
    assert np.allclose(first, [0.00005, 0.00002, 0.00002, 0.00001, 0.00001])
