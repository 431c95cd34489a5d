"""What is wrong with a configuration, one value a fault."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A fault, and how to mend it.

    Attributes:
        file: as it was given.
        line: in it, from 1; 0 where the fault has none: a key that is missing, or a file that cannot be read.
        key: `[section] key`, `[section]`, or empty where the whole file is meant.
        said: what is wrong, and what to give instead.
    """

    file: str
    line: int
    key: str
    said: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.key} {self.said}" if self.key else f"{where}: {self.said}"
