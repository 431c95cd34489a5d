"""What became of hostile inputs, case by case and added up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass

# An answer above this resident memory counts as a flood. A reader with its model holds about a quarter of it, and the
# smallest board it runs on has 512 MB for everything.
MEMORY_LIMIT_MB = 300


@dataclass(frozen=True)
class Outcome:
    """What a case came to: how many of its inputs were answered, refused as documented, or answered wrongly.

    Attributes:
        kind: Of the inputs, for a row of their own.
        answered: Inputs that were answered.
        refused: Inputs that were refused as documented.
        wrong: Inputs that were answered wrongly.
        detail: What was wrong, if anything was.
    """

    kind: str
    answered: int = 0
    refused: int = 0
    wrong: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Target:
    """Something to attack: `case` plays one numbered case of a seed, the same each time.

    A case raises nothing: whatever it raises is a traceback that a user would have seen.

    Attributes:
        name: Of its module.
        title: What is thrown at what.
        cases: How many the published figures hold.
        case: Plays one, given a seed and a number.
    """

    name: str
    title: str
    cases: int
    case: Callable[[int, int], Outcome]


@dataclass(frozen=True)
class Counts:
    """Inputs by what became of them; a crash, traceback or hang takes a case, however many inputs it held.

    Attributes:
        tried: Inputs.
        answered: Of these.
        refused: Of these, as documented.
        wrong: Of these, answered wrongly.
        tracebacks: Cases that raised something.
        crashes: Cases that ended the process.
        hangs: Cases that did not answer in time.
        over_memory: Cases after which the process held more than MEMORY_LIMIT_MB; they are counted beside the others.
    """

    tried: int = 0
    answered: int = 0
    refused: int = 0
    wrong: int = 0
    tracebacks: int = 0
    crashes: int = 0
    hangs: int = 0
    over_memory: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @classmethod
    def of(cls, outcome: Outcome) -> Counts:
        """Count what a case came to."""
        tried = outcome.answered + outcome.refused + outcome.wrong
        return cls(tried, outcome.answered, outcome.refused, outcome.wrong)

    @property
    def faults(self) -> int:
        """All that must never happen."""
        return self.wrong + self.tracebacks + self.crashes + self.hangs + self.over_memory
