"""The paper's multilayer nets: fully connected and LeNet-1, 4 and 5, with and without distortion (III-C.6 to 10).

LeNet-5 trains by Eq. 8 and the others on the squared error.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.lenet1998 import training
from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.scores import Answers
from train.lenet1998.boosting import disagreements, half_wrong, summed_scores
from train.lenet1998.losses import RbfMse, SquaredError
from train.lenet1998.model import LENET_1, LENET_4, LENET_5, Convolution, Plan, total
from train.lenet1998.sdlm import FULL_MU, PAPER_SCHEDULE, RBF_SCHEDULE, Hyperparameters

_LARGE = 400_000  # parameters
_LENET_4_INPUTS = training.Inputs(LENET_4.side)


@dataclass(frozen=True)
class NetRow:
    """A row of one net: which digits it sees (plain, deslanted, small) and whether distorted ones are added.

    Fully connected nets get inputs of mean 0 and variance 1, and courses of their own.
    """

    name: str
    plan: Plan
    version: str = "plain"
    distorted: bool = False

    def fit(self, data: PaperData, seed: int, work: Path) -> training.Trained:
        """The trained net, from its checkpoint in the folder if there is one."""
        digits, labels, side = getattr(data, self.version).train, data.train_labels, self.plan.side
        full = all(isinstance(layer, Convolution) for layer in self.plan.layers)
        inputs = training.standardised(digits, side) if full else training.Inputs(side)
        if self.distorted:
            pool = training.enlarged(digits, labels, side, seed)
            patterns_of = training.taken(pool, training.in_turn(pool, seed), inputs)
        else:
            patterns_of = training.same_digits(digits, labels, inputs, seed)
        head = RbfMse() if self.plan.rbf else SquaredError()
        partly = Hyperparameters(RBF_SCHEDULE if self.plan.rbf else PAPER_SCHEDULE)
        course = Hyperparameters(full_schedule(self.plan, self.distorted), FULL_MU) if full else partly
        checkpoint = work / f"{self.name}-{seed}.npz"
        return training.fitted(self.plan, head, inputs, course, seed, checkpoint, patterns_of)

    def __call__(self, data: PaperData, seed: int, work: Path) -> Answers:
        trained = self.fit(data, seed, work)
        size = total(self.plan)
        scores = trained.scores(getattr(data, self.version).test)
        return Answers(scores, size.products / 1000, size.parameters / 1000, "", trained.earlier_cpu_s)


def full_schedule(plan: Plan, distorted: bool) -> tuple[float, ...]:
    """The etas of a fully connected net: a tenth of the paper's, less where that is unsteady.

    Nets with two hidden layers or more than 400,000 parameters take a twenty-fifth; these last, with distorted digits,
    a fiftieth.
    """
    large = total(plan).parameters > _LARGE
    divisor = 50 if large and distorted else 25 if large or len(plan.layers) > 2 else 10
    return tuple(eta / divisor for eta in PAPER_SCHEDULE)


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


def boosted_lenet_4(data: PaperData, seed: int, work: Path) -> Answers:
    """Three LeNet-4s: on distorted digits, on a half that the first gets wrong, on what the two disagree about."""
    pool = training.enlarged(data.plain.train, data.train_labels, LENET_4.side, seed)
    random = np.random.default_rng((seed, 1))
    everything = np.arange(len(pool))

    def answers_of(trained: training.Trained) -> NDArray[np.int64]:
        parts = np.array_split(everything, 100)
        return np.concatenate([trained.scores(pool.take(numbers)[0]).argmax(1) for numbers in parts])

    def fitted(stage: int, numbers: NDArray[np.int64]) -> training.Trained:
        passes = numbers.reshape(-1, training.PATTERNS_A_PASS)
        patterns_of = training.taken(pool, lambda number: passes[number % len(passes)], _LENET_4_INPUTS)
        checkpoint = work / f"boosted_lenet_4-{seed}-net{stage}.npz"
        course = Hyperparameters(PAPER_SCHEDULE)
        stage_seed = 100 * stage + seed
        return training.fitted(LENET_4, SquaredError(), _LENET_4_INPUTS, course, stage_seed, checkpoint, patterns_of)

    count = 10 * training.PATTERNS_A_PASS
    labels = np.tile(data.train_labels, training.COPIES + 1)
    first = fitted(1, random.permutation(len(pool)))
    first_answers = answers_of(first)
    second = fitted(2, half_wrong(first_answers == labels, count, random))
    third = fitted(3, disagreements(first_answers, answers_of(second), count, random))
    nets = (first, second, third)
    wrong_percent = 100 * float(np.mean(first_answers != labels))
    size = total(LENET_4)
    return Answers(
        summed_scores([net.scores(data.plain.test) for net in nets]),
        3 * size.products / 1000,
        3 * size.parameters / 1000,
        f"first net wrong on {wrong_percent:.2f} % of the 600,000 digits; all three always run",
        sum(net.earlier_cpu_s for net in nets),
    )
