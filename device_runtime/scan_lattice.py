"""The lattice of a scanned strip: columns composed with the character model, as running sums over places.

A character stays for one or more columns, so its score from place u to place t is a difference of running sums, and the
sum over all u is one `accumulate` for every character at once (no loop over columns).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.lattice import PLAIN, FloatArray, IntArray, running, stay, stay_back
from device_runtime.stepped_lattice import Stepped
from device_runtime.surroundings import Surroundings, settle, surround
from device_runtime.types import Penalties

# A column is of one class beyond doubt when all others together have less than this share of its mass.
DOUBT = 1e-4


@dataclass(frozen=True, eq=False)
class ScanLattice(Stepped):
    """A strip's columns as a `Lattice`; build it with `scan_lattice`.

    sums: float64 [classes, places], log-probability of staying in a class from the first place to each.
    scores: float64 [classes, columns], log-probabilities. first: int [places], the scanner's column at each place.
    """

    penalties: Penalties
    sums: FloatArray
    scores: FloatArray
    around: Surroundings
    first: IntArray

    equal_may_touch = False

    @property
    def places(self) -> int:
        """Number of boundaries between columns, both ends included."""
        return len(self.first)

    @property
    def number(self) -> str:
        """The longest number on the best class path; of equal ones the first."""
        alphabet = self.penalties.alphabet
        best = self.penalties.values.argmin(axis=1)
        begins = np.flatnonzero(np.append(True, best[1:] != best[:-1]))
        signs = [(alphabet + "_ ")[c] for c in best[begins]]
        return max("".join(signs).replace("_", "").split(" "), key=len)

    def character(self, add: np.ufunc, begins: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        return stay(add, begins, self.sums.take(chars, axis=0))

    def character_back(self, add: np.ufunc, ended: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        return stay_back(add, ended, self.sums.take(chars, axis=0))

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Where the character is strongest, and its probability there."""
        span = slice(int(self.first[begin]), max(int(self.first[end]), int(self.first[begin]) + 1))
        penalty = self.penalties.values[span, char]
        strongest = int(penalty.argmin())
        return float(self.penalties.x_px[span][strongest]), float(np.exp(-np.float64(penalty[strongest])))

    @property
    def _marks(self) -> FloatArray:
        return self.scores[self.penalties.rubbish]

    def _between(self, add: np.ufunc, junction: int) -> FloatArray:
        if junction == PLAIN:
            return self.sums[self.penalties.blank]
        return running(settle(add(self.scores[self.penalties.blank], self._marks)))


def scan_lattice(penalties: Penalties) -> ScanLattice:
    """Make the lattice of a strip; penalties need not be normalised, and must have at least one column.

    Raises ValueError for NaN or infinity in them.
    """
    if not np.isfinite(penalties.values).all():
        raise ValueError("penalties hold NaN or infinity; the scanner's output is broken")
    blank, rubbish = penalties.blank, penalties.rubbish
    condensed, first = condense(penalties.values, blank)
    scores = settle(-condensed.T)
    best = scores[:blank].max(axis=0)
    digit = best + np.log(np.exp(scores[:blank] - best).sum(axis=0))
    around = surround(digit, scores[blank], scores[rubbish])
    return ScanLattice(penalties, running(scores), scores, around, first)


def condense(values: NDArray[np.float32], blank: int, doubt: float | None = None) -> tuple[FloatArray, IntArray]:
    """Take each run of columns that are blank (or rubbish) beyond doubt as one, whose penalties are the run's sums.

    values: float32 [columns, classes], at least one column; blank and rubbish are the last two classes. Returns float64
    [condensed, classes], and int [condensed + 1], the first column of each and the number of columns. Most columns of a
    strip are such, so decoding gets several times quicker. What is lost are paths through other classes inside a run;
    all of them together hold less than `doubt` (DOUBT) of a column's mass.
    """
    mass = np.exp(values.min(axis=1, keepdims=True) - values)
    sure = mass[:, blank:] > (1 - (DOUBT if doubt is None else doubt)) * mass.sum(axis=1, keepdims=True)
    goes_on = (sure[1:] & sure[:-1]).any(axis=1)
    first = np.concatenate(([0], (~goes_on).nonzero()[0] + 1))
    return np.add.reduceat(values.astype(np.float64), first, axis=0), np.concatenate((first, [len(values)]))
