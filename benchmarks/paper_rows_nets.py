"""The paper's multilayer nets: fully connected and LeNet-1, 4 and 5, with and without distortion (III-C.6 to 10).

All train one pattern at a time by stochastic diagonal Levenberg-Marquardt for twenty passes of 60,000, LeNet-5 by
Eq. 8 and the others on the squared error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.paper_data import Images, PaperData
from benchmarks.paper_rows_classic import nearest_scores
from benchmarks.paper_scores import Answers, Scores
from train.boosting import added, disagreements, half_wrong
from train.distortions import Enlarged
from train.lenet import LENET_1, LENET_4, LENET_5, Convolution, LeNet, Plan, as_input, total
from train.one_pattern import OnePattern
from train.paper_losses import Head, RbfMse, SquaredError
from train.sdlm import PAPER_SCHEDULE, RBF_SCHEDULE, Course, Patterns, train

PATTERNS_A_PASS = 60_000
COPIES = 9  # distorted ones of each digit: 540,000
_AT_ONCE = 1000


@dataclass(frozen=True)
class _Trained:
    net: LeNet
    head: Head
    earlier_cpu_s: float

    def scores(self, images: Images) -> Scores:
        """Class scores float32 [n, 10] of digits uint8 [n, h, w]."""
        outputs = _batched(self.net, images, self.net)
        return -self.head.penalties(outputs)


def _batched(net: LeNet, images: Images, function: Callable[[torch.Tensor], torch.Tensor]) -> NDArray[np.float32]:
    with torch.no_grad():
        parts = [function(as_input(images[k : k + _AT_ONCE], net.plan.side)) for k in range(0, len(images), _AT_ONCE)]
    return np.concatenate([part.numpy() for part in parts])


def _fitted(plan: Plan, seed: int, checkpoint: Path, patterns_of: Callable[[int], Patterns]) -> _Trained:
    net = LeNet(plan, seed)
    head: Head = RbfMse() if plan.rbf else SquaredError()
    by_hand = OnePattern(net, head)

    def report(number: int, loss: float) -> None:
        click.echo(f"{checkpoint.stem}: pass {number + 1}, mean loss {loss:.4f}", err=True)

    course = Course(RBF_SCHEDULE if plan.rbf else PAPER_SCHEDULE)
    earlier_s = train(by_hand, patterns_of, seed, report, checkpoint, course)
    by_hand.give()
    return _Trained(net, head, earlier_s)


def _plain(images: Images, labels: NDArray[np.uint8], side: int, seed: int) -> Callable[[int], Patterns]:
    """The same digits in the same random order in each pass."""
    order = np.random.default_rng(seed).permutation(len(labels))
    patterns = Patterns(as_input(images[order], side).numpy(), labels[order])
    return lambda _: patterns


def _taken(pool: Enlarged, numbers_of: Callable[[int], NDArray[np.int64]], side: int) -> Callable[[int], Patterns]:
    """The pool's digits whose numbers are given for the pass."""

    def patterns_of(number: int) -> Patterns:
        images, labels = pool.take(numbers_of(number))
        return Patterns(as_input(images, side).numpy(), labels)

    return patterns_of


def _in_turn(pool: Enlarged, seed: int) -> Callable[[int], NDArray[np.int64]]:
    """All of the pool in random order, 60,000 a pass, again and again."""
    order = np.random.default_rng(seed).permutation(len(pool))
    return lambda number: np.take(order, np.arange(PATTERNS_A_PASS) + number * PATTERNS_A_PASS, mode="wrap")


def _pool(data: PaperData, side: int, seed: int) -> Enlarged:
    margin = (side - data.plain.train.shape[1]) // 2
    framed = np.pad(data.plain.train, ((0, 0), (margin, margin), (margin, margin)))
    return Enlarged(framed, data.train_labels, COPIES, seed)


def _answers(trained: _Trained, images: Images, details: str) -> Answers:
    size = total(trained.net.plan)
    return Answers(trained.scores(images), size.products / 1000, size.parameters / 1000, details, trained.earlier_cpu_s)


@dataclass(frozen=True)
class NetRow:
    """A row of one net: which digits it sees (plain, deslanted, small) and whether distorted ones are added."""

    name: str
    plan: Plan
    version: str = "plain"
    distorted: bool = False

    def fit(self, data: PaperData, seed: int, work: Path) -> _Trained:
        """The trained net, from its checkpoint in the folder if there is one."""
        side = self.plan.side
        if self.distorted:
            pool = _pool(data, side, seed)
            patterns_of = _taken(pool, _in_turn(pool, seed), side)
        else:
            patterns_of = _plain(getattr(data, self.version).train, data.train_labels, side, seed)
        return _fitted(self.plan, seed, work / f"{self.name}-{seed}.npz", patterns_of)

    def __call__(self, data: PaperData, seed: int, work: Path) -> Answers:
        return _answers(self.fit(data, seed, work), getattr(data, self.version).test, "")


def hidden_layers(side: int, *units: int) -> Plan:
    """A fully connected net on side x side pixels with these hidden layers and ten outputs."""
    first, *others = (*units, 10)
    name = "-".join(str(n) for n in (f"{side}x{side}", *units, 10))
    return Plan(name, side, (Convolution(first, side), *(Convolution(n, 1) for n in others)))


LENET_4_ROW = NetRow("lenet_4", LENET_4)
NETS = (
    *(
        NetRow(f"{prefix}mlp_{'_'.join(map(str, units))}", hidden_layers(28, *units), distorted=bool(prefix))
        for units in ((300,), (1000,), (300, 100), (500, 150))
        for prefix in ("", "dist_")
    ),
    NetRow("deslanted_mlp_300", hidden_layers(20, 300), "deslanted"),
    NetRow("lenet_1", LENET_1, "small"),
    LENET_4_ROW,
    NetRow("lenet_5", LENET_5),
    NetRow("dist_lenet_5", LENET_5, distorted=True),
)


def lenet_4_neighbours(data: PaperData, seed: int, work: Path) -> Answers:
    """Nearest neighbours on the 120 units before LeNet-4's last layer."""
    trained = LENET_4_ROW.fit(data, seed, work)
    train_units, test_units = (
        _batched(trained.net, x, trained.net.hidden) for x in (data.plain.train, data.plain.test)
    )
    size = total(LENET_4)
    stored_k = (train_units.size + size.parameters) / 1000
    products_k = (train_units.size + size.products) / 1000
    scores = nearest_scores(train_units, data.train_labels, test_units)
    return Answers(scores, products_k, stored_k, "k = 3", trained.earlier_cpu_s)


def boosted_lenet_4(data: PaperData, seed: int, work: Path) -> Answers:
    """Three LeNet-4s: on distorted digits, on a half that the first gets wrong, on what the two disagree about."""
    pool = _pool(data, LENET_4.side, seed)
    random = np.random.default_rng((seed, 1))
    everything = np.arange(len(pool))

    def answers_of(trained: _Trained) -> NDArray[np.int64]:
        parts = np.array_split(everything, 100)
        return np.concatenate([trained.scores(pool.take(numbers)[0]).argmax(1) for numbers in parts])

    def fitted(stage: int, numbers: NDArray[np.int64]) -> _Trained:
        passes = numbers.reshape(-1, PATTERNS_A_PASS)
        patterns_of = _taken(pool, lambda number: passes[number % len(passes)], LENET_4.side)
        return _fitted(LENET_4, 100 * stage + seed, work / f"boosted_lenet_4-{seed}-net{stage}.npz", patterns_of)

    count = 10 * PATTERNS_A_PASS
    labels = np.tile(data.train_labels, COPIES + 1)
    first = fitted(1, random.permutation(len(pool)))
    first_answers = answers_of(first)
    second = fitted(2, half_wrong(first_answers == labels, count, random))
    third = fitted(3, disagreements(first_answers, answers_of(second), count, random))
    nets = (first, second, third)
    wrong_percent = 100 * float(np.mean(first_answers != labels))
    size = total(LENET_4)
    return Answers(
        added([net.scores(data.plain.test) for net in nets]),
        3 * size.products / 1000,
        3 * size.parameters / 1000,
        f"first net wrong on {wrong_percent:.2f} % of the 600,000 digits; all three always run",
        sum(net.earlier_cpu_s for net in nets),
    )
