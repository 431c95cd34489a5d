"""A lattice: the recognition graph of one strip, in the form in which the search walks through it.

There are two roads from a strip to a lattice: the scanner's columns (`scan_lattice.py`) and over-segmentation
(`segment_lattice.py`). A place is a boundary between two columns, or between two pieces of ink. Scores are
log-probabilities (-penalty), so the sum of the semiring is a ufunc: `np.maximum` for Viterbi, `np.logaddexp` for
forward scores. "Ended" at a place stands for having written some characters, the last of which ends there.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device_runtime.recognition.costs import Costs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# What may stand between two characters: blanks; blanks and marks in any mixture, or nothing (a separator); the same
# with at least one mark (a separator that may be left out).
PLAIN, OPEN, MARKED = range(3)


class Lattice(Protocol):
    """What the search asks of a strip, whichever way it was recognised.

    places: how many boundaries there are. equal_may_touch: whether two equal characters may follow each other directly.
    before, after: float64 [places], log mass of all that may stand left (right) of a code that begins (ended) at the
    place. free: log mass of all readings whatsoever. number: the longest number on the best path of all, "" if none.
    """

    @property
    def places(self) -> int: ...
    @property
    def equal_may_touch(self) -> bool: ...
    @property
    def before(self) -> FloatArray: ...
    @property
    def after(self) -> FloatArray: ...
    @property
    def free(self) -> float: ...
    @property
    def number(self) -> str: ...

    def character(self, add: np.ufunc, begins: FloatArray, chars: IntArray) -> FloatArray:
        """Write one character (chars: int [n]) from where it may begin to where it then ended; [n, places]."""

    def character_back(self, add: np.ufunc, ended: FloatArray, chars: IntArray) -> FloatArray:
        """Transpose of `character`: from completions once it ended to completions where it begins; [n, places]."""

    def apart(self, add: np.ufunc, ended: FloatArray, junction: int) -> FloatArray:
        """Where the next character may begin with something in between (PLAIN, OPEN or MARKED); [n, places]."""

    def apart_back(self, add: np.ufunc, begins: FloatArray, junction: int) -> FloatArray:
        """Transpose of `apart`."""

    def at(self, costs: Costs) -> Lattice:
        """The same lattice at other costs of what stands beside and in a code."""

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Where in the strip (x in px) a character stands, and its probability (0..1) there.

        It ends at one place and begins at the other or, with something else in between, after it.
        """


def running(scores: FloatArray) -> FloatArray:
    """Sums of [..., columns] from the first place to each: [..., places]."""
    sums = np.zeros((*scores.shape[:-1], scores.shape[-1] + 1))
    np.cumsum(scores, axis=-1, out=sums[..., 1:])
    return sums


def stay(add: np.ufunc, entered: FloatArray, sums: FloatArray) -> FloatArray:
    """Stay in a class for one or more columns: from scores of entering at each place to scores of having left there."""
    ways = entered - sums
    left = np.empty_like(ways)
    left[..., 0] = -np.inf
    add.accumulate(ways[..., :-1], axis=-1, out=left[..., 1:])
    left[..., 1:] += sums[..., 1:]
    return left


def stay_back(add: np.ufunc, left: FloatArray, sums: FloatArray) -> FloatArray:
    """Transpose of `stay`: from completions after leaving at each place to completions when entering there."""
    ways = left + sums
    entered = np.empty_like(ways)
    entered[..., -1] = -np.inf
    add.accumulate(ways[..., :0:-1], axis=-1, out=entered[..., -2::-1])
    entered[..., :-1] -= sums[..., :-1]
    return entered
