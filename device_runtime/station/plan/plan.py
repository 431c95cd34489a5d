"""The sort plan, ready to be asked for every piece."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import PlanError
from device_runtime.station.plan.rows import Rows, digits_of
from device_runtime.station.plan.spans import NO_ROW, Ints, Spans, lay
from device_runtime.station.plan.table import Table, read_table
from device_runtime.types import Reading


@dataclass(frozen=True)
class NamedRow:
    """A row in the words of its plan.

    Attributes:
        codes: as they are written.
        bin: where they go.
        line: in the file, from 1; 0 where the file has no lines to count (TOML).
    """

    codes: str
    bin: str
    line: int

    def __str__(self) -> str:
        return f"{self.codes} -> {self.bin}" + (f" (line {self.line})" if self.line else "")


@dataclass(frozen=True)
class Match:
    """What a plan says of a code.

    Attributes:
        code: that was asked about.
        bin: where it goes.
        row: that decided; None where no row covers the code, and it goes to the overflow bin.
    """

    code: str
    bin: str
    row: NamedRow | None


@dataclass(frozen=True, eq=False)
class SortPlan:
    """Which bin each code goes to. Of rows one inside the other, the inner one decides.

    Attributes:
        name: of its file.
        rows: of the plan.
        bins: of the rows.
        overflow: the bin of accepted codes that no row covers.
        reject: the bin of pieces without an accepted code.
        clashes: pairs of rows that contradict each other; none in a plan that sorts.
        whole: by number of digits, what decides about codes of so many digits where rows name whole codes.
        beginnings: by number of digits, what decides by so many first digits; in order.
    """

    name: str
    rows: Rows
    bins: tuple[str, ...]
    overflow: str
    reject: str
    clashes: tuple[tuple[int, int], ...]
    whole: dict[int, Spans]
    beginnings: dict[int, Spans]

    @classmethod
    def of_table(cls, table: Table) -> SortPlan:
        """Lay the rows of a table."""
        rows, clashes = table.rows, dict[tuple[int, int], None]()
        by_whole = {n: _laid(rows, n, True, clashes) for n in _lengths(rows.digits[~rows.begins])}
        by_beginning = {n: _laid(rows, n, False, clashes) for n in _lengths(rows.digits[rows.begins])}
        ends = (table.overflow, table.reject)
        return cls(table.name, rows, table.bins, *ends, tuple(clashes), by_whole, by_beginning)

    def bin_of(self, reading: Reading | None) -> str:
        """The bin of a piece; None stands for one of which there is no reading in time."""
        if reading is None or reading.status != "accepted" or reading.code is None:
            return self.reject
        return self.which(reading.code).bin

    def which(self, code: str) -> Match:
        """The bin of a code, and the row that decides."""
        digits = digits_of(code)
        spans = None if digits is None else self.spans(len(digits))
        row = NO_ROW
        if digits is not None and spans is not None:
            length, laid = spans
            row = laid.row_at(int(digits[:length] or 0))
        if row == NO_ROW:
            return Match(code, self.overflow, None)
        return Match(code, self.bins[self.rows.bin[row]], self.named(row))

    def spans(self, digits: int) -> tuple[int, Spans] | None:
        """What decides about codes of so many digits, and by how many first digits; None: no row covers any."""
        if digits in self.whole:
            return digits, self.whole[digits]
        lengths = tuple(self.beginnings)
        at = bisect_right(lengths, digits)
        return (lengths[at - 1], self.beginnings[lengths[at - 1]]) if at else None

    def named(self, row: int) -> NamedRow:
        """A row in words."""
        return NamedRow(self.rows.row(row).text, self.bins[self.rows.bin[row]], int(self.rows.line[row]))


def load_plan(path: Path | str) -> SortPlan:
    """Read a plan to sort by.

    Raises:
        PlanError: it cannot be read, is no plan, or has rows that contradict each other.
    """
    plan = SortPlan.of_table(read_table(path))
    if plan.clashes:
        one, other = (plan.named(row) for row in plan.clashes[0])
        more = f", and {len(plan.clashes) - 1} more pairs do" if len(plan.clashes) > 1 else ""
        raise PlanError(f"{plan.name}: {one} and {other} overlap{more}; `posteye plan check` names them all")
    return plan


def _lengths(digits: Ints) -> list[int]:
    return sorted(set(digits.tolist()))


def _laid(rows: Rows, digits: int, whole: bool, clashes: dict[tuple[int, int], None]) -> Spans:
    found, low, high = rows.spans(digits, whole)
    spans, pairs = lay(found, low, high, rows.bin[found])
    clashes.update(dict.fromkeys(pairs))
    return spans
