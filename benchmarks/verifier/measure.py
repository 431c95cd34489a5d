"""Chooses the weight of a verifier, and compares what is read with and without it, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.verifier.hybrid import Field, Read, differing, outcome
from train.evaluation.metrics import accept_rate

MAX_ERRORS = (0.01, 0.02)
WEIGHTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
FIGURES = ("exact", "at-1", "at-2")
_RESAMPLES, _SEED = 1000, 2015
Interval = tuple[float, float]


@dataclass(frozen=True)
class Duels:
    """Fields whose best two codes of one length differ in one digit, and one of the two is the truth.

    Attributes:
        count: how many.
        decoder: in how many the decoder prefers the truth.
        verifier: in how many the verifier does.
    """

    count: int
    decoder: int
    verifier: int


def figures(found: Read, weights: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """FIGURES of what was read: float64 [3], the share that is exact, and those accepted at each error.

    Args:
        found: what was read.
        weights: int64 [fields], how often each counts; None = once.
    """
    exact = float(np.average(found.right, weights=weights))
    return np.array([exact, *(accept_rate(found.confidences, found.right, error, weights) for error in MAX_ERRORS)])


def chosen_weight(fields: Sequence[Field], scores: NDArray[np.float64]) -> float:
    """The weight with the highest mean of both accept rates; the smallest of equal ones.

    Args:
        fields: held out from training.
        scores: of their doubtful characters, float64 [n, 10].
    """
    rates = [float(figures(outcome(fields, scores, weight))[1:].mean()) for weight in WEIGHTS]
    return WEIGHTS[int(np.argmax(rates))]


def differences(alone: Read, together: Read) -> tuple[NDArray[np.float64], list[Interval]]:
    """What a verifier adds to FIGURES: float64 [3], with 95 % intervals by a paired bootstrap over the fields.

    Source: Efron, "Bootstrap methods", 1979, percentiles.
    """
    random, count = np.random.default_rng(_SEED), len(alone.right)
    drawn = []
    for _ in range(_RESAMPLES):
        weights = np.bincount(random.integers(0, count, count), minlength=count)
        drawn.append(figures(together, weights) - figures(alone, weights))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return figures(together) - figures(alone), list(zip(low.tolist(), high.tolist(), strict=True))


def duels(fields: Sequence[Field], scores: NDArray[np.float64]) -> Duels:
    """How often the decoder and how often the verifier alone decide a doubtful pair rightly.

    Args:
        fields: what the decoder made of them.
        scores: of their doubtful characters, float64 [n, 10].
    """
    count = decoder = verifier = start = 0
    for field in fields:
        mine = scores[start : start + len(field.places)]
        start += len(field.places)
        rival = next((code for code in field.codes[1:] if len(code) == len(field.codes[0])), None)
        if rival is None or field.truth not in (field.codes[0], rival):
            continue
        places = [place for place in differing(field.codes[0], rival) if place in field.places]
        if len(places) != 1 or len(differing(field.codes[0], rival)) != 1:
            continue
        seen = mine[field.places.tolist().index(places[0])]
        keeps = seen[int(field.codes[0][places[0]])] >= seen[int(rival[places[0]])]
        count += 1
        decoder += field.truth == field.codes[0]
        verifier += keeps == (field.truth == field.codes[0])
    return Duels(count, decoder, int(verifier))
