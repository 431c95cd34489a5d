"""The file that keeps the counts of a whole attack, and the table that docs/robustness.md shows of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from benchmarks.attack.counts import MEMORY_LIMIT_MB, Counts
from benchmarks.attack.run import Finding


class TargetResult(msgspec.Struct, frozen=True):
    """Counts of one target by kind of input, and its first faults. cases: how many were played."""

    name: str
    title: str
    cases: int
    kinds: dict[str, Counts]
    findings: list[Finding]

    @property
    def total(self) -> Counts:
        """All kinds together."""
        return sum(self.kinds.values(), Counts())


class Attacked(msgspec.Struct, frozen=True):
    """A whole attack. share: of each target's cases that were played."""

    seed: int
    share: float
    targets: list[TargetResult]


def save(attacked: Attacked, path: Path) -> None:
    """Write the results as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(attacked), indent=1) + b"\n")


def table(attacked: Attacked) -> list[str]:
    """Lines of a Markdown table: a target a row, the kinds of those with several below it."""
    head = ["attacked with", "tried", "answered", "refused", "wrong", "tracebacks", "crashes", "hangs"]
    lines = [_cells(*head, f"over {MEMORY_LIMIT_MB} MB"), _cells("---", *["---:"] * 8)]
    for target in attacked.targets:
        lines.append(_row(target.title, target.total))
        if len(target.kinds) > 1:
            lines += [_row(f"&nbsp; {kind or 'neither'}", counts) for kind, counts in target.kinds.items()]
    return lines


def _row(title: str, counts: Counts) -> str:
    numbers = (counts.tried, counts.answered, counts.refused, counts.wrong)
    faults = (counts.tracebacks, counts.crashes, counts.hangs, counts.over_memory)
    return _cells(title, *(f"{number:,}" for number in (*numbers, *faults)))


def _cells(*words: str) -> str:
    return f"| {' | '.join(words)} |"
