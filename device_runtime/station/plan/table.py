"""A sort plan as it is written: a table in TOML or CSV, read strictly."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from device_runtime.errors import FileError, PlanError
from device_runtime.files.regular import printable, read_regular
from device_runtime.station.plan.rows import LONGEST_DIGITS, Rows, parse_row

OVERFLOW, REJECT = "overflow", "reject"
HEADER = ["codes", "bin"]
_LIMIT_BYTES = 32 << 20  # two million rows
_LONGEST_BIN = 64


@dataclass(frozen=True, eq=False)
class Table:
    """What a file says.

    Attributes:
        name: of the file, as it was given.
        rows: which codes go where.
        bins: the bins of the rows, in the order of the file.
        overflow: the bin of codes that no row covers.
        reject: the bin of pieces without an accepted code.
    """

    name: str
    rows: Rows
    bins: tuple[str, ...]
    overflow: str
    reject: str


def read_table(path: Path | str) -> Table:
    """Read a sort plan: TOML where the name ends in `.toml`, else CSV.

    Raises:
        PlanError: it cannot be read, or is no such table; the message names the file, and the line where there is one.
    """
    name = printable(path)
    try:
        text = read_regular(path, _LIMIT_BYTES).decode("utf-8-sig")
    except FileError as error:
        raise PlanError(f"the sort plan {name} cannot be read: {error}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PlanError(f"{name}, line {line}, is not UTF-8 text; save the plan as UTF-8") from None
    return _from_toml(text, name) if Path(path).suffix.lower() == ".toml" else _from_csv(text, name)


def _from_toml(text: str, name: str) -> Table:
    try:
        found = tomllib.loads(text)
    except RecursionError:
        raise PlanError(f"{name} is no TOML: it is nested too deeply") from None
    except ValueError as error:  # also of a number with thousands of digits
        raise PlanError(printable(f"{name} is no TOML: {error}")) from None
    if unknown := sorted(found.keys() - {OVERFLOW, REJECT, "bins"}):
        raise PlanError(f"{name}: unknown key {unknown[0]!r:.60}; a plan has overflow, reject and [bins]")
    ends = {end: _bin(found[end], name, end) for end in (OVERFLOW, REJECT) if end in found}
    bins = found.get("bins", {})
    if not isinstance(bins, dict):
        raise PlanError(f'{name}: bins is no table; write [bins], and below it lines such as north = ["80*"]')
    return _table(name, _toml_rows(bins, name), ends)


def _toml_rows(bins: dict[str, Any], name: str) -> Iterator[tuple[str, str, int, str]]:
    for bin_, codes in bins.items():
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise PlanError(f'{name}: the codes of bin {bin_!r:.60} are no list of texts such as ["80331", "81*"]')
        where = f"{name}, bin {bin_!r:.60}"
        for code in codes:
            yield code, bin_, 0, where


def _from_csv(text: str, name: str) -> Table:
    if text and not text.endswith(("\n", "\r")):  # half a copy can look like a plan, and sort wrongly
        raise PlanError(f"{name}: its last line has no end; copy the whole file, or end it with a line break")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    ends: dict[str, str] = {}
    try:
        if next(reader, None) != HEADER:
            raise PlanError(f"{name}, line 1: the header of a plan is codes,bin (or is this no CSV with commas?)")
        return _table(name, _csv_rows(reader, name, ends), ends)
    except csv.Error as error:
        raise PlanError(f"{name}, line {reader.line_num}, is no row of a CSV table: {error}") from None


def _csv_rows(reader: Any, name: str, ends: dict[str, str]) -> Iterator[tuple[str, str, int, str]]:
    """The rows of codes; those of the two further bins go into `ends`."""
    for row in reader:
        if not row:
            continue
        if len(row) != 2:
            raise PlanError(f"{name}, line {reader.line_num}: {','.join(row)!r:.60} is not codes,bin")
        codes, bin_ = row
        if codes in (OVERFLOW, REJECT):
            if codes in ends:
                raise PlanError(f"{name}, line {reader.line_num}: a second bin for {codes}; leave one out")
            ends[codes] = _bin(bin_, name, codes)
        else:
            yield codes, bin_, reader.line_num, name


def _table(name: str, rows: Iterable[tuple[str, str, int, str]], ends: dict[str, str]) -> Table:
    """Make the columns.

    Args:
        name: of the file.
        rows: of each the codes, the bin, the line (0: none) and where to say that it stands.
        ends: the two further bins; complete when all rows have been taken.
    """
    bins: dict[str, int] = {}
    columns: tuple[list[int], ...] = ([], [], [], [], [])
    begins: list[bool] = []
    low, high, digits, to, lines = columns
    for codes, bin_, line, where in rows:
        number = bins.get(bin_)
        if number is None:
            number = bins[_bin(bin_, where, f"line {line}" if line else "[bins]")] = len(bins)
        to.append(number)
        lines.append(line)
        if codes.isascii() and codes.isdigit() and len(codes) <= LONGEST_DIGITS:  # at once: most rows of large plans
            code = int(codes)
            first, last, count, open_ = code, code, len(codes), False
        else:
            try:
                first, last, count, open_ = parse_row(codes.strip())
            except PlanError as error:
                raise PlanError(f"{where}{f', line {line}' if line else ''}: {error}") from None
        low.append(first)
        high.append(last)
        digits.append(count)
        begins.append(open_)
    for end, words in ((OVERFLOW, "codes without a row"), (REJECT, "pieces without an accepted code")):
        if end not in ends:
            raise PlanError(f"{name} has no {end} bin, where {words} go; add one")
    if not lines:
        raise PlanError(f"{name} has no rows; give it codes and their bins")
    arrays = [np.array(column, np.int64) for column in columns]
    found = Rows(arrays[0], arrays[1], arrays[2], np.array(begins, np.bool_), arrays[3], arrays[4])
    return Table(name, found, tuple(bins), ends[OVERFLOW], ends[REJECT])


def _bin(value: Any, name: str, where: str) -> str:
    """The name of a bin, a text or a number."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not text.strip() or text != text.strip() or not text.isprintable() or len(text) > _LONGEST_BIN:
        raise PlanError(f"{name}, {where}: {value!r:.60} names no bin; give 1 to {_LONGEST_BIN} characters on one line")
    return text
