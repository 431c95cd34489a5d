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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.exact import FloatArray, exact_exp
from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.seen import Seen


@dataclass(frozen=True, eq=False)
class GarbageMasses:
    """Masses of what stands around a code, summed over all ways to read it, in units of the scaled frames.

    Every path crosses every frame once, so whatever is held against another was scaled alike.

    Attributes:
        before: float64 [nodes], of the frames left of a code that begins at a node.
        after: float64 [nodes], of the frames right of a code that ended at a node.
        free: of the whole line, where every number but one costs FOREIGN_NUMBER_PENALTY.
        exponents: int [frames], each frame's weights were divided by 2 to this power.
    """

    before: FloatArray
    after: FloatArray
    free: float
    exponents: NDArray[np.intc]


def garbage_masses(
    digit: FloatArray, blank: FloatArray, rubbish: FloatArray, seen: Seen | None = None, costs: Costs = COSTS
) -> GarbageMasses:
    """Sum over all that may stand around a code.

    Source: the forward scorer, LeCun et al. 1998, section VI-E, over the graph above with its states merged; scaled as
    in Rabiner 1989, section V-A, by powers of 2, which rounds nothing.

    Args:
        digit: float64 [frames], weight of any digit, in any unit of the frame.
        blank: float64 [frames], weight of blank.
        rubbish: float64 [frames], weight of rubbish.
        seen: what the pixels show; None = nothing is known, so that all rubbish counts as a space.
        costs: what foreign numbers and letters cost.
    """
    prior, joined = exact_exp(-costs.foreign_number), exact_exp(-(costs.foreign_number + costs.continued))
    free, exponents = _line(list(zip(digit.tolist(), blank.tolist(), rubbish.tolist(), strict=True)), prior)
    scaled = [np.ldexp(weights, -exponents).tolist() for weights in (digit, blank, rubbish)]
    if seen is None:
        seen = Seen(np.ones(len(digit), np.bool_), *(np.zeros(len(digit), np.bool_) for _ in range(3)))
    entry, marks = np.where(seen.tall, exact_exp(-costs.letters), 1.0).tolist(), seen.mark.tolist()
    # Inwards from each end of the line. A comma before the code parts it from what stands before it, "21/39,47400"; one
    # behind it groups digits.
    frames = list(zip(*scaled, (seen.space | seen.comma).tolist(), entry, marks, strict=True))
    before = _beside(frames, prior, joined)
    frames = list(zip(*scaled, seen.space.tolist(), entry, marks, strict=True))
    after = _beside(frames[::-1], prior, joined)
    return GarbageMasses(np.array(before), np.array(after[::-1]), free, exponents)


# Weights of digit, blank and rubbish; whether a space is seen; what rubbish that touches the code costs, as a factor;
# whether a mark is seen.
_Frame = tuple[float, float, float, bool, float, bool]


def _beside(frames: list[_Frame], prior: float, joined: float) -> list[float]:
    """Mass of what may lie between the end of the line and a code.

    It is the table of `train.gtn.garbage` written out, since the device has no time to look it up; a test holds both to
    the same masses.

    Args:
        frames: from the end of the line on.
        prior: what a number costs that a space parts from the code, as a factor.
        joined: what a number costs that no space parts from it, as a factor.

    Returns:
        [frames + 1], the mass for each number of frames between the end and the code.
    """
    # Of the frames passed so far, for a reading that comes from the code and has reached: blanks alone; blanks with a
    # mark among them; with a space among them; rubbish without a space; the outside of numbers past a space; the inside
    # of a number.
    touching = marked = spaced = attached = outside = inside = 1.0
    found = [touching]
    for digit, blank, rubbish, space, entry, mark in frames:
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
        found.append(touching)
    return found


def _line(frames: list[tuple[float, float, float]], prior: float) -> tuple[float, NDArray[np.intc]]:
    """Mass of all lines, between 1/2 and 1 after each frame, and the power of 2 that each frame was divided by."""
    # Before and inside the first number, outside of numbers after it, inside another one.
    ahead, first, outside, inside = 1.0, 0.0, 0.0, 0.0
    exponents = []
    for digit, blank, rubbish in frames:
        no_digit, number = blank + rubbish, digit + blank
        ahead, first, inside, outside = (
            no_digit * ahead,
            number * first + digit * ahead,
            number * inside + prior * digit * outside,
            no_digit * outside + rubbish * (first + inside),
        )
        _, exponent = math.frexp(ahead + first + inside + outside)
        scale = math.ldexp(1.0, -exponent)
        ahead, first, inside, outside = ahead * scale, first * scale, inside * scale, outside * scale
        exponents.append(exponent)
    return ahead + first + inside + outside, np.array(exponents, np.intc)
