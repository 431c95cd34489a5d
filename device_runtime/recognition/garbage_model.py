"""The garbage model: what may stand left and right of a code in a line of writing, and what a whole line may hold.

Outwards from a code, on either side:

    code --blank--> touching --rubbish--> attached --space--> apart <---> foreign number
                       |                     |                  ^
                       | space               `--digit: continued number, inside a foreign number
                       v                                        |
                    a space --------------rubbish---------------'

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
class Surroundings:
    """Log masses of what stands around a code, summed over all ways to read it.

    before: float64 [places], of columns 0..place - 1. after: float64 [places], of columns place.. to the end.
    free: of the whole line, with the same prior: every number but one costs FOREIGN_NUMBER_PENALTY.
    """

    before: FloatArray
    after: FloatArray
    free: float


def settle(values: FloatArray) -> FloatArray:
    """Round log-probabilities to multiples of 2^-30, so that their sums below 2^22 are exact in float64.

    The order of additions then does not matter: processors agree, and equal paths tie exactly.
    """
    settled: FloatArray = np.rint(values / _QUANTUM) * _QUANTUM
    return settled


@dataclass(frozen=True, eq=False)
class Seen:
    """What the pixels show in each column: bool [columns] each.

    space: a space. tall: ink of something as tall as letters. mark: a dot, comma or dash has its middle here. comma: a
    comma that parts words.
    """

    space: BoolArray
    tall: BoolArray
    mark: BoolArray
    comma: BoolArray

    def of_runs(self, first: IntArray) -> Seen:
        """The same of runs of columns, which begin at `first`: what any of a run's columns shows."""
        return Seen(*(np.logical_or.reduceat(flags, first) for flags in astuple(self)))


def surround(
    digit: FloatArray, blank: FloatArray, rubbish: FloatArray, seen: Seen | None = None, costs: Costs = COSTS
) -> Surroundings:
    """Sum over all that may stand around a code.

    digit, blank, rubbish: float64 [columns], log-probability of any digit, of blank and of rubbish in each column.
    seen: what the pixels show in them; None = nothing is known, so that all rubbish counts as a space.
    Source: the forward scorer, LeCun et al. 1998, section VI-E, over the graph above with its states merged.
    """
    highest = np.maximum(np.maximum(digit, blank), rubbish)
    masses = [np.exp(x - highest).tolist() for x in (digit, blank, rubbish)]
    if seen is None:
        seen = Seen(np.ones(len(digit), np.bool_), *(np.zeros(len(digit), np.bool_) for _ in range(3)))
    entry, marks = np.where(seen.tall, math.exp(-costs.letters), 1.0).tolist(), seen.mark.tolist()
    # A comma before the code parts it from what stands before it, "21/39,47400"; one behind it groups digits.
    columns = list(zip(*masses, (seen.space | seen.comma).tolist(), entry, marks, strict=True))
    prior, joined = math.exp(-costs.foreign_number), math.exp(-costs.foreign_number - costs.continued)
    before = _outwards(columns, prior, joined)
    columns = list(zip(*masses, seen.space.tolist(), entry, marks, strict=True))
    after = _outwards(columns[::-1], prior, joined)
    left = np.append(0.0, highest.cumsum())
    right = np.append(highest[::-1].cumsum()[::-1], 0.0)
    free = _line(columns, prior) + float(left[-1])
    return Surroundings(settle(np.array(before) + left), settle(np.array(after[::-1]) + right), free)


_Column = tuple[float, float, float, bool, float, bool]


def _outwards(columns: list[_Column], prior: float, joined: float) -> list[float]:
    """Mass of what may lie between the end of the line and a code, for each number of columns, in logarithms.

    columns: from the end of the line on. prior, joined: what a number costs that a space parts from the code, and one
    that none does, as factors.
    """
    # Of the columns passed so far, for a reading that comes from the code and has reached: blanks alone; a space;
    # rubbish without a space; outside of numbers past a space; inside a number.
    touching = marked = parted = attached = apart = inside = 1.0
    scale = 0.0
    found = [0.0]
    log = math.log
    for digit, blank, rubbish, space, entry, mark in columns:
        still = blank + rubbish
        past = apart if space else attached
        touching, marked, parted, attached, apart, inside = (
            blank * (parted if space else marked if mark else touching)
            + rubbish * (apart if space else attached if mark else entry * attached),
            blank * (parted if space else marked) + rubbish * past,
            blank * parted + rubbish * apart,
            still * past + joined * digit * inside,
            still * apart + prior * digit * inside,
            (digit + blank) * inside + rubbish * apart,
        )
        total = apart + inside
        touching, marked, parted, attached, apart, inside, scale = (
            touching / total,
            marked / total,
            parted / total,
            attached / total,
            apart / total,
            inside / total,
            scale + log(total),
        )
        found.append(scale + log(touching) if touching > _NOTHING else -np.inf)
    return found


def _line(columns: list[_Column], prior: float) -> float:
    """Mass of all lines, in logarithms."""
    # Before, in and after the first number, in others.
    ahead, first, later, further = 1.0, 0.0, 0.0, 0.0
    scale = 0.0
    for digit, blank, rubbish, _, _, _ in columns:
        still, number = blank + rubbish, digit + blank
        ahead, first, further, later = (
            still * ahead,
            number * first + digit * ahead,
            number * further + prior * digit * later,
            still * later + rubbish * (first + further),
        )
        total = ahead + first + further + later
        ahead, first, further, later = ahead / total, first / total, further / total, later / total
        scale += math.log(total)
    return scale
