"""What the words of one line say for a postal code against another number, by logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device_runtime.piece.evidence.features import IN_LINE, LINE_ORDER, read_evidence
from train.evidence.record import Record, same

RIDGE = 0.1
_READ = 0.5  # codes that are less sure are left out
_STEPS = 60


def fit_line(records: Sequence[Record], ridge: float = RIDGE) -> dict[str, float]:
    """The log odds that each feature adds, codes and other numbers weighing alike.

    Args:
        records: of pieces; those of countries that write the code after the town count.
        ridge: pull of each weight towards 0, in lines.

    Returns:
        For each feature of a line its weight, rounded to three decimals.
    """
    evidence, right = _lines(records)
    if not right.any() or right.all():
        return dict.fromkeys(IN_LINE, 0.0)
    # Both kinds weigh as much as the rarer one has lines.
    rarer = min(int(right.sum()), int((~right).sum()))
    weight = np.where(right, rarer / right.sum(), rarer / (~right).sum())
    found = np.zeros(len(IN_LINE))
    for _ in range(_STEPS):  # Newton's method
        chance = 1 / (1 + np.exp(-(evidence @ found)))
        slope = evidence.T @ (weight * (chance - right)) + ridge * found
        curvature = (evidence * (weight * chance * (1 - chance))[:, None]).T @ evidence + ridge * np.eye(len(IN_LINE))
        found = found - np.linalg.solve(curvature, slope)
    return {name: round(float(weight), 3) for name, weight in zip(IN_LINE, found, strict=True)}


def _lines(records: Sequence[Record]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The evidence of all lines whose code was read, float64 [lines, features]; and whether it is an address's."""
    rows, right = [], []
    for record in records:
        for i, seen in enumerate(record.lines):
            roles = [role for role, places in record.places.items() if i in places]
            true = any(same(seen.code, record.codes[role]) for role in roles)
            candidates = seen.facts.candidates
            known = record.country.order == LINE_ORDER and seen.code is not None and seen.facts.seen.span is not None
            if not known or candidates[0].confidence < _READ or (roles and not true):
                continue
            found = read_evidence(seen.facts.seen, (), (), record.country.order, candidates[0])
            rows.append([found.get(name, 0.0) for name in IN_LINE])
            right.append(true)
    return np.array(rows).reshape(-1, len(IN_LINE)), np.array(right, np.bool_)
