"""Reading records again with weights: what the device would have accepted, without a picture."""

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


@dataclass(frozen=True)
class Outcome:
    """What is believed of a piece when it was read.

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


def read_again(record: Record, weights: RoleWeights) -> Outcome:
    """Read a record as the device reads a piece.

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
    while True:
        belief = believe(weighed(explanations(layout, facts, record.country, known), places, weights), len(seen))
        line = next_line(belief, [i for i, fact in enumerate(facts) if fact is None], layout)
        if line is None:
            break
        facts[line] = seen[line].facts
    best = belief.codes[0] if belief.codes else None
    sure = best is not None and seen[best.line].status == "accepted" and seen[best.line].code == best.code
    read = sum(fact is not None for fact in facts)
    return Outcome(best.posterior if best else 0.0, best.code if best else None, sure, read)


def neutral(weights: dict[str, float]) -> RoleWeights:
    """Weights whose posteriors are not calibrated yet."""
    return RoleWeights(weights, Scale(1.0, 0.0), (OperatingPoint(1.0, 0.0, 1.0),))


def operating_points(
    outcomes: Sequence[Outcome], truths: Sequence[str | None], counts: Sequence[float]
) -> tuple[Scale, tuple[OperatingPoint, ...]]:
    """The scale of posteriors, and for each error that can be kept the lowest threshold that keeps it.

    One wrong piece more is counted than was seen (the rule of succession).

    Args:
        outcomes: of pieces that the weights were not fitted to.
        truths: the wanted code of each; None = it has none.
        counts: for how many pieces of a stream each stands.
    """
    right = np.array([same(one.code, truth) for one, truth in zip(outcomes, truths, strict=True)])
    posteriors = np.array([one.posterior for one in outcomes])
    scale = fit_scale(posteriors.tolist(), right.tolist())
    sure, stream = np.array([one.sure for one in outcomes]), np.asarray(counts, np.float64)
    thresholds = np.unique(posteriors[sure & (posteriors >= 0.5)])
    kept: dict[float, OperatingPoint] = {}
    for threshold in thresholds.tolist():
        accepted = sure & (posteriors >= threshold)
        error = (stream[accepted & ~right].sum() + 1) / (stream[accepted].sum() + 1)
        for limit in MAX_ERRORS:
            if error <= limit and limit not in kept:
                kept[limit] = OperatingPoint(limit, scale(threshold), float(stream[accepted].sum() / stream.sum()))
    return scale, tuple(kept[limit] for limit in sorted(kept))
