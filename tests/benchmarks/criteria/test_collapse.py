"""Collapse of global training, as the paper describes it, on the toy of the benchmark."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner

from benchmarks.criteria.collapse import CRITERIA, Outcome, Toy, collapse, make_strips, plot, table, train_toy
from device_runtime.errors import PosteyeError
from train.gtn.loss import Criterion

PLAIN: tuple[Criterion, ...] = ("viterbi", "forward")


pytestmark = pytest.mark.usefixtures("one_thread")


@cache
def trained(criterion: Criterion, trainable: bool) -> Outcome:
    """Each training once; they take a second each."""
    return train_toy(criterion, trainable, seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("criterion", PLAIN)
def test_plain_training_of_the_centres_collapses(criterion: Criterion) -> None:
    outcome = trained(criterion, True)
    assert outcome.loss < 0.1  # nearly the best that can be had ...
    assert outcome.exact < 0.3  # ... and nothing learnt:
    assert outcome.spread[-1] < 0.1 and outcome.gap < 0.1  # the same output for all inputs, all centres in one place


@pytest.mark.slow
@pytest.mark.parametrize("criterion", PLAIN)
def test_plain_training_with_fixed_centres_lingers_at_a_flat_saddle_but_does_not_collapse(criterion: Criterion) -> None:
    outcome = trained(criterion, False)
    assert outcome.loss > 3 and outcome.spread[-1] > 0.3
    assert outcome.early < 0.2 < trained("discriminative_forward", False).early


@pytest.mark.slow
@pytest.mark.parametrize("trainable", [True, False])
def test_discriminative_forward_training_does_not_collapse(trainable: bool) -> None:
    outcome = trained("discriminative_forward", trainable)
    assert outcome.exact > 0.45
    assert outcome.spread[-1] > 0.25 and outcome.gap > 2


def test_centres_learn_only_when_they_may() -> None:
    strips, _ = make_strips(2, torch.Generator().manual_seed(0))
    for trainable in (True, False):
        toy = Toy(trainable)
        toy(strips).sum().backward()
        assert (toy.centres.grad is not None) == trainable


def test_the_command_prints_a_row_for_each_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "benchmarks.criteria.collapse.train_toy", lambda *_: Outcome(1.25, 0.5, 0.75, (0.25, 0.125), 2.0)
    )
    result = CliRunner().invoke(collapse, ["--seeds", "2"])
    rows = result.output.splitlines()
    assert len(rows) == 9
    assert rows[1].split() == ["trainable", "viterbi", "1.25", "0.750", "0.500", "0.125", "2.000"]


def test_the_plot_tells_the_seeds_apart(tmp_path: Path) -> None:
    runs = [Outcome(1.0, 0.5, 0.5, (level,) * 200, 2.0) for level in (0.5, 0.05, 0.005)]
    plot({(criterion, trainable): runs for criterion in CRITERIA for trainable in (True, False)}, tmp_path / "a.png")
    picture = cv2.imread(str(tmp_path / "a.png")).astype(int)
    for blue, green, red in ((178, 114, 0), (0, 94, 213), (115, 158, 0)):
        lines = np.abs(picture - (blue, green, red)).max(axis=2) < 30
        columns = lines[:, : lines.shape[1] // 2].any(axis=0).sum(), lines[:, lines.shape[1] // 2 :].any(axis=0).sum()
        assert min(columns) > 300


def test_without_matplotlib_the_plot_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> ModuleType:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(PosteyeError, match="pip install matplotlib"):
        plot({}, tmp_path / "collapse.png")
    assert table({}).startswith("centres")
