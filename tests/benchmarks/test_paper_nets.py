"""The rows of nets, on drawn digits: a short training of each kind learns, and boosting runs through."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from benchmarks import paper_rows_nets as nets
from benchmarks.paper_data import PaperData, Version
from benchmarks.paper_scores import error_percent
from train.lenet import total


class Drawn:
    """Stands in for PaperData: 600 digits of OpenCV's Hershey font, moved at random; the last 100 are the test's."""

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        labels = (np.arange(600) % 10).astype(np.uint8)
        images = np.zeros((600, 28, 28), np.uint8)
        for image, label in zip(images, labels.tolist(), strict=True):
            place = tuple(int(p) for p in (7 + random.integers(-1, 2), 22 + random.integers(-1, 2)))
            cv2.putText(image, str(label), place, cv2.FONT_HERSHEY_SIMPLEX, 0.65, 255, 2, cv2.LINE_AA)
        self.plain = Version(images[:500], images[500:])
        self.train_labels, self.test_labels = labels[:500], labels[500:]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> PaperData:
    """A few passes of 500 patterns in place of twenty of 60,000."""
    monkeypatch.setattr(nets, "PATTERNS_A_PASS", 500)
    monkeypatch.setattr(nets, "COPIES", 1)
    monkeypatch.setattr(nets, "PAPER_SCHEDULE", (0.0002,) * 6)
    monkeypatch.setattr(nets, "RBF_SCHEDULE", (0.00005,) * 4)
    return cast(PaperData, Drawn())


@pytest.mark.parametrize("name", ["lenet_4", "lenet_5", "dist_lenet_5", "mlp_300"])
def test_short_training_learns_and_is_kept(name: str, short: PaperData, tmp_path: Path) -> None:
    row = {net.name: net for net in nets.NETS}[name]
    answers = row(short, 1, tmp_path)
    assert error_percent(answers.scores, short.test_labels) < 30
    assert answers.variables_k == total(row.plan).parameters / 1000
    again = row(short, 1, tmp_path)  # from its checkpoint
    np.testing.assert_array_equal(answers.scores, again.scores)
    assert again.earlier_cpu_s > 0


@pytest.mark.slow
def test_boosting_trains_three_nets_and_adds_them(short: PaperData, tmp_path: Path) -> None:
    answers = nets.boosted_lenet_4(short, 1, tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 3
    assert answers.variables_k == pytest.approx(3 * 16.998)
    assert error_percent(answers.scores, short.test_labels) < 30


def test_neighbours_on_hidden_units(short: PaperData, tmp_path: Path) -> None:
    answers = nets.lenet_4_neighbours(short, 1, tmp_path)
    assert error_percent(answers.scores, short.test_labels) < 15
    assert answers.variables_k == pytest.approx((500 * 120 + 16_998) / 1000)


def test_hidden_layers_have_the_papers_sizes() -> None:
    sizes = {(28, 300): 238_510, (28, 1000): 795_010, (28, 300, 100): 266_610, (28, 500, 150): 469_160}
    for (side, *units), parameters in sizes.items():
        assert total(nets.hidden_layers(side, *units)).parameters == parameters
