"""The lattice of a scanned strip: columns composed with the character model, as running sums over frame boundaries.

A character has a self-loop of one or more columns, so its score from node u to node t is a difference of running sums,
and the sum over all u is one `accumulate` for every character at once (no loop over columns).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.gaps import BoolArray, Gaps
from device_runtime.recognition.garbage_model import Seen, garbage_masses, to_fixed_point
from device_runtime.recognition.lattice import (
    MARKED,
    PLAIN,
    FloatArray,
    IntArray,
    marked_gap,
    marked_gap_back,
    running_sums,
    self_loop,
    self_loop_back,
)
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
class ScanLattice:
    """A strip's columns as a `Lattice`; build it with `scan_lattice`.

    Attributes:
        penalties: what the scanner said.
        gaps: what was seen between the characters; None = nothing is known of it.
        costs: what stands beside and in a code costs this.
        before: float64 [nodes], log mass of what may stand left of a code.
        after: float64 [nodes], log mass of what may stand right of a code.
        free: log mass of all readings.
        first: int [nodes], the scanner's column at each node.
        scores: float64 [classes, frames], log-probabilities.
        sums: float64 [classes, nodes], running sums of the scores.
        inner: float64 [classes, nodes], the same within a code: where a mark is seen, blanks and characters cost more.
    """

    penalties: Penalties
    gaps: Gaps | None
    costs: Costs
    before: FloatArray
    after: FloatArray
    free: float
    first: IntArray
    scores: FloatArray
    sums: FloatArray
    inner: FloatArray

    @property
    def alphabet(self) -> str:
        """The characters in the order of their classes."""
        return self.penalties.alphabet

    @property
    def nodes(self) -> int:
        """Number of frame boundaries, both ends of the strip included."""
        return len(self.first)

    @property
    def number(self) -> str:
        """The longest number on the best class path; of equal ones the first."""
        best = self.penalties.values.argmin(axis=1)
        begins = np.flatnonzero(np.append(True, best[1:] != best[:-1]))
        signs = [(self.alphabet + "_ ")[c] for c in best[begins]]
        return max("".join(signs).replace("_", "").split(" "), key=len)

    def character(self, add: np.ufunc, begins: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        return self_loop(add, begins, self.inner.take(chars, axis=0))

    def character_back(self, add: np.ufunc, ended: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Lattice`."""
        return self_loop_back(add, ended, self.inner.take(chars, axis=0))

    def gap(self, add: np.ufunc, ended: FloatArray, junction: int) -> FloatArray:
        """As in `Lattice`."""
        if junction == PLAIN:
            return self_loop(add, ended, self.inner[self.penalties.blank])
        if junction == MARKED:
            return marked_gap(add, ended, self.sums[self.penalties.blank], self._marks, self._blank_or_mark(add))
        return self_loop(add, ended, self._blank_or_mark(add))

    def gap_back(self, add: np.ufunc, begins: FloatArray, junction: int) -> FloatArray:
        """As in `Lattice`."""
        if junction == PLAIN:
            return self_loop_back(add, begins, self.inner[self.penalties.blank])
        if junction == MARKED:
            return marked_gap_back(add, begins, self.sums[self.penalties.blank], self._marks, self._blank_or_mark(add))
        return self_loop_back(add, begins, self._blank_or_mark(add))

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Where the character is strongest, and its probability there."""
        span = slice(int(self.first[begin]), max(int(self.first[end]), int(self.first[begin]) + 1))
        penalty = self.penalties.values[span, char]
        strongest = int(penalty.argmin())
        return float(self.penalties.x_px[span][strongest]), float(np.exp(-np.float64(penalty[strongest])))

    def at(self, costs: Costs) -> ScanLattice:
        """As in `Lattice`."""
        return self if costs == self.costs else scan_lattice(self.penalties, self.gaps, costs)

    @property
    def _marks(self) -> FloatArray:
        """Scores of a mark: float64 [frames]."""
        return self.scores[self.penalties.rubbish]

    def _blank_or_mark(self, add: np.ufunc) -> FloatArray:
        """Running sums of blank and marks together: float64 [nodes]."""
        return running_sums(to_fixed_point(add(self.scores[self.penalties.blank], self._marks)))


def scan_lattice(penalties: Penalties, gaps: Gaps | None = None, costs: Costs = COSTS) -> ScanLattice:
    """Make the lattice of a strip.

    Args:
        penalties: at least one column; they need not be normalised.
        gaps: what is seen between the characters of the strip; None = nothing is known of it.
        costs: what writing beside and in a code costs.

    Raises:
        ValueError: the penalties are of another shape, or hold NaN or infinity.
    """
    values, alphabet = penalties.values, penalties.alphabet
    shape = (len(penalties.x_px), len(alphabet) + 2)
    if values.shape != shape or not len(values):
        raise ValueError(
            f"penalties {values.shape} do not fit: over {alphabet!r} they are {shape}, of 1 column or more"
        )
    if not np.isfinite(values).all():
        raise ValueError("penalties hold NaN or infinity; the scanner's output is broken")
    # Frames: columns, of which runs that are sure of blank or rubbish are one each.
    seen = _in_columns(gaps, penalties) if gaps is not None else None
    condensed, first = condense(values, penalties.blank, seen=seen)
    if seen is not None:
        seen = seen.of_runs(first[:-1])
    scores = to_fixed_point(-condensed.T)
    # Any digit: log of the sum of the digits' probabilities, [frames], the largest factored out.
    digits = scores[: penalties.blank]
    best = digits.max(axis=0)
    digit = best + np.log(np.exp(digits - best).sum(axis=0))
    garbage = garbage_masses(digit, scores[penalties.blank], scores[penalties.rubbish], seen, costs)
    sums = running_sums(scores)
    inner = sums
    if seen is not None and seen.mark.any():
        inner = running_sums(to_fixed_point(scores - costs.mark * seen.mark))
    return ScanLattice(penalties, gaps, costs, garbage.before, garbage.after, garbage.free, first, scores, sums, inner)


def _in_columns(gaps: Gaps, penalties: Penalties) -> Seen:
    """What was seen, in the scanner's columns, each of which stands for the two px before its middle."""
    x_px = penalties.x_px
    # Spaces and tall ink: those of a column's two px.
    right = np.clip(x_px.astype(np.intp), 0, len(gaps.space) - 1)
    left = np.maximum(right - 1, 0)
    tall = gaps.tall[right] | gaps.tall[left]
    # Marks: small ink that is no piece of a character, and commas in wide gaps. Where characters are shown, in px of a
    # strip that was not stretched, tells which are.
    best = penalties.values.argmin(axis=1)
    marks = gaps.marks
    shown_px = x_px[best < penalties.blank].astype(np.float64) / gaps.aspect
    commas = gaps.commas[_in_wide_gaps(gaps.commas / gaps.aspect, shown_px)]
    marks = np.append(marks[~_pieces(marks / gaps.aspect, shown_px)], commas)
    # Commas part words: where there are none, a comma parts nothing.
    words = int((tall & (best == penalties.rubbish)).sum()) >= _WORD_COLUMNS
    # From middles in px to the nearest column: bool [columns] each.
    found = []
    for middles in (marks, gaps.commas if words else marks[:0]):
        column = np.zeros(len(x_px), np.bool_)
        if len(middles):
            column[np.abs(x_px - middles[:, None]).argmin(axis=1)] = True
        found.append(column)
    return Seen(gaps.space[right], tall, *found)


def _pieces(marks_px: FloatArray, shown_px: FloatArray) -> BoolArray:
    """Which of the small inks are pieces of a broken character: near to where it is shown, and not midway to the next.

    Args:
        marks_px: float64 [marks], middles of the small inks.
        shown_px: float64 [columns], where characters are shown.

    Returns:
        bool [marks].
    """
    left, right = _neighbors(marks_px, shown_px)
    nearer, farther = np.minimum(left, right), np.maximum(left, right)
    return np.asarray((nearer <= _PIECE_PX) & (farther - nearer > _MIDWAY_PX))


def _in_wide_gaps(commas_px: FloatArray, shown_px: FloatArray) -> BoolArray:
    """Which of the commas, that may touch a character, stand between two that are farther apart than the others."""
    steps = np.diff(shown_px)
    steps = np.sort(steps[steps > _SAME_PX])
    if len(steps) < _FEWEST_STEPS:
        return np.zeros(len(commas_px), np.bool_)
    left, right = _neighbors(commas_px, shown_px)
    wide = (left + right >= _WIDE_GAP * steps[(len(steps) - 1) // 2]) & (left + right < _FAR_PX)
    return np.asarray(wide & (np.minimum(left, right) >= _TOUCHING_PX))


def _neighbors(middles_px: FloatArray, shown_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far from each middle characters are shown on its left and right: float64 [middles] both."""
    ends = np.concatenate(([-_FAR_PX], shown_px, [_FAR_PX]))
    after = np.searchsorted(shown_px, middles_px) + 1
    return middles_px - ends[after - 1], ends[after] - middles_px


def condense(
    values: NDArray[np.float32], blank: int, doubt: float | None = None, seen: Seen | None = None
) -> tuple[FloatArray, IntArray]:
    """Take each run of columns that are blank (or rubbish) beyond doubt as one, whose penalties are the run's sums.

    Most columns of a strip are such, so decoding gets several times quicker. What is lost are paths through other
    classes inside a run; all of them together hold less than `doubt` of a column's mass.

    Args:
        values: float32 [columns, classes], penalties of at least one column; the last classes are blank and rubbish.
        blank: the class of blank.
        doubt: the share of a column's mass that may be lost; None = DOUBT.
        seen: what the pixels show; a run ends where something else is seen.

    Returns:
        float64 [frames, classes], penalties; and int [frames + 1], the first column of each, and how many there are.
    """
    mass = np.exp(values.min(axis=1, keepdims=True) - values)
    # Whether a column is surely blank, surely rubbish: bool [columns, 2].
    sure = mass[:, blank:] > (1 - (DOUBT if doubt is None else doubt)) * mass.sum(axis=1, keepdims=True)
    # Whether a column goes on with the run of the one before it: bool [columns - 1].
    goes_on = (sure[1:] & sure[:-1]).any(axis=1)
    if seen is not None:
        goes_on &= (seen.space[1:] == seen.space[:-1]) & (seen.tall[1:] == seen.tall[:-1])
    first = np.concatenate(([0], (~goes_on).nonzero()[0] + 1))
    return np.add.reduceat(values.astype(np.float64), first, axis=0), np.concatenate((first, [len(values)]))
