"""Where a reader fails: its figures broken down by what is known or can be measured of each string."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import SEPARATORS
from train.data.labelled import Labelled
from train.evaluation.ink import connected_pieces, ink_width_px
from train.evaluation.metrics import wilson

_BINS = 4  # of a measure: quartiles
_MOST_VALUES = 12  # of a condition: more different words name strings, they do not group them


@dataclass(frozen=True)
class Group:
    """The strings that share one value of a condition.

    exact, accepted, wrong: shares of strings read exactly, of strings accepted, and of wrong ones among the accepted.
    """

    value: str
    strings: int
    exact: float
    accepted: float
    wrong: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of `exact`."""
        return wilson(self.exact, self.strings)


@dataclass(frozen=True)
class Condition:
    """A condition and its groups; none where nearly every string has a value of its own (values: how many)."""

    name: str
    groups: tuple[Group, ...]
    values: int


def breakdown(data: Labelled, correct: NDArray[np.bool_], accepted: NDArray[np.bool_]) -> list[Condition]:
    """Break figures down by length, width, touching digits, and the conditions that came with the strings.

    correct, accepted: bool [strings]. Measures are taken in the strip, where writing is 20 px tall; they mean little
    where other writing stands beside the code. What is the same for all strings is left out.
    """
    digits = [max(1, len([char for char in code if char not in SEPARATORS])) for code in data.codes]
    width = [ink_width_px(strip) / count for strip, count in zip(data.strips, digits, strict=True)]
    touching = [connected_pieces(strip) < count for strip, count in zip(data.strips, digits, strict=True)]
    values = {
        "characters of the code": [str(count) for count in digits],
        "width of a character, px of the strip": [f"{px:.1f}" for px in width],
        "connected pieces": ["fewer than digits" if touch else "as many as digits, or more" for touch in touching],
    }
    values |= data.conditions
    return [_condition(name, column, correct, accepted) for name, column in values.items() if len(set(column)) > 1]


def _condition(name: str, column: Sequence[str], correct: NDArray[np.bool_], accepted: NDArray[np.bool_]) -> Condition:
    numbers = _numbers(column)
    different = len(set(column))
    if numbers is not None and different > _MOST_VALUES:
        edges = np.unique(np.quantile(numbers, np.linspace(0, 1, _BINS + 1)))
        bins = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(0, len(edges) - 2))
        labels = [f"{low:.3g} to {high:.3g}" for low, high in itertools.pairwise(edges)]
        masks = [(label, bins == number) for number, label in enumerate(labels)]
    elif different > _MOST_VALUES:
        masks = []
    else:
        order = sorted(set(column), key=float if numbers is not None else str)
        masks = [(value or "(not given)", np.array([value == other for other in column])) for value in order]
    groups = [_group(value, correct[mask], accepted[mask]) for value, mask in masks if mask.any()]
    return Condition(name, tuple(groups), different)


def _numbers(column: Sequence[str]) -> NDArray[np.float64] | None:
    try:
        numbers = np.array([float(value) for value in column])
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _group(value: str, correct: NDArray[np.bool_], accepted: NDArray[np.bool_]) -> Group:
    wrong = float((~correct[accepted]).mean()) if accepted.any() else 0.0
    return Group(value, len(correct), float(correct.mean()), float(accepted.mean()), wrong)
