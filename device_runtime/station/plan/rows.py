"""The rows of a sort plan: single codes, prefixes and ranges, as columns of numbers.

A million rows are 26 MB so, and load in seconds. Separators count for nothing: `110 034` and `110034` are one code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PlanError

LONGEST_DIGITS = 18  # of a code: such numbers fit in 64 bits; postal codes have at most 10
_NUMBER = re.compile(r"[0-9]+(?:[- ][0-9]+)*")
_SILENT = str.maketrans("", "", "- ")
FORM = "a code (80331), the beginning of codes (80*), or a range of either (80000..81999, 80*..81*)"


class Row(NamedTuple):
    """What a row covers.

    Attributes:
        low: the first number of the row.
        high: the last one.
        digits: of each.
        begins: whether these are the beginnings of codes and not whole codes.
    """

    low: int
    high: int
    digits: int
    begins: bool

    @property
    def text(self) -> str:
        """The row as it is written in a plan."""
        end = "*" if self.begins else ""
        first, last = (f"{number:0{self.digits}d}" if self.digits else "" for number in (self.low, self.high))
        return first + end if first == last else f"{first}{end}..{last}{end}"


@dataclass(frozen=True, eq=False)
class Rows:
    """All rows of a plan, in its order.

    Attributes:
        low: int64 [rows], the first number of each.
        high: int64 [rows], the last number.
        digits: int64 [rows], of both.
        begins: bool [rows], whether they are the beginnings of codes.
        bin: int64 [rows], an index into the plan's bins.
        line: int64 [rows], where each stands in its file; 0 where the file has no lines to count.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    digits: NDArray[np.int64]
    begins: NDArray[np.bool_]
    bin: NDArray[np.int64]
    line: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.low)

    def row(self, index: int) -> Row:
        """One of them."""
        return Row(int(self.low[index]), int(self.high[index]), int(self.digits[index]), bool(self.begins[index]))

    def spans(self, digits: int, whole: bool = True) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """What the rows cover of the codes of so many digits.

        Args:
            digits: of a code.
            whole: False leaves rows of whole codes out.

        Returns:
            The rows that cover some, and the first and the last code of each: int64 [found] three times.
        """
        begun, named = self.begins & (self.digits <= digits), ~self.begins & (self.digits == digits)
        found = np.flatnonzero(begun | named if whole else begun)
        scale = 10 ** (digits - self.digits[found])
        return found, self.low[found] * scale, (self.high[found] + 1) * scale - 1


def parse_row(text: str) -> Row:
    """Read what a row covers.

    Raises:
        PlanError: it is none of `FORM`; the message does not say where it stands.
    """
    first, dots, last = text.partition("..")
    begins = first.endswith("*")
    if dots and begins != last.endswith("*"):
        raise PlanError(f"{_short(text)}: both ends of a range are codes, or both end with '*'")
    low = _digits(first, begins, text)
    high = _digits(last, begins, text) if dots else low
    if len(low) != len(high):
        raise PlanError(f"{_short(text)}: both ends of a range have the same number of digits")
    if low > high:
        raise PlanError(f"{_short(text)}: the range ends before it begins; turn it round")
    return Row(int(low or 0), int(high or 0), len(low), begins)


def digits_of(code: str) -> str | None:
    """The digits of a code without its separators; None where it is no code that a plan could have."""
    plain = code if code.isascii() and code.isdigit() else code.translate(_SILENT) if _NUMBER.fullmatch(code) else ""
    return plain if 0 < len(plain) <= LONGEST_DIGITS else None


def _digits(end: str, begins: bool, text: str) -> str:
    """The digits at one end of a row; none for `*` alone."""
    number = end.removesuffix("*").removesuffix("-").removesuffix(" ") if begins else end
    if begins and not end.removesuffix("*"):
        return ""
    if not number.isascii() or not _NUMBER.fullmatch(number):
        raise PlanError(f"{_short(text)} is neither {FORM}")
    plain = number.translate(_SILENT)
    if len(plain) > LONGEST_DIGITS:
        raise PlanError(f"{_short(text)}: a code has at most {LONGEST_DIGITS} digits")
    return plain


def _short(text: str) -> str:
    shown = f"'{text}'" if text.isprintable() else ascii(text)
    return shown if len(shown) <= 42 else shown[:38] + "...'"
