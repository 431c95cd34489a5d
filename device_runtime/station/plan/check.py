"""What is wrong with a sort plan: rows that overlap, codes without a row, rows without a code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.errors import GrammarError, PlanError
from device_runtime.grammar.grammar import Grammar
from device_runtime.grammar.spans import code_spans
from device_runtime.station.plan.plan import NamedRow, SortPlan
from device_runtime.station.plan.rows import LONGEST_DIGITS, Row
from device_runtime.station.plan.spans import Ints, without

MOST_NAMED = 1000  # of each kind; the counts are of all


@dataclass(frozen=True)
class Gap:
    """Codes side by side that no row covers.

    Attributes:
        codes: as a row would have them.
        count: how many there are.
    """

    codes: str
    count: int


@dataclass(frozen=True)
class Findings:
    """What is wrong with a plan; at most MOST_NAMED of each kind are named.

    Attributes:
        overlaps: pairs of rows neither of which lies inside the other, or which send the same codes to two bins.
        overlap_count: of all pairs.
        gaps: codes of the grammar that no row covers.
        gap_count: of all gaps.
        gap_codes: of the codes in them.
        foreign: rows that cover no code of the grammar.
        foreign_count: of all such rows.
    """

    overlaps: tuple[tuple[NamedRow, NamedRow], ...]
    overlap_count: int
    gaps: tuple[Gap, ...] = ()
    gap_count: int = 0
    gap_codes: int = 0
    foreign: tuple[NamedRow, ...] = ()
    foreign_count: int = 0

    @property
    def fine(self) -> bool:
        """Whether nothing was found."""
        return not (self.overlap_count or self.gap_count or self.foreign_count)


def check_plan(plan: SortPlan, grammar: Grammar | None) -> Findings:
    """Look for what is wrong with a plan.

    Args:
        plan: to look at.
        grammar: the codes that there are; None: only overlaps are looked for.

    Raises:
        PlanError: the grammar's codes cannot be compared with a plan: they are too long, or lie too far apart.
    """
    overlaps = tuple((plan.named(one), plan.named(other)) for one, other in plan.clashes[:MOST_NAMED])
    if grammar is None:
        return Findings(overlaps, len(plan.clashes))
    gaps: list[Gap] = []
    gap_count, gap_codes = 0, 0
    covers = np.zeros(len(plan.rows), np.bool_)
    for digits in grammar.lengths():
        codes = _code_spans(grammar, digits)
        free = without(codes, _covered(plan, digits))
        gap_count += len(free)
        gap_codes += int((free[:, 1] - free[:, 0] + 1).sum())
        gaps += [
            Gap(Row(low, high, digits, False).text, high - low + 1)
            for low, high in free[: MOST_NAMED - len(gaps)].tolist()
        ]
        # A row covers a code where the first span that ends behind its beginning begins before its end.
        found, low, high = plan.rows.spans(digits)
        behind = np.searchsorted(codes[:, 1], low)
        begins = np.concatenate([codes[:, 0], [np.iinfo(np.int64).max]])
        covers[found] |= begins[behind] <= high
    foreign = np.flatnonzero(~covers).tolist()
    named = tuple(plan.named(row) for row in foreign[:MOST_NAMED])
    return Findings(overlaps, len(plan.clashes), tuple(gaps), gap_count, gap_codes, named, len(foreign))


def _code_spans(grammar: Grammar, digits: int) -> Ints:
    if digits > LONGEST_DIGITS:
        raise PlanError(f"{grammar.name} has codes of {digits} digits, and a plan takes {LONGEST_DIGITS} at most")
    try:
        return code_spans(grammar.automaton, digits)
    except GrammarError as error:
        raise PlanError(f"{grammar.name}: {error}") from None


def _covered(plan: SortPlan, digits: int) -> Ints:
    """The codes of so many digits that some row covers, int64 [spans, 2]."""
    deciding = plan.spans(digits)
    if deciding is None:
        return np.zeros((0, 2), np.int64)
    length, spans = deciding
    begun = spans.covered(10**length)
    scale = 10 ** (digits - length)
    return np.stack([begun[:, 0] * scale, (begun[:, 1] + 1) * scale - 1], axis=1)
