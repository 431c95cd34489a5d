"""One decision over a whole piece: every line, every code read in it and "none of these" share one belief.

The alternatives are: a line holds the wanted code and it reads as this code; it holds the code, but was misread; it
holds the code, but was not read yet; the piece has no such code. Each has a penalty, as a path through a graph of all
lines in parallel, and its posterior is its share of the mass exp(-penalty) of all.

Source: the check reader of LeCun et al. 1998, section X: the locator does not decide, the decoder picks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device_runtime.exact import exact_exp, sum_in_order


@dataclass(frozen=True)
class Alternative:
    """One way in which a piece may be explained.

    Attributes:
        penalty: -log of its mass, in nats, up to a constant that all alternatives share.
        line: the line that holds the code, by its index; None = no line does.
        code: what it reads as; None = it was misread or not read yet.
    """

    penalty: float
    line: int | None = None
    code: str | None = None


@dataclass(frozen=True)
class Found:
    """A code of the piece.

    Attributes:
        code: the code.
        posterior: over the whole piece, 0..1, summed over all lines that read it.
        line: the line that speaks most for it.
    """

    code: str
    posterior: float
    line: int


@dataclass(frozen=True)
class Belief:
    """What is believed of a piece.

    Attributes:
        codes: best first.
        lines: posterior of each line that it holds the wanted code, whatever that reads as, [lines].
        doubts: the part of it on which the line was misread or not read, [lines].
        none: posterior that no line holds it.
    """

    codes: tuple[Found, ...]
    lines: tuple[float, ...]
    doubts: tuple[float, ...]
    none: float


def believe(alternatives: Sequence[Alternative], lines: int) -> Belief:
    """Share belief among the alternatives of a piece.

    Args:
        alternatives: at least one with a finite penalty.
        lines: how many lines the piece has.
    """
    least = min(alternative.penalty for alternative in alternatives)
    masses = [exact_exp(least - alternative.penalty) for alternative in alternatives]
    total = sum_in_order(masses)
    of_line, doubts, none = [0.0] * lines, [0.0] * lines, 0.0
    of_code: dict[str, dict[int, float]] = {}
    for alternative, mass in zip(alternatives, masses, strict=True):
        share, line = mass / total, alternative.line
        if line is None:
            none += share
            continue
        of_line[line] += share
        if alternative.code is None:
            doubts[line] += share
        else:
            spread = of_code.setdefault(alternative.code, {})
            spread[line] = spread.get(line, 0.0) + share
    codes = [
        Found(code, sum_in_order(spread.values()), max(spread, key=lambda line: (spread[line], -line)))
        for code, spread in of_code.items()
    ]
    codes.sort(key=lambda found: -found.posterior)
    return Belief(tuple(codes), tuple(of_line), tuple(doubts), none)
