"""What the paper argues for and never measures, on LeNet-5: one thing changed at a time, all on the same short course.

The course is four passes where the rows of the table have twenty; LeNet-5 itself runs on it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.lenet1998 import training
from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.non_digits import halves, letters
from benchmarks.lenet1998.scores import Answers
from train.lenet1998.losses import CrossEntropy, Head, RbfMap, RbfMse
from train.lenet1998.model import LENET_5, Convolution, LeNet, Plan, Subsampling, sized_layers, total
from train.lenet1998.per_sample import PerSampleNet
from train.lenet1998.sdlm import Hyperparameters, train

SCHEDULE = (0.00005, 0.00005, 0.00005, 0.00001)
RUBBISH = 40.0  # Eq. 9's j: the paper gives none
NON_DIGITS = 2000  # of each kind
_NON_DIGITS_SEED = 1
_C3 = 2


@dataclass(frozen=True)
class Ablation:
    """LeNet-5 with something changed. largest: max-pooling in place of trainable sub-sampling. minutes: on one core."""

    name: str
    title: str
    plan: Plan = LENET_5
    head: Callable[[], Head] = RbfMse
    largest: bool = False
    minutes: float = 1.5

    def run(self, data: PaperData, seed: int, work: Path) -> Answers:
        """Train on the plain digits; scores of the test digits and of the non-digits, the same for every row."""
        inputs = training.Inputs(self.plan.side)
        by_hand = PerSampleNet(LeNet(self.plan, seed), self.head(), self.largest)
        patterns_of = training.same_digits(data.plain.train, data.train_labels, inputs, seed)
        checkpoint = work / f"{self.name}-{seed}.npz"
        earlier_s = train(
            by_hand, patterns_of, seed, training.reporter(checkpoint.stem), checkpoint, Hyperparameters(SCHEDULE)
        )
        random = np.random.default_rng(_NON_DIGITS_SEED)
        others = {"half digits": halves(data.plain.test, NON_DIGITS, random), "letters": letters(NON_DIGITS, random)}
        return Answers(
            by_hand.scores(inputs(data.plain.test).numpy()),
            self._products() / 1000,
            int(by_hand.trainable.sum()) / 1000,
            "",
            earlier_s,
            {kind: by_hand.scores(inputs(images).numpy()) for kind, images in others.items()},
        )

    def _products(self) -> int:
        layers = [sized for sized in sized_layers(self.plan) if self.largest and isinstance(sized.layer, Subsampling)]
        return total(self.plan).products - sum(place.size().products for place in layers)


_FULL = replace(
    LENET_5,
    name="LeNet-5 with all of S2 under C3",
    layers=tuple(
        replace(layer, table=None) if k == _C3 and isinstance(layer, Convolution) else layer
        for k, layer in enumerate(LENET_5.layers)
    ),
)
_SOFTMAX = Plan("LeNet-5 with softmax", LENET_5.side, (*LENET_5.layers, Convolution(10, 1, squash=False)))

ABLATIONS = (
    Ablation("short_lenet_5", "LeNet-5: RBF codes, Eq. 8"),
    Ablation("short_softmax", "softmax of ten units, cross-entropy", _SOFTMAX, CrossEntropy),
    Ablation("short_largest", "max-pooling", largest=True),
    Ablation("short_full_c3", "C3 looks at all of S2", _FULL),
    Ablation("short_rubbish", "Eq. 9 with the rubbish class", head=lambda: RbfMap(RUBBISH)),
    Ablation("short_no_rubbish", "Eq. 9 without it", head=lambda: RbfMap(np.inf)),
)
