"""The steps of a scanned strip's lattice: a class stays for one or more frames, in either semiring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.exact import FloatArray, exact_exp, to_fixed_point
from device_runtime.recognition.costs import Costs
from device_runtime.recognition.gaps import BoolArray
from device_runtime.recognition.lattice import MARKED, PLAIN, IntArray
from device_runtime.recognition.semiring import MAX_PLUS, Semiring, cross_mark, cross_mark_back


@dataclass(frozen=True, eq=False)
class ScanWalk:
    """As in `Walk`; build it with `scan_walk`.

    Attributes:
        semiring: of all scores.
        before: float64 [nodes], of what may stand left of a code.
        after: float64 [nodes], of what may stand right of a code.
        marks: float64 [frames], scores of a mark.
        inner: of each class within a code, from `Semiring.loops`: where a mark is seen, blanks and characters cost
            more. The last but one is blank.
        blanks: of blank beside a separator's mark, from `Semiring.loops`.
        either: of blank and marks together, from `Semiring.loops`.
    """

    semiring: Semiring
    before: FloatArray
    after: FloatArray
    marks: FloatArray
    inner: FloatArray
    blanks: FloatArray
    either: FloatArray

    def character(self, begins: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Walk`."""
        return self.semiring.stay(begins, self.inner.take(chars, axis=0))

    def character_back(self, ended: FloatArray, chars: IntArray) -> FloatArray:
        """As in `Walk`."""
        return self.semiring.stay_back(ended, self.inner.take(chars, axis=0))

    def gap(self, ended: FloatArray, junction: int) -> FloatArray:
        """As in `Walk`."""
        if junction == MARKED:
            return cross_mark(self.semiring, ended, self.blanks, self.marks, self.either)
        return self.semiring.stay(ended, self.inner[-2] if junction == PLAIN else self.either)

    def gap_back(self, begins: FloatArray, junction: int) -> FloatArray:
        """As in `Walk`."""
        if junction == MARKED:
            return cross_mark_back(self.semiring, begins, self.blanks, self.marks, self.either)
        return self.semiring.stay_back(begins, self.inner[-2] if junction == PLAIN else self.either)


def scan_walk(
    semiring: Semiring, before: FloatArray, after: FloatArray, scores: FloatArray, seen_marks: BoolArray, costs: Costs
) -> ScanWalk:
    """Make the walk of a semiring.

    Args:
        semiring: MAX_PLUS or SUM_PRODUCT.
        before: float64 [nodes], score of what may stand left of a code.
        after: float64 [nodes], score of what may stand right of a code.
        scores: float64 [classes, frames], of every class: log-probabilities in fixed point, or weights.
        seen_marks: bool [frames], where a mark is seen.
        costs: what one costs within a code.
    """
    blank, mark = scores[-2], scores[-1]
    inner = loops = semiring.loops(scores)
    if seen_marks.any():
        cost = float(to_fixed_point(np.array(-costs.mark))) if semiring is MAX_PLUS else exact_exp(-costs.mark)
        inner = semiring.loops(np.where(seen_marks, semiring.times(scores, cost), scores))
    return ScanWalk(semiring, before, after, mark, inner, loops[-2], semiring.loops(semiring.add(blank, mark)))
