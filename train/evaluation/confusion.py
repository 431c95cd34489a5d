"""Which digit is read as which: codes aligned with their truths at the least cost, and every pair counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import SEPARATORS
from train.evaluation.alignment import aligned

NOTHING = "-"
_DROP_SEPARATORS = str.maketrans("", "", SEPARATORS)


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often each character of the truth was read as each other.

    Attributes:
        alphabet: The characters.
        counts: int [characters + 1, characters + 1], truth by answer, in the order of `alphabet`; the last row holds
            what was read where nothing stands, the last column what was left out.
        unread: Strings without any answer; their characters are not among the counts.
    """

    alphabet: str
    counts: NDArray[np.intp]
    unread: int

    @property
    def names(self) -> list[str]:
        """What rows and columns stand for."""
        return [*self.alphabet, NOTHING]

    @property
    def error(self) -> float:
        """Share of the characters of read strings that were read as something else or left out; 0 where none is."""
        written = self.counts[:-1]
        return float(1 - np.trace(written) / written.sum()) if written.sum() else 0.0

    def commonest(self, most: int) -> list[tuple[str, str, int]]:
        """At most so many of the commonest mistakes, the most frequent first: truth, answer, how often."""
        wrong = self.counts * ~np.eye(len(self.counts), dtype=bool)
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        pairs = [divmod(int(place), len(wrong)) for place in order]
        return [
            (self.names[row], self.names[column], int(wrong[row, column]))
            for row, column in pairs
            if wrong[row, column]
        ]

    def as_dict(self) -> dict[str, Any]:
        """The counts for machines."""
        return {"truth_by_answer": self.counts.tolist(), "names": self.names, "unread_strings": self.unread}


def confusion(answers: Sequence[str | None], truths: Sequence[str], alphabet: str) -> Confusion:
    """Count what the characters of the truths were read as; separators are left out of both.

    Args:
        answers: One a truth; None for no code.
        truths: What is written.
        alphabet: The characters that are told apart; others count as nothing.

    Raises:
        ValueError: When there is not one answer for each truth.
    """
    counts = np.zeros((len(alphabet) + 1, len(alphabet) + 1), np.intp)
    place = {char: row for row, char in enumerate(alphabet)}
    for answer, truth in zip(answers, truths, strict=True):
        if answer is not None:
            for written, read in aligned(truth.translate(_DROP_SEPARATORS), answer.translate(_DROP_SEPARATORS)):
                counts[place.get(written, -1), place.get(read, -1)] += 1
    return Confusion(alphabet, counts, sum(answer is None for answer in answers))


def table(found: Confusion) -> str:
    """The counts for people: a row for each character of the truth, a column for what was read."""
    wide = max(4, len(str(found.counts.max())) + 1)
    lines = ["truth " + "".join(f"{name:>{wide}}" for name in found.names) + "   wrong"]
    for name, row in zip(found.names, found.counts, strict=True):
        cells = "".join(f"{count or '.':>{wide}}" for count in row.tolist())
        right = row[found.names.index(name)]
        share = f"{1 - right / row.sum():>8.2%}" if row.sum() and name != NOTHING else ""
        lines.append(f"{name:<6}{cells}{share}")
    mistakes = ", ".join(f"{truth} as {read} {count}" for truth, read, count in found.commonest(8))
    lines.append(f"(columns: what was read; {NOTHING}: nothing; commonest: {mistakes or 'none'})")
    if found.unread:
        lines.append(f"({found.unread} strings without an answer are not counted here)")
    return "\n".join(lines)
