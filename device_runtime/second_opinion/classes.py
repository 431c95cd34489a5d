"""From the recogniser's thousands of characters to the classes of our lattices: ten digits, blank and rubbish."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import DIGITS

BLANK, RUBBISH = len(DIGITS), len(DIGITS) + 1
CLASSES = len(DIGITS) + 2
# Marks may group the digits of a number; where they part a code from another number, our own lattice knows it from the
# pixels.
_MARKS = frozenset(".,-'`:;_~\"*=\u00b7\u2013\u2014\u2018\u2019")
# Characters that it takes digits for, by the digit: as often as not such a one is the digit.
_ALIKE = ("OoDQ\u00b0\u3007\u25cb", "lIi|!/AN\u4e28", "Zz", "\u0417\u0437", "Hh", "Ss", "Gb", "yYT", "B", "gq")
_ALIKE_SHARE = np.float32(0.5)


def shares_of(char: str) -> NDArray[np.float32]:
    """How much of a character's probability goes to each of our classes: float32 [12], summing to 1.

    char: of the recogniser; "" is CTC's blank.
    """
    shares = np.zeros(CLASSES, np.float32)
    alike = next((digit for digit, chars in enumerate(_ALIKE) if char and char in chars), None)
    if char and char in DIGITS:
        shares[DIGITS.index(char)] = 1
    elif not char or char in _MARKS:
        shares[BLANK] = 1
    elif alike is not None:
        shares[alike], shares[RUBBISH] = _ALIKE_SHARE, 1 - _ALIKE_SHARE
    else:
        shares[RUBBISH] = 1
    return shares


def reduction(characters: Sequence[str]) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """The function that sums probabilities of characters to those of our classes.

    Args:
        characters: the recogniser's, in the order of its classes.

    Returns:
        Of float32 [columns, characters] it makes float32 [columns, 12].
    """
    shares = np.stack([shares_of(char) for char in characters])
    return lambda probabilities: probabilities @ shares
