"""What writing beside and in a code costs it of its belief."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """What writing beside or in a code costs, in nats; fitted by `python -m benchmarks.no_code.costs`.

    Attributes:
        foreign_number: a further number in the line.
        continued: no space parts that number from the code.
        letters: writing that is as tall as letters touches the code.
        mark: a dot, comma or dash between two characters where the grammar knows none.
    """

    foreign_number: float = 2.0
    continued: float = 5.0
    letters: float = 5.0
    mark: float = 4.0


COSTS = Costs()
FOREIGN_NUMBER_PENALTY = COSTS.foreign_number
