"""Compares counts with the committed ones: no stage may take more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures.files import RESULTS
from benchmarks.instructions.counted import Measurement

FIGURE = "instructions"
COMMITTED = RESULTS / f"{FIGURE}.json"
# A stage may take this part more. Lengths of paths and variables move the memory, and that moves counts by less than a
# third of it.
ALLOWED = 0.01
REMEDY = (
    "where that is meant, take new figures: python -m benchmarks.instructions --results "
    f"benchmarks/results/{FIGURE}.json, then make pages; and say why in CHANGELOG.md"
)


@dataclass(frozen=True)
class Change:
    """A stage that takes more or fewer instructions than was committed.

    Attributes:
        cpu: The processor.
        subject: What was read.
        stage: Of the reading.
        before: Instructions committed.
        now: Instructions counted.
    """

    cpu: str
    subject: str
    stage: str
    before: int
    now: int

    @property
    def part(self) -> float:
        """How much more it takes, as a part of what was committed; below 0 = less."""
        return self.now / self.before - 1

    def __str__(self) -> str:
        return (
            f"{self.cpu}  {self.subject:<10}  {self.stage:<9}  {self.before:>13,} -> {self.now:>13,}  "
            f"{100 * self.part:+.1f} %"
        )


def other_versions(before: Measurement, now: Measurement) -> str | None:
    """Why counts cannot be compared: they are of other versions of the packages. None where they can.

    Python's own patch level comes with Debian's, and is let pass.
    """
    names = sorted((before.versions.keys() | now.versions.keys()) - {"python"})
    differ = [
        f"{name} {before.versions.get(name)}, now {now.versions.get(name)}"
        for name in names
        if before.versions.get(name) != now.versions.get(name)
    ]
    if _minor(before) != _minor(now):
        differ.append(f"Python {before.versions.get('python')}, now {now.versions.get('python')}")
    return f"the committed counts are of {'; '.join(differ)}: {REMEDY}" if differ else None


def not_committed(before: Measurement, now: Measurement) -> str | None:
    """What stands on one side alone; None where both hold the same."""
    places = [{place for place, _ in _counts(side)} for side in (before, now)]
    alone = sorted({" ".join(place) for place in places[0] ^ places[1]})
    return f"counted or committed, but not both: {', '.join(alone)}; {REMEDY}" if alone else None


def changes(before: Measurement, now: Measurement) -> list[Change]:
    """The stages, of those that both hold, that take more or fewer instructions than is allowed to differ."""
    counts = dict(_counts(now))
    pairs = [Change(*place, count, counts[place]) for place, count in _counts(before) if place in counts]
    return [change for change in pairs if abs(change.now - change.before) > ALLOWED * change.before]


def rises(found: list[Change]) -> str | None:
    """What is said of stages that take more; None where none does."""
    more = [str(change) for change in found if change.now > change.before]
    if not more:
        return None
    return "\n".join([f"more than {ALLOWED:.0%} more instructions than committed:", *more, REMEDY])


def falls(found: list[Change]) -> str | None:
    """What is said of stages that take fewer; None where none does."""
    less = [str(change) for change in found if change.now < change.before]
    if not less:
        return None
    return "\n".join([f"more than {ALLOWED:.0%} fewer instructions than committed; keep that by new figures:", *less])


def _counts(side: Measurement) -> Iterator[tuple[tuple[str, str, str], int]]:
    for cpu, subjects in side.cpus.items():
        for subject, counted in subjects.items():
            for stage, count in counted.stages.items():
                yield (cpu, subject, stage), count


def _minor(side: Measurement) -> list[str]:
    return side.versions.get("python", "").split(".")[:2]
