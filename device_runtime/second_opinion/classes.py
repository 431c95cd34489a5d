"""From the recogniser's thousands of characters to the classes of our lattices: ten digits, blank and rubbish."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import DIGITS

BLANK, RUBBISH = len(DIGITS), len(DIGITS) + 1
CLASSES = len(DIGITS) + 2


def class_of(char: str) -> int:
    """Our class for a character of the recogniser; "" is CTC's blank."""
    if char in DIGITS:
        return DIGITS.index(char) if char else BLANK
    return RUBBISH


def reduction(characters: Sequence[str]) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """The function that sums the probabilities of the characters that are one class of ours.

    Args:
        characters: the recogniser's, in the order of its classes.

    Returns:
        Of float32 [columns, characters] it makes float32 [columns, 12].
    """
    classes = np.array([class_of(char) for char in characters])
    order = classes.argsort(kind="stable")
    first = classes[order].searchsorted(np.arange(CLASSES))

    def reduce(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.add.reduceat(probabilities[:, order], first, axis=1, dtype=np.float64), np.float32)

    return reduce
