"""Compares readers alone and in pairs with `digits`: what is read exactly, what is accepted, what they agree on."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.distilled.lines import writing_of
from benchmarks.distilled.readers import Looks, best_code
from benchmarks.distilled.sets import FieldSet
from benchmarks.figures.tables import Table
from device_runtime.decoding.ensemble import Look
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import Share, accept_rate

OURS = "digits"
ERRORS = (0.01, 0.02)
_RESAMPLES, _SEED = 1000, 1998


@dataclass(frozen=True)
class Answers:
    """The codes that one reader, or two together, believe most in each field of a set.

    Attributes:
        codes: of each field; None where there is none.
        confidences: float64 [fields], the posterior of it, 0 for none.
        right: bool [fields], whether it is what the field holds.
    """

    codes: list[str | None]
    confidences: NDArray[np.float64]
    right: NDArray[np.bool_]

    def accepted(self, max_error: float, weights: NDArray[np.int64] | None = None) -> float:
        """As `train.evaluation.metrics.accept_rate`."""
        return accept_rate(self.confidences, self.right, max_error, weights)


def answers(readers: Mapping[str, Looks], fields: FieldSet) -> tuple[dict[str, Answers], dict[str, Answers]]:
    """Read a set with every reader, and with each together with OURS.

    Args:
        readers: OURS among them.
        fields: what to read.

    Returns:
        What each reader answers alone, and what each other one answers together with OURS.
    """
    others = [name for name in readers if name != OURS]
    alone: dict[str, list[tuple[str | None, float]]] = {name: [] for name in readers}
    pairs: dict[str, list[tuple[str | None, float]]] = {name: [] for name in others}
    for image in tqdm(fields.images, desc=fields.name, unit="field", leave=False, disable=None):
        writing = writing_of(image, "", real=True)
        looks: dict[str, list[Look]] = {}
        for name, reader in readers.items():
            looks[name] = []
            with contextlib.suppress(PosteyeError):  # the line is too long
                looks[name] = reader(writing) if writing.strip.has_ink else []
        for name, mine in looks.items():
            alone[name].append(best_code([mine]))
        for name in others:
            pairs[name].append(best_code([looks[OURS], looks[name]]))
    return _held_against(alone, fields), _held_against(pairs, fields)


def _held_against(found: Mapping[str, list[tuple[str | None, float]]], fields: FieldSet) -> dict[str, Answers]:
    return {
        name: Answers(
            [code for code, _ in rows],
            np.array([confidence for _, confidence in rows]),
            np.array([code == truth for (code, _), truth in zip(rows, fields.truths, strict=True)], np.bool_),
        )
        for name, rows in found.items()
    }


def figures(one: Answers) -> dict[str, Any]:
    """The shares of a set that are read exactly and accepted, with 95 % intervals.

    Source: Wilson 1927; Efron, "Bootstrap methods", 1979, percentiles.
    """
    exact = Share(int(one.right.sum()), len(one.right))
    found: dict[str, Any] = {"exact": round(exact.value, 4), "exact-interval": _rounded(exact.interval)}
    for error in ERRORS:
        rates = [one.accepted(error, weights) for weights in _draws(len(one.right))]
        found[_at(error)] = round(one.accepted(error), 4)
        found[f"{_at(error)}-interval"] = _rounded(np.quantile(rates, (0.025, 0.975)))
    return found


def difference(one: Answers, other: Answers) -> dict[str, Any]:
    """By how much one exceeds the other on the same fields, with 95 % intervals by a bootstrap over the fields."""
    found: dict[str, Any] = {}
    draws = _draws(len(one.right))
    exact = [float(np.average(one.right.astype(float) - other.right, weights=weights)) for weights in draws]
    found["exact"] = round(float(one.right.mean() - other.right.mean()), 4)
    found["exact-interval"] = _rounded(np.quantile(exact, (0.025, 0.975)))
    for error in ERRORS:
        rates = [one.accepted(error, weights) - other.accepted(error, weights) for weights in draws]
        found[_at(error)] = round(one.accepted(error) - other.accepted(error), 4)
        found[f"{_at(error)}-interval"] = _rounded(np.quantile(rates, (0.025, 0.975)))
    return found


def agreement(ours: Answers, other: Answers) -> dict[str, Any]:
    """How often two readers have the same code for a field, and how often that code is wrong."""
    same = np.array([a is not None and a == b for a, b in zip(ours.codes, other.codes, strict=True)], np.bool_)
    agreed = Share(int(same.sum()), len(same))
    wrong = Share(int((same & ~ours.right).sum()), agreed.count)
    both = Share(int((~ours.right & ~other.right).sum()), len(same))
    return {
        "agree": round(agreed.value, 4),
        "agree-interval": _rounded(agreed.interval),
        "wrong-of-agreed": round(wrong.value, 4),
        "wrong-of-agreed-interval": _rounded(wrong.interval),
        "wrong-of-agreed-count": wrong.count,
        "both-wrong": round(both.value, 4),
    }


def pairs_table(alone: Mapping[str, Any], pairs: Mapping[str, Any], titles: Mapping[str, str]) -> Table:
    """What each reader reads alone and with OURS, a row each, with intervals."""
    heads = ["", "exact", "accepted at 1 %", "accepted at 2 %"]
    keys = ("exact", *(_at(error) for error in ERRORS))
    rows = [(titles[name], alone[name]) for name in alone]
    rows += [(f"{titles[OURS]} and {titles[name]}", pairs[name]) for name in pairs]
    return Table(heads, [[title, *(_shown(row, key) for key in keys)] for title, row in rows])


def agreement_table(found: Mapping[str, Any], titles: Mapping[str, str]) -> Table:
    """How each other reader agrees with OURS, a row each, with intervals."""
    heads = ["", f"agrees with {titles[OURS]}", "of these wrong", "both wrong"]
    lines = [
        [
            titles[name],
            _shown(row, "agree"),
            f"{row['wrong-of-agreed-count']}: {_shown(row, 'wrong-of-agreed')}",
            f"{row['both-wrong']:.1%}",
        ]
        for name, row in found.items()
    ]
    return Table(heads, lines)


def _shown(row: Mapping[str, Any], key: str) -> str:
    low, high = row[f"{key}-interval"]
    return f"{row[key]:.1%} ({100 * low:.1f} to {100 * high:.1f})"


def _at(error: float) -> str:
    return f"at-{round(100 * error)}"


def _rounded(interval: Any) -> list[float]:
    return [round(float(end), 4) for end in interval]


def _draws(count: int) -> list[NDArray[np.int64]]:
    """How often each field is drawn in each resample, the same for all readers."""
    random = np.random.default_rng(_SEED)
    return [np.bincount(random.integers(0, count, count), minlength=count) for _ in range(_RESAMPLES)]
