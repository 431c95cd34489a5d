"""Whether to accept a code: calibrated confidences, a threshold for the error asked for, and reasons in plain words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from device_runtime.errors import PosteyeError
from device_runtime.grammar import SEPARATORS
from device_runtime.types import Candidate, Decoding, Reading

# Below this posterior (not calibrated) the line holds nothing like a code of the grammar, and none is reported.
NO_CODE_POSTERIOR = 1e-4

MAX_ERRORS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
# Posteriors are kept this far from 0 and 1: scores are good to about 1e-13, so a logit beyond means nothing.
_EDGE = 1e-12
_TEMPERATURES = (0.05, 50.0)

Table = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Calibration:
    """How far to trust posteriors, found on strings that were not trained on.

    temperature: logits of posteriors are divided by it. table: rows (max_error, threshold, accept_rate), sorted, may be
    empty; for a share of wrong codes among the accepted, the lowest confidence to accept and the share accepted then.
    Raises ValueError for a temperature that is not positive or a table out of order.
    """

    temperature: float
    table: Table

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError(f"calibration: temperature {self.temperature} is not positive")
        if list(self.table) != sorted(self.table):
            raise ValueError("calibration: the table is not sorted by max_error")

    @classmethod
    def fit(cls, confidences: ArrayLike, correct: ArrayLike) -> Calibration:
        """Fit temperature and table to the posteriors of best codes and whether each code was right, both [strings].

        The temperature minimises the negative log-likelihood of right and wrong. Each threshold is the lowest for which
        the accepted strings hold at most that share of wrong ones; a share that no threshold keeps has no row.
        Raises ValueError when the shapes differ or there are no strings.
        """
        posterior = np.asarray(confidences, dtype=np.float64)
        right = np.asarray(correct, dtype=np.bool_)
        if posterior.ndim != 1 or posterior.shape != right.shape or not len(right):
            raise ValueError(f"calibration needs one verdict a string, got {posterior.shape} and {right.shape}")
        temperature = _fit_temperature(_logit(posterior), right)
        return cls(temperature, _operating_points(_soften(posterior, temperature), right))

    def calibrated(self, posterior: float) -> float:
        """Return the calibrated confidence (0..1) of a posterior (0..1)."""
        return float(_soften(np.array(posterior), self.temperature))

    def threshold(self, max_error: float) -> float:
        """Return the lowest calibrated confidence to accept, so that at most max_error of the accepted are wrong.

        Between two rows the stricter one counts. Raises PosteyeError when max_error is below the smallest row.
        """
        if not self.table:
            raise PosteyeError("this model was not calibrated; train it with a set of strings for calibration")
        kept = [threshold for error, threshold, _ in self.table if error <= max_error]
        if not kept:
            smallest, _, _ = self.table[0]
            raise PosteyeError(
                f"max error {max_error:g} cannot be promised; the smallest for this model is {smallest:g}"
            )
        return kept[-1]


def judge(decoding: Decoding, calibration: Calibration, max_error: float, has_ink: bool) -> Reading:
    """Turn a decoding into the answer for one field, with calibrated confidences.

    max_error: the share of wrong codes among the accepted that the user allows. has_ink: False when the field is empty.
    A rejected reading keeps its code, characters and candidates. Raises PosteyeError as `Calibration.threshold` does.
    """
    threshold = calibration.threshold(max_error)
    if not has_ink:
        return _no_code("no ink", ())
    candidates = _calibrated_candidates(decoding, calibration)
    if not candidates or decoding.candidates[0].confidence < NO_CODE_POSTERIOR:
        return _no_code("no code of this form", candidates)
    best = candidates[0]
    characters = tuple(
        replace(character, confidence=calibration.calibrated(character.confidence)) for character in decoding.characters
    )
    if best.confidence >= threshold:
        return Reading("accepted", best.code, None, best.confidence, characters, candidates)
    return Reading("rejected", best.code, _reason(decoding), best.confidence, characters, candidates)


def _no_code(reason: str, candidates: tuple[Candidate, ...]) -> Reading:
    return Reading("no_code", None, reason, 0.0, (), candidates)


def _calibrated_candidates(decoding: Decoding, calibration: Calibration) -> tuple[Candidate, ...]:
    """Calibrate each candidate; rivals share at most what the best one leaves."""
    softened = [calibration.calibrated(candidate.confidence) for candidate in decoding.candidates]
    rivals = sum(softened[1:])
    share = min(1.0, (1.0 - softened[0]) / rivals) if rivals > 0 else 1.0
    kept = [*softened[:1], *(confidence * share for confidence in softened[1:])]
    return tuple(
        Candidate(candidate.code, confidence) for candidate, confidence in zip(decoding.candidates, kept, strict=True)
    )


def _reason(decoding: Decoding) -> str:
    """Name what most of the doubt is about: one other code, or the weakest character."""
    best, *rivals = decoding.candidates
    if rivals and rivals[0].confidence >= (1.0 - best.confidence) / 2:
        return f"rival code {rivals[0].code}"
    written = [(c.confidence, i) for i, c in enumerate(decoding.characters) if c.char not in SEPARATORS]
    _, weakest = min(written)
    return f"low confidence in character {weakest + 1} ({decoding.characters[weakest].char!r})"


def _logit(posterior: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(posterior, _EDGE, 1.0 - _EDGE)
    return np.log(clipped) - np.log1p(-clipped)


def _soften(posterior: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """sigmoid(logit / temperature)."""
    return 1.0 / (1.0 + np.exp(-_logit(posterior) / temperature))


def _fit_temperature(logit: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Golden-section search: the loss is convex in 1 / temperature, so it has one minimum."""

    def loss(log_temperature: float) -> float:
        return float(np.logaddexp(0.0, np.where(right, -logit, logit) / np.exp(log_temperature)).mean())

    ratio = (np.sqrt(5.0) - 1.0) / 2.0
    low, high = np.log(_TEMPERATURES)
    while high - low > 1e-6:
        left, middle = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) <= loss(middle):
            high = middle
        else:
            low = left
    return float(np.exp((low + high) / 2.0))


def _operating_points(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> Table:
    """Find the lowest threshold for each of MAX_ERRORS."""
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    accepted = np.arange(1, len(order) + 1)
    error = np.cumsum(~right[order]) / accepted
    # A threshold accepts all strings of one confidence or none of them.
    possible = np.append(falling[1:] < falling[:-1], True)
    points = []
    for max_error in MAX_ERRORS:
        kept = np.flatnonzero(possible & (error <= max_error))
        if len(kept):
            last = kept[-1]
            points.append((max_error, float(falling[last]), float(accepted[last] / len(order))))
    return tuple(points)
