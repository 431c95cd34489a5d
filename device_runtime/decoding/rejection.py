"""Whether to accept a code: calibrated confidences, a threshold for the error asked for, and reasons in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.types import Candidate, Decoding, Outside, Reading

# Below this posterior (not calibrated) the line holds nothing like a code of the grammar, and none is reported.
NO_CODE_POSTERIOR = 1e-4

MAX_ERRORS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
# Posteriors are kept this far from 0 and 1: scores are good to about 1e-13, so a logit beyond means nothing.
_EDGE = 1e-12
_TEMPERATURES = (0.05, 50.0)
_STEPS = 60
_PULL = 0.1  # strings' worth of belief in the posterior as it is
_TINY = 1e-12

Table = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Scale:
    """How far to trust one kind of posterior: sigmoid(logit(posterior) / temperature + offset) is its calibrated value.

    Source: Platt, "Probabilistic outputs for support vector machines", 1999, on the logit of the posterior.
    """

    temperature: float
    offset: float

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError(f"calibration: temperature {self.temperature} is not positive")

    @classmethod
    def fit(cls, posteriors: ArrayLike, right: ArrayLike) -> Scale:
        """The most likely scale for posteriors and whether each was right, both [n]; raises ValueError for none."""
        posterior, verdict = _checked(posteriors, right)
        return cls(*_fit_logistic(_logit(posterior), verdict))

    def __call__(self, posterior: float) -> float:
        """Return the calibrated value (0..1) of a posterior (0..1)."""
        return float(self.all(np.array([posterior]))[0])

    def all(self, posteriors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated values of many posteriors."""
        scaled: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-_logit(posteriors) / self.temperature - self.offset))
        return scaled


@dataclass(frozen=True)
class Calibration:
    """How far to trust posteriors, found on strings that were not trained on.

    code, character: the scales of the two kinds of posterior. table: rows (max_error, threshold, accept_rate), sorted,
    may be empty; for a share of wrong codes among the accepted, the lowest confidence to accept and the share accepted
    then. Raises ValueError for a table out of order.
    """

    code: Scale
    character: Scale
    table: Table

    def __post_init__(self) -> None:
        if list(self.table) != sorted(self.table):
            raise ValueError("calibration: the table is not sorted by max_error")

    @classmethod
    def fit(
        cls,
        codes: ArrayLike,
        right: ArrayLike,
        characters: ArrayLike,
        right_characters: ArrayLike,
        kinds: Sequence[str] | None = None,
    ) -> Calibration:
        """Fit to the posteriors of best codes and whether each was right, [strings], and those of their characters.

        The scales minimise the negative log-likelihood of right and wrong. Each threshold is the lowest for which the
        accepted strings hold at most that share of wrong ones, one more counted than was seen (the rule of succession),
        among the strings of every kind; a share that no threshold keeps has no row. kinds: [strings], None = all alike.
        Raises ValueError when shapes differ or there are no strings.
        """
        posterior, verdict = _checked(codes, right)
        scale = Scale.fit(posterior, verdict)
        confidence, kind = scale.all(posterior), np.array(kinds if kinds is not None else ["all"] * len(posterior))
        if kind.shape != posterior.shape:
            raise ValueError(f"calibration needs one kind a string, got {kind.shape} for {posterior.shape}")
        lowest = [_thresholds(confidence[kind == k], verdict[kind == k]) for k in np.unique(kind)]
        kept = sorted(set.intersection(*(set(found) for found in lowest)))
        strictest = {error: max(found[error] for found in lowest) for error in kept}
        table = tuple((error, limit, float((confidence >= limit).mean())) for error, limit in strictest.items())
        return cls(scale, Scale.fit(characters, right_characters), table)

    def threshold(self, max_error: float) -> float:
        """Return the lowest calibrated confidence to accept, so that at most max_error of the accepted are wrong.

        Between two rows the stricter one counts. Raises PosteyeError when max_error is below the smallest row.
        """
        if not self.table:
            raise PosteyeError(
                "no error rate can be promised for this model: it was too often wrong when it was calibrated; "
                "train it longer, or calibrate it with more strings"
            )
        kept = [threshold for error, threshold, _ in self.table if error <= max_error]
        if not kept:
            smallest, _, _ = self.table[0]
            raise PosteyeError(
                f"max error {max_error:g} cannot be promised; the smallest for this model is {smallest:g}"
            )
        return kept[-1]


def judge(
    decoding: Decoding, calibration: Calibration, max_error: float, has_ink: bool, spoiled: str | None = None
) -> Reading:
    """Turn a decoding into the answer for one field, with calibrated confidences.

    max_error: the share of wrong codes among the accepted that the user allows. has_ink: False when the field is empty.
    spoiled: why the field is unfit, however sure its reading.
    A rejected reading keeps its code, characters and candidates. Raises PosteyeError as `Calibration.threshold` does.
    """
    threshold = calibration.threshold(max_error)
    if not has_ink:
        return _no_code("no ink", ())
    candidates = _calibrated_candidates(decoding, calibration)
    if not candidates or decoding.candidates[0].confidence < NO_CODE_POSTERIOR:
        return _no_code(_outside(decoding.outside) or "no code of this form", candidates)
    best = candidates[0]
    characters = tuple(
        replace(character, confidence=max(best.confidence, calibration.character(character.confidence)))
        for character in decoding.characters
    )
    if spoiled:
        return Reading("rejected", best.code, spoiled, best.confidence, characters, candidates)
    if best.confidence >= threshold and not decoding.doubt:
        return Reading("accepted", best.code, None, best.confidence, characters, candidates)
    return Reading("rejected", best.code, _reason(decoding), best.confidence, characters, candidates)


def _no_code(reason: str, candidates: tuple[Candidate, ...]) -> Reading:
    return Reading("no_code", None, reason, 0.0, (), candidates)


def _calibrated_candidates(decoding: Decoding, calibration: Calibration) -> tuple[Candidate, ...]:
    """Calibrate each candidate; rivals share at most what the best one leaves."""
    softened = [calibration.code(candidate.confidence) for candidate in decoding.candidates]
    rivals = sum(softened[1:])
    share = min(1.0, (1.0 - softened[0]) / rivals) if rivals > 0 else 1.0
    kept = [*softened[:1], *(confidence * share for confidence in softened[1:])]
    return tuple(
        Candidate(candidate.code, confidence) for candidate, confidence in zip(decoding.candidates, kept, strict=True)
    )


def _reason(decoding: Decoding) -> str:
    """Name what most of the doubt is about: a number that is no code, one other code, or the weakest character."""
    best, *rivals = decoding.candidates
    half = (1.0 - best.confidence) / 2
    if decoding.outside and decoding.outside.confidence >= half:
        return _outside(decoding.outside)
    if decoding.doubt:
        return decoding.doubt
    if rivals and rivals[0].confidence >= half:
        return f"rival code {rivals[0].code}"
    written = [(c.confidence, i) for i, c in enumerate(decoding.characters) if c.char not in SEPARATORS]
    _, weakest = min(written)
    return f"low confidence in character {weakest + 1} ({decoding.characters[weakest].char!r})"


def _outside(outside: Outside | None) -> str:
    if outside is None:
        return ""
    return f"{'too short' if outside.too_short else 'not in the grammar'}: {outside.number} stands there"


def _checked(posteriors: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    posterior = np.asarray(posteriors, dtype=np.float64)
    verdict = np.asarray(right, dtype=np.bool_)
    if posterior.ndim != 1 or posterior.shape != verdict.shape or not len(verdict):
        raise ValueError(f"calibration needs one verdict a posterior, got {posterior.shape} and {verdict.shape}")
    return posterior, verdict


def _logit(posterior: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(posterior, _EDGE, 1.0 - _EDGE)
    return np.log(clipped) - np.log1p(-clipped)


def _fit_logistic(logit: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Temperature and offset by Newton's method; the loss is convex in 1 / temperature and offset.

    A weak pull towards the posterior itself keeps both finite where right and wrong are parted cleanly.
    """
    inputs = np.stack([logit, np.ones_like(logit)])
    pull = np.diag([_PULL, _PULL])
    neutral = weights = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(weights @ inputs, -60, 60)))
        slope = inputs @ (chance - right) + pull @ (weights - neutral)
        curvature = (inputs * (chance * (1 - chance))) @ inputs.T + pull
        step = np.linalg.solve(curvature, slope)
        weights = weights - step * min(1.0, 1.0 / float(np.abs(step).max() + _TINY))
    inverse = float(np.clip(weights[0], 1 / _TEMPERATURES[1], 1 / _TEMPERATURES[0]))
    return 1.0 / inverse, float(weights[1])


def _thresholds(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[float, float]:
    """Find the lowest threshold for each of MAX_ERRORS."""
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
