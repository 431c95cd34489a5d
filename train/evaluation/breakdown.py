"""Where a reader fails: its figures broken down by what is known or can be measured of each string."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import SEPARATORS
from train.data.labelled import Labeled
from train.evaluation.ink import connected_pieces, ink_width_px
from train.evaluation.metrics import wilson

_BINS = 4  # of a measure: quartiles
_MOST_VALUES = 12  # of a column of words: more different ones name strings, they do not group them


@dataclass(frozen=True)
class Group:
    """A slice: the strings that share one value.

    Attributes:
        value: As it is shown, e.g. a word or a range.
        strings: How many there are.
        exact: Share of them read exactly.
        accepted: Share of them accepted.
        wrong: Share of wrong ones among the accepted.
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
class Slicing:
    """All strings sliced by one thing that is known of them.

    Attributes:
        name: What that is.
        groups: The slices; none where nearly every string has a value of its own.
        values: How many different values there are.
    """

    name: str
    groups: tuple[Group, ...]
    values: int


def breakdown(data: Labeled, correct: NDArray[np.bool_], accepted: NDArray[np.bool_]) -> list[Slicing]:
    """Slice figures by length, width, touching digits, and by what came with the strings.

    Measures are taken in the strip, where writing is 20 px tall; they mean little where other writing stands beside the
    code. What is the same for all strings is left out.

    Args:
        data: The strings.
        correct: bool [strings], whether each was read exactly.
        accepted: bool [strings].
    """
    digits = [max(1, len([char for char in code if char not in SEPARATORS])) for code in data.codes]
    width = [ink_width_px(strip) / count for strip, count in zip(data.strips, digits, strict=True)]
    touching = [connected_pieces(strip) < count for strip, count in zip(data.strips, digits, strict=True)]
    values = {
        "characters of the code": [str(count) for count in digits],
        "width of a character, px of the strip": [f"{px:.1f}" for px in width],
        "connected pieces": ["fewer than digits" if touch else "as many as digits, or more" for touch in touching],
    }
    values |= data.slices
    return [_sliced(name, column, correct, accepted) for name, column in values.items() if len(set(column)) > 1]


def _sliced(name: str, column: Sequence[str], correct: NDArray[np.bool_], accepted: NDArray[np.bool_]) -> Slicing:
    """Slice by a column of one value a string."""
    groups = [_group(value, correct[mask], accepted[mask]) for value, mask in slices(column)]
    return Slicing(name, tuple(groups), len(set(column)))


def slices(column: Sequence[str], most_values: int = _MOST_VALUES) -> list[tuple[str, NDArray[np.bool_]]]:
    """Group strings or pieces by a column of one value each.

    Args:
        column: The values, words or numbers as text.
        most_values: More different words are not grouped; more different numbers are, by quartiles.

    Returns:
        The groups that are not empty, in order: what to call each, and whether each string is in it, bool [strings].
    """
    numbers = _numbers(column)
    different = len(set(column))
    if numbers is not None and different > _MOST_VALUES:
        edges = np.unique(np.quantile(numbers, np.linspace(0, 1, _BINS + 1)))  # [bins + 1], fewer where they coincide
        bins = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(0, len(edges) - 2))  # [strings]
        labels = [f"{low:.3g} to {high:.3g}" for low, high in itertools.pairwise(edges)]
        masks = [(label, bins == number) for number, label in enumerate(labels)]
    elif different > most_values:
        masks = []
    else:
        order = sorted(set(column), key=float if numbers is not None else str)
        masks = [(value or "(not given)", np.array([value == other for other in column])) for value in order]
    return [(name, mask) for name, mask in masks if mask.any()]


def _numbers(column: Sequence[str]) -> NDArray[np.float64] | None:
    try:
        numbers = np.array([float(value) for value in column])
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _group(value: str, correct: NDArray[np.bool_], accepted: NDArray[np.bool_]) -> Group:
    wrong = float((~correct[accepted]).mean()) if accepted.any() else 0.0
    return Group(value, len(correct), float(correct.mean()), float(accepted.mean()), wrong)
