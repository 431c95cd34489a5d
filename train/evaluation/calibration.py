"""Finds a calibration: scales by maximum likelihood, and the thresholds that keep an error on every kind of string."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from device_runtime.calibration import Calibration, OperatingPoint, Scale, logit

MAX_ERRORS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
_TEMPERATURES = (0.05, 50.0)
_STEPS = 60
PULL = 0.1  # strings' worth of belief in the posterior as it is
_TINY = 1e-12


def fit_scale(posteriors: ArrayLike, right: ArrayLike) -> Scale:
    """The most likely scale for posteriors of known truth.

    Args:
        posteriors: float64 [n], 0..1.
        right: bool [n], whether each was right.

    Raises:
        ValueError: the shapes differ, or n is 0.
    """
    posterior, verdict = _checked(posteriors, right)
    return Scale(*_fit_logistic(logit(posterior), verdict))


def fit_calibration(
    codes: ArrayLike,
    right: ArrayLike,
    characters: ArrayLike,
    right_characters: ArrayLike,
    kinds: Sequence[str] | None = None,
    *,
    source: str = "",
) -> Calibration:
    """Fit to the posteriors of best codes and of their characters.

    The scales minimise the negative log-likelihood of right and wrong. Each threshold is the lowest for which the
    accepted strings hold at most that share of wrong ones, one more counted than was seen (the rule of succession),
    among the strings of every kind; a share that no threshold keeps has no row.

    Args:
        codes: float64 [strings], posteriors of the best codes.
        right: bool [strings], whether each code was right.
        characters: float64 [characters], posteriors of their characters.
        right_characters: bool [characters].
        kinds: the kind of each string, [strings]; None = all alike.
        source: what the strings were.

    Raises:
        ValueError: shapes differ, or there are no strings.
    """
    posterior, verdict = _checked(codes, right)
    scale = fit_scale(posterior, verdict)
    confidence, kind = scale.all(posterior), np.array(kinds if kinds is not None else ["all"] * len(posterior))
    if kind.shape != posterior.shape:
        raise ValueError(f"calibration needs one kind a string, got {kind.shape} for {posterior.shape}")
    lowest = [thresholds(confidence[kind == k], verdict[kind == k]) for k in np.unique(kind)]
    kept = sorted(set.intersection(*(set(found) for found in lowest)))
    strictest = {error: max(found[error] for found in lowest) for error in kept}
    table = tuple(
        OperatingPoint(error, limit, float((confidence >= limit).mean())) for error, limit in strictest.items()
    )
    return Calibration(scale, fit_scale(characters, right_characters), table, len(posterior), source)


def _checked(posteriors: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    posterior = np.asarray(posteriors, dtype=np.float64)
    verdict = np.asarray(right, dtype=np.bool_)
    if posterior.ndim != 1 or posterior.shape != verdict.shape or not len(verdict):
        raise ValueError(f"calibration needs one verdict a posterior, got {posterior.shape} and {verdict.shape}")
    return posterior, verdict


def _fit_logistic(logits: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Temperature and offset by Newton's method; the loss is convex in 1 / temperature and offset.

    A weak pull towards the posterior itself keeps both finite where right and wrong are parted cleanly.
    """
    inputs = np.stack([logits, np.ones_like(logits)])
    pull = np.diag([PULL, PULL])
    neutral = weights = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(weights @ inputs, -60, 60)))
        slope = inputs @ (chance - right) + pull @ (weights - neutral)
        curvature = (inputs * (chance * (1 - chance))) @ inputs.T + pull
        step = np.linalg.solve(curvature, slope)
        weights = weights - step * min(1.0, 1.0 / float(np.abs(step).max() + _TINY))
    inverse = float(np.clip(weights[0], 1 / _TEMPERATURES[1], 1 / _TEMPERATURES[0]))
    return 1.0 / inverse, float(weights[1])


def thresholds(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[float, float]:
    """Find the lowest threshold for each of MAX_ERRORS that can be kept, one more wrong string counted than was seen.

    Args:
        confidence: float64 [strings].
        right: bool [strings].
    """
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    accepted = np.arange(1, len(order) + 1)
    error = (np.cumsum(~right[order]) + 1) / (accepted + 1)
    # A threshold accepts all strings of one confidence or none of them.
    possible = np.append(falling[1:] < falling[:-1], True)
    found = {}
    for max_error in MAX_ERRORS:
        kept = np.flatnonzero(possible & (error <= max_error))
        if len(kept):
            found[max_error] = float(falling[kept[-1]])
    return found
