"""The lattice of a scanned strip: columns composed with the character model, over frame boundaries.

A frame is a column, or a run of columns that are surely blank or surely rubbish. For the best path it has the sum of
its columns' log-probabilities, in fixed point; for the sum of all paths the product of their weights, which are
probabilities in units of each column's best class, scaled so that a long line neither under- nor overflows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.exact import FloatArray, exact_log, sum_in_order, sums_in_order, to_fixed_point
from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.gaps import Gaps
from device_runtime.recognition.garbage_model import garbage_masses
from device_runtime.recognition.lattice import IntArray
from device_runtime.recognition.scan_walk import ScanWalk, scan_walk
from device_runtime.recognition.seen import Seen, seen_in_columns
from device_runtime.recognition.semiring import MAX_PLUS, SUM_PRODUCT
from device_runtime.types import Penalties

# A column is of one class beyond doubt when all others together have less than this share of its mass.
DOUBT = 1e-4
# Below this a mass is nothing: far under any that could matter, far above the smallest float.
_NOTHING = 1e-280
_LN2 = 0.6931471805599453


@dataclass(frozen=True, eq=False)
class ScanLattice:
    """A strip's columns as a `Lattice`; build it with `scan_lattice`.

    Attributes:
        penalties: what the scanner said.
        gaps: what was seen between the characters; None = nothing is known of it.
        costs: what stands beside and in a code costs this.
        first: int [nodes], the scanner's column at each node.
        best: the walk over log-probabilities.
        sums: the walk over weights.
        free_mass: of all readings, in the unit of the weights.
        free: log mass of all readings.
    """

    penalties: Penalties
    gaps: Gaps | None
    costs: Costs
    first: IntArray
    best: ScanWalk
    sums: ScanWalk
    free_mass: float
    free: float

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

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Where the character is strongest, and its probability there."""
        column, stop = int(self.first[begin]), max(int(self.first[end]), int(self.first[begin]) + 1)
        column += int(self.penalties.values[column:stop, char].argmin())
        weights = self.penalties.weights[column].tolist()
        return float(self.penalties.x_px[column]), weights[char] / sum_in_order(weights)

    def at(self, costs: Costs) -> ScanLattice:
        """As in `Lattice`."""
        return self if costs == self.costs else scan_lattice(self.penalties, self.gaps, costs)


def scan_lattice(penalties: Penalties, gaps: Gaps | None = None, costs: Costs = COSTS) -> ScanLattice:
    """Make the lattice of a strip.

    Args:
        penalties: at least one column.
        gaps: what is seen between the characters of the strip; None = nothing is known of it.
        costs: what writing beside and in a code costs.

    Raises:
        ValueError: the penalties are of another shape, or hold NaN or infinity.
    """
    _check(penalties)
    blank, rubbish = penalties.blank, penalties.rubbish
    # Frames: columns, of which runs that are sure of blank or rubbish are one each.
    seen = seen_in_columns(gaps, penalties) if gaps is not None else None
    total = sums_in_order(penalties.weights, axis=1)
    first = condense(penalties, seen)
    seen = seen.of_runs(first[:-1]) if seen is not None else None
    # Log-probabilities of paths in fixed point, and weights: float64 [classes, frames].
    scores = np.add.reduceat(to_fixed_point(-penalties.values.astype(np.float64)), first[:-1], axis=0).T
    weights = np.multiply.reduceat(penalties.weights, first[:-1], axis=0).T
    garbage = garbage_masses(sums_in_order(weights[:blank], axis=0), weights[blank], weights[rubbish], seen, costs)
    weights = np.ldexp(weights, -garbage.exponents)
    # What a path's log-probability has over the logarithm of its weight, summed left and right of each node: [nodes].
    units = exact_log(total).tolist()
    in_frames = [sum_in_order(units[a:b]) for a, b in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)]
    shift = garbage.exponents * _LN2 - np.array(in_frames)
    left = np.append(0.0, np.add.accumulate(shift))
    right = np.append(np.add.accumulate(shift[::-1])[::-1], 0.0)
    before, after = _log(np.stack([garbage.before, garbage.after]), np.stack([left, right]))
    marks = seen.mark if seen is not None else np.zeros(len(shift), np.bool_)
    return ScanLattice(
        penalties,
        gaps,
        costs,
        first,
        scan_walk(MAX_PLUS, before, after, scores, marks, costs),
        scan_walk(SUM_PRODUCT, garbage.before, garbage.after, weights, marks, costs),
        garbage.free,
        exact_log(garbage.free) + float(left[-1]),
    )


def _check(penalties: Penalties) -> None:
    values, alphabet = penalties.values, penalties.alphabet
    shape = (len(penalties.x_px), len(alphabet) + 2)
    if values.shape != shape or not len(values):
        raise ValueError(
            f"penalties {values.shape} do not fit: over {alphabet!r} they are {shape}, of 1 column or more"
        )
    if not np.isfinite(values).all():
        raise ValueError("penalties hold NaN or infinity; the scanner's output is broken")


def _log(masses: FloatArray, shift: FloatArray) -> FloatArray:
    """Logarithms of masses in the weights' unit, which lack `shift`, in fixed point: float64 of the same shape."""
    return np.where(masses > _NOTHING, to_fixed_point(exact_log(masses) + shift), -np.inf)


def condense(penalties: Penalties, seen: Seen | None = None, doubt: float | None = None) -> IntArray:
    """Take each run of columns that are blank (or rubbish) beyond doubt as one frame.

    Most columns of a strip are such, so decoding gets several times quicker. What is lost are paths through other
    classes inside a run; all of them together hold less than `doubt` of a column's mass.

    Args:
        penalties: at least one column.
        seen: what the pixels show; a run ends where something else is seen.
        doubt: the share of a column's mass that may be lost; None = DOUBT.

    Returns:
        int [frames + 1], the first column of each frame, and how many columns there are.
    """
    weights = penalties.weights
    # Whether a column is surely blank, surely rubbish: bool [columns, 2].
    least = (1 - (DOUBT if doubt is None else doubt)) * sums_in_order(weights, axis=1)
    sure = weights[:, penalties.blank :] > least[:, None]
    # Whether a column goes on with the run of the one before it: bool [columns - 1].
    goes_on = (sure[1:] & sure[:-1]).any(axis=1)
    if seen is not None:
        goes_on &= (seen.space[1:] == seen.space[:-1]) & (seen.tall[1:] == seen.tall[:-1])
    return np.concatenate(([0], (~goes_on).nonzero()[0] + 1, [len(weights)]))
