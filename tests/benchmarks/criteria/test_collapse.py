"""Collapse of global training, as the paper describes it, on the toy of the benchmark."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from benchmarks.criteria.collapse import Outcome, Results, Toy, collapse, make_strips, spread_chart, train_toy
from benchmarks.figures.charts import png
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
        assert (toy.centers.grad is not None) == trainable


def test_the_command_prints_a_row_for_each_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "benchmarks.criteria.collapse.train_toy", lambda *_: Outcome(1.25, 0.5, 0.75, (0.25, 0.125), 2.0)
    )
    result = CliRunner().invoke(collapse, ["--seeds", "2"])
    rows = result.output.splitlines()
    assert len(rows) == 9
    assert rows[1].split() == ["trainable", "viterbi", "1.25", "0.750", "0.500", "0.125", "2.000"]


def test_every_training_is_a_line_that_its_seed_tells_apart() -> None:
    runs = [Outcome(1.25, 0.5, 0.75, (0.5, 0.25), 2.0), Outcome(1.25, 0.5, 0.75, (0.5, 0.125), 2.0)]
    results: Results = {("viterbi", trainable): runs for trainable in (True, False)}
    figure = spread_chart(results)
    panels = [axes for axes in figure.axes if axes.lines]
    assert [[list(np.asarray(line.get_ydata())) for line in axes.lines] for axes in panels] == [
        [[0.5, 0.25], [0.5, 0.125]]
    ] * 2
    assert all(len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 2 for axes in panels)
    assert png(spread_chart(results)) == png(spread_chart(results))
