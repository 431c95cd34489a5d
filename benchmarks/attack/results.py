"""The figures of a whole attack: tables, and the cases with a fault, for benchmarks/results/attack.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.attack.counts import MEMORY_LIMIT_MB, Counts, Target
from benchmarks.attack.run import Result
from benchmarks.figures.tables import Table

HEADS = [
    "what",
    "tried",
    "answered",
    "refused",
    "wrong",
    "tracebacks",
    "crashes",
    "hangs",
    f"over {MEMORY_LIMIT_MB} MB",
]

FIELDS = "fields"  # the target whose kinds have a table of their own


@dataclass(frozen=True)
class Attacked:
    """What came of one target."""

    target: Target
    result: Result


def values(attacked: Sequence[Attacked]) -> dict[str, Any]:
    """A table with a row a target and those of its kinds below, another of the fields alone, counts, and all faults."""
    found: dict[str, Any] = {
        "table": Table(HEADS, [line for one in attacked for line in _lines(one)]),
        "faults": sum(one.result.total.faults for one in attacked),
        "counts": [
            {"target": one.target.name, "kind": kind, **asdict(counts)}
            for one in attacked
            for kind, counts in one.result.kinds.items()
        ],
        "findings": [
            {"case": f"{one.target.name}:{finding.number}", "what": finding.what}
            for one in attacked
            for finding in one.result.findings
        ],
    }
    for one in attacked:
        if one.target.name == FIELDS:
            found[FIELDS] = _fields(one.result)
    return found


def _fields(result: Result) -> dict[str, Any]:
    """A table of what stands in the fields, most often accepted first, and the share accepted of all."""
    kinds = sorted(result.kinds.items(), key=lambda of: (-of[1].wrong / of[1].tried, of[0]))
    rows = [*kinds, ("all", result.total)]
    lines = [
        [kind or "neither", f"{c.tried:,}", f"{c.wrong:,}", f"{100 * c.wrong / c.tried:.1f} %"] for kind, c in rows
    ]
    heads = ["what stands in the field", "fields", "accepted wrongly", "share"]
    return {"kinds": Table(heads, lines), "share": result.total.wrong / result.total.tried}


def _lines(one: Attacked) -> list[list[str]]:
    lines = [_line(one.target.title, one.result.total)]
    if len(one.result.kinds) > 1 and one.target.name != FIELDS:
        lines += [_line(f"- {kind or 'neither'}", counts) for kind, counts in one.result.kinds.items()]
    return lines


def _line(title: str, counts: Counts) -> list[str]:
    numbers = (counts.tried, counts.answered, counts.refused, counts.wrong)
    faults = (counts.tracebacks, counts.crashes, counts.hangs, counts.over_memory)
    return [title, *(f"{number:,}" for number in (*numbers, *faults))]
