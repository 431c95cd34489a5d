"""Rows laid side by side: for every code of one length the innermost row that covers it, found by bisection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.spans import merged

Ints = NDArray[np.int64]
NO_ROW = -1


@dataclass(frozen=True, eq=False)
class Spans:
    """The codes of one length, cut where another row begins to decide.

    Attributes:
        starts: int64 [spans], ascending from 0, the first code of each.
        row: int64 [spans], the row that decides there; NO_ROW where none does.
    """

    starts: Ints
    row: Ints

    def row_at(self, number: int) -> int:
        """The row that decides about a code."""
        return int(self.row[np.searchsorted(self.starts, number, "right") - 1])

    def covered(self, codes: int) -> Ints:
        """The codes that some row covers, as int64 [spans, 2]: the first and the last of each span.

        Args:
            codes: how many codes of this length there are.
        """
        ends = np.concatenate([self.starts[1:], [codes]]) - 1
        kept = (self.row != NO_ROW) & (ends >= self.starts)
        return merged(np.stack([self.starts[kept], ends[kept]], axis=1))


def lay(rows: Ints, low: Ints, high: Ints, bins: Ints) -> tuple[Spans, list[tuple[int, int]]]:
    """Lay rows on the codes of one length; of rows one inside the other, the inner one decides.

    Args:
        rows: int64 [n], their numbers in the plan.
        low: int64 [n], the first code of each.
        high: int64 [n], the last one.
        bins: int64 [n], where each sends its codes.

    Returns:
        The spans, and the pairs of rows of which neither lies inside the other, or which cover the same and send it to
        two bins. The second of a pair is not laid.
    """
    order = np.lexsort((-high, low))  # a row comes before those inside it
    rows, low, high, bins = rows[order], low[order], high[order], bins[order]
    if bool(np.all(low[1:] > high[:-1])):  # none inside another
        starts, row = np.concatenate([[0], high + 1, low]), np.concatenate([[NO_ROW], np.full(len(rows), NO_ROW), rows])
        return _last_at_each(starts, row), []
    clashes: list[tuple[int, int]] = []
    laid = list(_nested(rows.tolist(), low.tolist(), high.tolist(), bins.tolist(), clashes))
    starts, row = np.array(laid, np.int64).reshape(-1, 2).T
    return _last_at_each(starts, row), clashes


def _nested(
    rows: list[int], low: list[int], high: list[int], bins: list[int], clashes: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Where each row begins to decide, in order; a later one at the same place replaces the one before."""
    yield 0, NO_ROW
    open_rows: list[int] = []  # that the present place lies in, the innermost last
    for i, start in enumerate(low):
        while open_rows and high[open_rows[-1]] < start:
            ended = open_rows.pop()
            yield high[ended] + 1, rows[open_rows[-1]] if open_rows else NO_ROW
        if open_rows:
            outer = open_rows[-1]
            same = low[outer] == start and high[outer] == high[i]
            if high[i] > high[outer] or (same and bins[outer] != bins[i]):
                clashes.append((rows[outer], rows[i]))
                continue
            if same:
                continue
        yield start, rows[i]
        open_rows.append(i)
    while open_rows:
        ended = open_rows.pop()
        yield high[ended] + 1, rows[open_rows[-1]] if open_rows else NO_ROW


def _last_at_each(starts: Ints, row: Ints) -> Spans:
    """The last entry of each start, in order of the starts."""
    order = np.argsort(starts, kind="stable")
    starts, row = starts[order], row[order]
    last = np.concatenate([starts[1:] != starts[:-1], [True]])
    return Spans(starts[last], row[last])


def without(spans: Ints, taken: Ints) -> Ints:
    """What of some spans does not lie in others; all of them disjoint and in order, int64 [spans, 2].

    Args:
        spans: to look in.
        taken: to leave out.
    """
    # What is left free: before, between and behind those taken.
    edge = np.iinfo(np.int64)
    low = np.concatenate([[edge.min], taken[:, 1] + 1])
    high = np.concatenate([taken[:, 0] - 1, [edge.max]])
    # Of each span, the free ones that it meets.
    first, end = np.searchsorted(high, spans[:, 0]), np.searchsorted(low, spans[:, 1], "right")
    count = np.maximum(end - first, 0)
    span = np.repeat(np.arange(len(spans)), count)
    free = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    found = np.stack([np.maximum(spans[span, 0], low[free]), np.minimum(spans[span, 1], high[free])], axis=1)
    return found[found[:, 0] <= found[:, 1]]
