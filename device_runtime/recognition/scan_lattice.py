"""The lattice of a scanned strip: columns composed with the character model, as running sums over places.

A character stays for one or more columns, so its score from place u to place t is a difference of running sums, and the
sum over all u is one `accumulate` for every character at once (no loop over columns).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.gaps import BoolArray, Gaps
from device_runtime.recognition.garbage_model import Seen, Surroundings, settle, surround
from device_runtime.recognition.lattice import MARKED, PLAIN, FloatArray, IntArray, running, stay, stay_back
from device_runtime.recognition.stepped_lattice import Stepped
from device_runtime.types import Penalties

# A column is of one class beyond doubt when all others together have less than this share of its mass.
DOUBT = 1e-4
# Ink of a broken character lies no farther from the column that shows it.
_PIECE_PX, _MIDWAY_PX, _FAR_PX = 6, 2, 1e6
# Columns no farther apart show one character. A gap between characters is wide at this multiple of the usual one, of
# which there must be a few; a comma in it is so far from either.
_SAME_PX, _FEWEST_STEPS, _WIDE_GAP, _TOUCHING_PX = 3, 3, 1.2, 5
# So many columns that show rubbish as tall as letters make words.
_WORD_COLUMNS = 4


@dataclass(frozen=True, eq=False)
class ScanLattice(Stepped):
    """A strip's columns as a `Lattice`; build it with `scan_lattice`.

    sums: float64 [classes, places], log-probability of staying in a class from the first place to each.
    scores: float64 [classes, columns], log-probabilities. first: int [places], the scanner's column at each place.
    inner: float64 [classes, places], as `sums`, within a code: where a mark is seen, blanks and characters cost more.
    gaps: what was seen.
    """

    penalties: Penalties
    sums: FloatArray
    scores: FloatArray
    around: Surroundings
    first: IntArray
    inner: FloatArray
    gaps: Gaps | None

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
        return stay(add, begins, self.inner.take(chars, axis=0))

    def character_back(self, add: np.ufunc, ended: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        return stay_back(add, ended, self.inner.take(chars, axis=0))

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Where the character is strongest, and its probability there."""
        span = slice(int(self.first[begin]), max(int(self.first[end]), int(self.first[begin]) + 1))
        penalty = self.penalties.values[span, char]
        strongest = int(penalty.argmin())
        return float(self.penalties.x_px[span][strongest]), float(np.exp(-np.float64(penalty[strongest])))

    def at(self, costs: Costs) -> ScanLattice:
        """As in `Lattice`."""
        return scan_lattice(self.penalties, self.gaps, costs)

    @property
    def _marks(self) -> FloatArray:
        return self.scores[self.penalties.rubbish]

    def _between(self, add: np.ufunc, junction: int) -> FloatArray:
        if junction == PLAIN:
            return self.inner[self.penalties.blank]
        if junction == MARKED:
            return self.sums[self.penalties.blank]
        return running(settle(add(self.scores[self.penalties.blank], self._marks)))


def scan_lattice(penalties: Penalties, gaps: Gaps | None = None, costs: Costs = COSTS) -> ScanLattice:
    """Make the lattice of a strip; penalties need not be normalised, and must have at least one column.

    gaps: what is seen between the characters of the strip; None = nothing is known of it.
    Raises ValueError for NaN or infinity in the penalties.
    """
    if not np.isfinite(penalties.values).all():
        raise ValueError("penalties hold NaN or infinity; the scanner's output is broken")
    blank, rubbish = penalties.blank, penalties.rubbish
    seen = _in_columns(gaps, penalties) if gaps is not None else None
    condensed, first = condense(penalties.values, blank, seen=seen)
    scores = settle(-condensed.T)
    best = scores[:blank].max(axis=0)
    digit = best + np.log(np.exp(scores[:blank] - best).sum(axis=0))
    sums = running(scores)
    if seen is None:
        around = surround(digit, scores[blank], scores[rubbish], costs=costs)
        return ScanLattice(penalties, sums, scores, around, first, sums, None)
    seen = seen.of_runs(first[:-1])
    around = surround(digit, scores[blank], scores[rubbish], seen, costs)
    inner = running(settle(scores - costs.mark * seen.mark)) if seen.mark.any() else sums
    return ScanLattice(penalties, sums, scores, around, first, inner, gaps)


def _in_columns(gaps: Gaps, penalties: Penalties) -> Seen:
    """Gaps in the scanner's columns, each of which stands for the two px before its middle."""
    x_px = penalties.x_px
    right = np.clip(x_px.astype(np.intp), 0, len(gaps.space) - 1)
    left = np.maximum(right - 1, 0)
    tall = gaps.tall[right] | gaps.tall[left]
    best = penalties.values.argmin(axis=1)
    marks = gaps.marks
    shown_px = x_px[best < penalties.blank].astype(np.float64) / gaps.aspect
    commas = gaps.commas[_in_wide_gaps(gaps.commas / gaps.aspect, shown_px)]
    marks = np.append(marks[~_pieces(marks / gaps.aspect, shown_px)], commas)
    words = int((tall & (best == penalties.rubbish)).sum()) >= _WORD_COLUMNS
    found = []
    for middles in (marks, gaps.commas if words else marks[:0]):
        column = np.zeros(len(x_px), np.bool_)
        if len(middles):
            column[np.abs(x_px - middles[:, None]).argmin(axis=1)] = True
        found.append(column)
    return Seen(gaps.space[right], tall, *found)


def _pieces(marks_px: FloatArray, shown_px: FloatArray) -> BoolArray:
    """Which of the small inks are pieces of a broken character: near to where it is shown, and not midway to the next.

    marks_px: float64 [marks]. shown_px: float64 [columns], where characters are shown.
    """
    left, right = _neighbours(marks_px, shown_px)
    nearer, farther = np.minimum(left, right), np.maximum(left, right)
    return np.asarray((nearer <= _PIECE_PX) & (farther - nearer > _MIDWAY_PX))


def _in_wide_gaps(commas_px: FloatArray, shown_px: FloatArray) -> BoolArray:
    """Which of the commas, that may touch a character, stand between two that are farther apart than the others."""
    steps = np.diff(shown_px)
    steps = np.sort(steps[steps > _SAME_PX])
    if len(steps) < _FEWEST_STEPS:
        return np.zeros(len(commas_px), np.bool_)
    left, right = _neighbours(commas_px, shown_px)
    apart = (left + right >= _WIDE_GAP * steps[(len(steps) - 1) // 2]) & (left + right < _FAR_PX)
    return np.asarray(apart & (np.minimum(left, right) >= _TOUCHING_PX))


def _neighbours(places_px: FloatArray, shown_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far from each place characters are shown on its left and right: float64 [places] both."""
    ends = np.concatenate(([-_FAR_PX], shown_px, [_FAR_PX]))
    after = np.searchsorted(shown_px, places_px) + 1
    return places_px - ends[after - 1], ends[after] - places_px


def condense(
    values: NDArray[np.float32], blank: int, doubt: float | None = None, seen: Seen | None = None
) -> tuple[FloatArray, IntArray]:
    """Take each run of columns that are blank (or rubbish) beyond doubt as one, whose penalties are the run's sums.

    values: float32 [columns, classes], at least one column; blank and rubbish are the last two classes. seen: runs end
    where something else is seen. Returns float64 [condensed, classes], and int [condensed + 1], the first column of
    each and the number of columns. Most columns of a strip are such, so decoding gets several times quicker. What is
    lost are paths through other classes inside a run; all of them together hold less than `doubt` (DOUBT) of a column's
    mass.
    """
    mass = np.exp(values.min(axis=1, keepdims=True) - values)
    sure = mass[:, blank:] > (1 - (DOUBT if doubt is None else doubt)) * mass.sum(axis=1, keepdims=True)
    goes_on = (sure[1:] & sure[:-1]).any(axis=1)
    if seen is not None:
        goes_on &= (seen.space[1:] == seen.space[:-1]) & (seen.tall[1:] == seen.tall[:-1])
    first = np.concatenate(([0], (~goes_on).nonzero()[0] + 1))
    return np.add.reduceat(values.astype(np.float64), first, axis=0), np.concatenate((first, [len(values)]))
