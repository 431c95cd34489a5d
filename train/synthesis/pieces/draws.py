"""Draws from lists and from shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")


def any_of(random: np.random.Generator, choices: Sequence[_T]) -> _T:
    """Draw one of some things, each as likely as another."""
    return choices[int(random.integers(len(choices)))]


def by_share(random: np.random.Generator, shares: Mapping[_T, float]) -> _T:
    """Draw one of some things, each as likely as its share of the sum."""
    bounds = np.cumsum(list(shares.values()))
    return list(shares)[int(np.searchsorted(bounds, random.random() * bounds[-1], side="right"))]
