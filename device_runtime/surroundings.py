"""The garbage model: what may stand left and right of a code in a line of writing, and what a whole line may hold.

    before the code                         after the code

      .-> blank, rubbish ---> (code)        (code) ---> blank ---> end
      |     |       ^                         |           |
      |     v       | rubbish                 |           v
      '-> foreign --'                         '-------> rubbish <---> blanks, foreign numbers ---> end

A foreign number is next to rubbish on the side of the code, so that a piece of a longer number is not taken for a code.
Which digits it holds does not matter: it emits the sum of their probabilities. Its inner blanks belong to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from device_runtime.lattice import FloatArray

# What a number beside the code costs, in nats: "47500" is read whole although "47" and a foreign "500" with a speck of
# rubbish between would do. A prior, not measured: one line in e^2 = 7 or so has a further number.
FOREIGN_NUMBER_PENALTY = 2.0

_PRIOR = math.exp(-FOREIGN_NUMBER_PENALTY)
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


def surround(digit: FloatArray, blank: FloatArray, rubbish: FloatArray) -> Surroundings:
    """Sum over all that may stand around a code.

    digit, blank, rubbish: float64 [columns], log-probability of any digit, of blank and of rubbish in each column.
    Source: the forward scorer, LeCun et al. 1998, section VI-E, over the graphs above with their states merged: outside
    of numbers, and inside one.
    """
    highest = np.maximum(np.maximum(digit, blank), rubbish)
    scaled = [np.exp(x - highest).tolist() for x in (digit, blank, rubbish)]
    columns = list(zip(*scaled, strict=True))
    before, free = _forwards(columns)
    after = _backwards(columns[::-1])
    left = np.append(0.0, highest.cumsum())
    right = np.append(highest[::-1].cumsum()[::-1], 0.0)
    return Surroundings(settle(np.array(before) + left), settle(np.array(after[::-1]) + right), free + float(left[-1]))


def _forwards(columns: list[tuple[float, float, float]]) -> tuple[list[float], float]:
    """Mass of what may end before each place with a code to follow, and of all lines, in logarithms."""
    # Beside a code: outside of numbers, inside one. In a line: before, in and after the first number, in others.
    outside, inside = 1.0, 0.0
    ahead, first, later, further = 1.0, 0.0, 0.0, 0.0
    scale = line_scale = 0.0
    before = [0.0]
    log = math.log
    for digit, blank, rubbish in columns:
        still = blank + rubbish
        number = digit + blank
        outside, inside = still * outside + rubbish * inside, number * inside + _PRIOR * digit * outside
        total = outside + inside
        outside, inside, scale = outside / total, inside / total, scale + log(total)
        before.append(scale + log(outside) if outside > _NOTHING else -np.inf)
        ahead, first, further, later = (
            still * ahead,
            number * first + digit * ahead,
            number * further + _PRIOR * digit * later,
            still * later + rubbish * (first + further),
        )
        total = ahead + first + further + later
        ahead, first, further, later = ahead / total, first / total, further / total, later / total
        line_scale += log(total)
    return before, line_scale


def _backwards(columns: list[tuple[float, float, float]]) -> list[float]:
    """Mass of what may follow a code that ended at each place, from the last place to the first, in logarithms."""
    # Only blanks since the code; outside of numbers and past rubbish; inside a number.
    touching, outside, inside = 1.0, 1.0, 1.0
    scale = 0.0
    after = [0.0]
    log = math.log
    for digit, blank, rubbish in columns:
        touching, outside, inside = (
            blank * touching + rubbish * outside,
            (blank + rubbish) * outside + _PRIOR * digit * inside,
            (digit + blank) * inside + rubbish * outside,
        )
        total = outside + inside
        touching, outside, inside, scale = touching / total, outside / total, inside / total, scale + log(total)
        after.append(scale + log(touching) if touching > _NOTHING else -np.inf)
    return after
