"""Reading records again with weights: what the device would have accepted, step by step, without a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from device_runtime.calibration import OperatingPoint, Scale
from device_runtime.piece.decision import believe
from device_runtime.piece.evidence.alternatives import Facts, Known, explanations, weighed
from device_runtime.piece.evidence.features import geometry
from device_runtime.piece.evidence.layout import lay_out
from device_runtime.piece.evidence.weights import RoleWeights
from device_runtime.piece.whole import next_line
from train.evaluation.calibration import MAX_ERRORS, fit_scale
from train.evidence.record import Record, same

_THRESHOLDS = 400  # that are tried


@dataclass(frozen=True)
class Step:
    """What is believed after some lines.

    Attributes:
        posterior: of the best code.
        code: it; None = no line reads as one.
        sure: whether its line would be accepted by itself.
        read: how many lines were read.
    """

    posterior: float
    code: str | None
    sure: bool
    read: int


def steps(record: Record, weights: RoleWeights) -> list[Step]:
    """Read a record as the device reads a piece, to the end.

    Args:
        record: of the piece.
        weights: of the evidence.
    """
    seen = record.lines
    layout = lay_out([one.line for one in seen], *record.size)
    where = geometry(layout, [one.line for one in seen], [one.opinion for one in seen])
    places = [weights.log_mass(evidence) for evidence in where]
    facts: list[Facts | None] = [None] * len(seen)
    known: Known = {}
    found: list[Step] = []
    while True:
        belief = believe(weighed(explanations(layout, facts, record.country, known), places, weights), len(seen))
        best = belief.codes[0] if belief.codes else None
        sure = best is not None and seen[best.line].status == "accepted" and seen[best.line].code == best.code
        read = sum(fact is not None for fact in facts)
        found.append(Step(best.posterior if best else 0.0, best.code if best else None, sure, read))
        line = next_line(belief, [i for i, fact in enumerate(facts) if fact is None])
        if line is None:
            return found
        facts[line] = seen[line].facts


def neutral(weights: dict[str, float]) -> RoleWeights:
    """Weights whose posteriors are not calibrated yet."""
    return RoleWeights(weights, Scale(1.0, 0.0), (OperatingPoint(1.0, 0.0, 1.0),))


@dataclass(frozen=True)
class Trial:
    """The steps of many pieces, beside the truth.

    Attributes:
        steps: of each piece.
        truths: the wanted code of each; None = it has none.
    """

    steps: Sequence[Sequence[Step]]
    truths: Sequence[str | None]

    def accepted(self, threshold: float) -> list[Step | None]:
        """The step at which each piece is accepted; None = it is not.

        Args:
            threshold: of posteriors.
        """
        return [next((s for s in piece if s.sure and s.posterior >= threshold), None) for piece in self.steps]

    def right(self, threshold: float) -> list[bool]:
        """Of the pieces accepted, whether the code is the true one."""
        pairs = zip(self.accepted(threshold), self.truths, strict=True)
        return [same(step.code, truth) for step, truth in pairs if step is not None]


def operating_points(trial: Trial) -> tuple[Scale, tuple[OperatingPoint, ...]]:
    """The scale of posteriors, and for each error that can be kept the lowest threshold that keeps it.

    One wrong code more is counted than was seen (the rule of succession).

    Args:
        trial: of pieces that the weights were not fitted to.
    """
    last = [piece[-1] for piece in trial.steps]
    scale = fit_scale(
        [step.posterior for step in last],
        [same(step.code, truth) for step, truth in zip(last, trial.truths, strict=True)],
    )
    posteriors = np.unique([step.posterior for piece in trial.steps for step in piece if step.sure])
    thresholds = np.unique(np.quantile(posteriors[posteriors >= 0.5], np.linspace(0, 1, _THRESHOLDS), method="lower"))
    kept: dict[float, OperatingPoint] = {}
    for threshold in thresholds.tolist():
        right = trial.right(threshold)
        error = (right.count(False) + 1) / (len(right) + 1)
        for limit in MAX_ERRORS:
            if error <= limit and limit not in kept:
                kept[limit] = OperatingPoint(limit, scale(threshold), len(right) / len(trial.steps))
    return scale, tuple(kept[limit] for limit in sorted(kept))
