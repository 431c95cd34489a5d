"""The garbage model: what may stand left and right of a code in a line of writing, and what a whole line may hold.

Outwards from a code, on either side:

    code --blank--> touching --rubbish--> attached --space--> outside <---> inside a foreign number
                       |                     |                   ^
                       | space               `--digit: a number that continues the code's
                       v                                         |
                     spaced -----------------rubbish-------------'

(A space is a column of blank or rubbish where one is seen. A mark among the blanks makes `touching` into `marked`,
where letters no longer touch the code.) `train.gtn.garbage` has the same as a table of transitions.

A foreign number is next to rubbish on the side of the code, so that a piece of a longer number is not taken for a code.
Which digits it holds does not matter: it emits the sum of their probabilities. Its inner blanks belong to it. Where no
space stands between, a mark and more digits continue the number, and letters belong to the same word: both cost more
(`gaps.py` tells spaces and letters from the pixels).
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np

from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.gaps import BoolArray
from device_runtime.recognition.lattice import FloatArray, IntArray

_QUANTUM = 2.0**-30
# Below this a mass is nothing: far under any that could matter, far above the smallest float.
_NOTHING = 1e-280


@dataclass(frozen=True, eq=False)
class GarbageMasses:
    """Log masses of what stands around a code, summed over all ways to read it.

    Attributes:
        before: float64 [nodes], of the columns left of a code that begins at a node.
        after: float64 [nodes], of the columns right of a code that ended at a node.
        free: of the whole line, where every number but one costs FOREIGN_NUMBER_PENALTY.
    """

    before: FloatArray
    after: FloatArray
    free: float


def to_fixed_point(values: FloatArray) -> FloatArray:
    """Round log-probabilities to multiples of 2^-30, so that their sums below 2^22 are exact in float64.

    The order of additions then does not matter: processors agree, and equal paths tie exactly.
    """
    rounded: FloatArray = np.rint(values / _QUANTUM) * _QUANTUM
    return rounded


@dataclass(frozen=True, eq=False)
class Seen:
    """What the pixels show in each column.

    Attributes:
        space: bool [columns], a space.
        tall: bool [columns], ink of something as tall as letters.
        mark: bool [columns], a dot, comma or dash has its middle here.
        comma: bool [columns], a comma that parts words.
    """

    space: BoolArray
    tall: BoolArray
    mark: BoolArray
    comma: BoolArray

    def of_runs(self, first: IntArray) -> Seen:
        """The same of runs of columns, which begin at `first`: what any of a run's columns shows."""
        return Seen(*(np.logical_or.reduceat(flags, first) for flags in astuple(self)))


def garbage_masses(
    digit: FloatArray, blank: FloatArray, rubbish: FloatArray, seen: Seen | None = None, costs: Costs = COSTS
) -> GarbageMasses:
    """Sum over all that may stand around a code.

    Source: the forward scorer, LeCun et al. 1998, section VI-E, over the graph above with its states merged.

    Args:
        digit: float64 [columns], log-probability of any digit.
        blank: float64 [columns], log-probability of blank.
        rubbish: float64 [columns], log-probability of rubbish.
        seen: what the pixels show; None = nothing is known, so that all rubbish counts as a space.
        costs: what foreign numbers and letters cost.
    """
    # Masses of each column in units of its highest one, so that products over many columns stay within float64.
    highest = np.maximum(np.maximum(digit, blank), rubbish)
    masses = [np.exp(x - highest).tolist() for x in (digit, blank, rubbish)]
    if seen is None:
        seen = Seen(np.ones(len(digit), np.bool_), *(np.zeros(len(digit), np.bool_) for _ in range(3)))
    entry, marks = np.where(seen.tall, math.exp(-costs.letters), 1.0).tolist(), seen.mark.tolist()
    # Inwards from each end of the line. A comma before the code parts it from what stands before it, "21/39,47400"; one
    # behind it groups digits.
    columns = list(zip(*masses, (seen.space | seen.comma).tolist(), entry, marks, strict=True))
    prior, joined = math.exp(-costs.foreign_number), math.exp(-costs.foreign_number - costs.continued)
    before = _beside(columns, prior, joined)
    columns = list(zip(*masses, seen.space.tolist(), entry, marks, strict=True))
    after = _beside(columns[::-1], prior, joined)
    # Back to the units of mass 1: the highest masses of all columns left and right of each node.
    left = np.append(0.0, highest.cumsum())
    right = np.append(highest[::-1].cumsum()[::-1], 0.0)
    free = _line(columns, prior) + float(left[-1])
    return GarbageMasses(to_fixed_point(np.array(before) + left), to_fixed_point(np.array(after[::-1]) + right), free)


# Masses of digit, blank and rubbish; whether a space is seen; what rubbish that touches the code costs, as a factor;
# whether a mark is seen.
_Column = tuple[float, float, float, bool, float, bool]


def _beside(columns: list[_Column], prior: float, joined: float) -> list[float]:
    """Mass of what may lie between the end of the line and a code, in logarithms.

    It is the table of `train.gtn.garbage` written out, since the device has no time to look it up; a test holds both to
    the same masses.

    Args:
        columns: from the end of the line on.
        prior: what a number costs that a space parts from the code, as a factor.
        joined: what a number costs that no space parts from it, as a factor.

    Returns:
        [columns + 1], the mass for each number of columns between the end and the code.
    """
    # Of the columns passed so far, for a reading that comes from the code and has reached: blanks alone; blanks with a
    # mark among them; with a space among them; rubbish without a space; the outside of numbers past a space; the inside
    # of a number.
    touching = marked = spaced = attached = outside = inside = 1.0
    scale = 0.0
    found = [0.0]
    log = math.log
    for digit, blank, rubbish, space, entry, mark in columns:
        no_digit = blank + rubbish
        past = outside if space else attached
        touching, marked, spaced, attached, outside, inside = (
            blank * (spaced if space else marked if mark else touching)
            + rubbish * (outside if space else attached if mark else entry * attached),
            blank * (spaced if space else marked) + rubbish * past,
            blank * spaced + rubbish * outside,
            no_digit * past + joined * digit * inside,
            no_digit * outside + prior * digit * inside,
            (digit + blank) * inside + rubbish * outside,
        )
        # Scaled to a sum of 1, with the logarithm of the scale beside it.
        total = outside + inside
        touching, marked, spaced, attached, outside, inside, scale = (
            touching / total,
            marked / total,
            spaced / total,
            attached / total,
            outside / total,
            inside / total,
            scale + log(total),
        )
        found.append(scale + log(touching) if touching > _NOTHING else -np.inf)
    return found


def _line(columns: list[_Column], prior: float) -> float:
    """Mass of all lines, in logarithms."""
    # Before and inside the first number, outside of numbers after it, inside another one.
    ahead, first, outside, inside = 1.0, 0.0, 0.0, 0.0
    scale = 0.0
    for digit, blank, rubbish, _, _, _ in columns:
        no_digit, number = blank + rubbish, digit + blank
        ahead, first, inside, outside = (
            no_digit * ahead,
            number * first + digit * ahead,
            number * inside + prior * digit * outside,
            no_digit * outside + rubbish * (first + inside),
        )
        # Scaled to a sum of 1, with the logarithm of the scale beside it.
        total = ahead + first + inside + outside
        ahead, first, inside, outside = ahead / total, first / total, inside / total, outside / total
        scale += math.log(total)
    return scale
