"""What the times of the readers come to: medians, ratios, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median, quantiles
from typing import Any

from benchmarks.figures.tables import columns

# posteye is to need at most this part of a reader's CPU time, by the reader's name; the rest have no goal.
GOALS = {"RapidOCR": 30, "Tesseract": 5}
_WIDTHS, _GROUPS = (-10, *[8] * 10), (-10, 8, 24, 24, 16, 8)  # of the table's columns, and of those together
_BUSY = 1.25  # wall clock over processor time beyond which other programs have clearly been running


@dataclass(frozen=True)
class Readings:
    """The times of one reader, one row a round and one column an image.

    Attributes:
        wall_s: By the wall clock.
        cpu_s: Processor time of its process, user and system, all threads.
    """

    wall_s: tuple[tuple[float, ...], ...]
    cpu_s: tuple[tuple[float, ...], ...]

    def first(self, images: int) -> Readings:
        """The readings of the first images of every round."""
        return Readings(*(tuple(row[:images] for row in times) for times in (self.wall_s, self.cpu_s)))

    @property
    def mean_cpu_s(self) -> float:
        """Processor time of an image, mean over the images of the median of each over the rounds."""
        return fmean(median(times) for times in zip(*self.cpu_s, strict=True))


@dataclass(frozen=True)
class Ratios:
    """How many times posteye's time a reader needs.

    Attributes:
        cpu: Of the medians of processor time, over the plain fields.
        pairs: Median of the ratios of processor time on the same plain field in the same round.
        wall: Of the medians of the wall clock, over the plain fields.
        samples: Of the mean processor time of all samples.
    """

    cpu: float
    pairs: float
    wall: float
    samples: float

    @property
    def judged(self) -> float:
        """The one that a goal is judged by: of CPU time on plain fields, the less favourable."""
        return min(self.cpu, self.pairs)


@dataclass(frozen=True)
class Reader:
    """A reader.

    Attributes:
        name: For tables.
        version: Of the program and its model.
        model_bytes: Size of its model file.
        peak_bytes: Largest resident memory of its process.
    """

    name: str
    version: str
    model_bytes: int
    peak_bytes: int


@dataclass(frozen=True)
class ReaderFigures:
    """The figures of one reader.

    Attributes:
        reader: Who it is.
        plain: Its times on plain fields.
        samples_cpu_s: Its mean processor time on all samples.
        ratios: Beside posteye.
    """

    reader: Reader
    plain: Readings
    samples_cpu_s: float
    ratios: Ratios

    @property
    def median_ms(self) -> float:
        """Median of the wall clock."""
        return median(flat(self.plain.wall_s)) * 1000

    @property
    def p95_ms(self) -> float:
        """95th percentile of the wall clock, interpolated between neighbours."""
        return quantiles(flat(self.plain.wall_s), n=20, method="inclusive")[-1] * 1000

    @property
    def cpu_median_ms(self) -> float:
        """Median of the processor time."""
        return median(flat(self.plain.cpu_s)) * 1000

    @property
    def is_busy(self) -> bool:
        """Whether the reader waited for the processor so much that its wall clock tells of other programs."""
        return self.median_ms > _BUSY * self.cpu_median_ms

    def summary(self) -> dict[str, Any]:
        """The row as JSON, without the single times."""
        times = {"median_ms": self.median_ms, "p95_ms": self.p95_ms, "cpu_median_ms": self.cpu_median_ms}
        times["samples_cpu_ms"] = self.samples_cpu_s * 1000
        return asdict(self.reader) | times | {"ratios": asdict(self.ratios)}


def flat(rows: Sequence[Sequence[float]]) -> list[float]:
    """All times of some rounds."""
    return [time for row in rows for time in row]


def ratios(peer: Readings, posteye: Readings, plain: int) -> Ratios:
    """Compare two readers that read the same images in the same rounds.

    Args:
        peer: The other reader's times.
        posteye: Ours.
        plain: How many images of a round are plain fields; they come first.
    """
    theirs, ours = peer.first(plain), posteye.first(plain)
    pairs = zip(flat(theirs.cpu_s), flat(ours.cpu_s), strict=True)
    return Ratios(
        cpu=median(flat(theirs.cpu_s)) / median(flat(ours.cpu_s)),
        pairs=median(other / own for other, own in pairs),
        wall=median(flat(theirs.wall_s)) / median(flat(ours.wall_s)),
        samples=peer.mean_cpu_s / posteye.mean_cpu_s,
    )


def digits_only(text: str) -> str:
    """The digits 0 to 9 of a text; readers without a grammar may add letters, marks and spaces."""
    return "".join(char for char in text if char in "0123456789")


def figures_text(found: Sequence[ReaderFigures]) -> str:
    """The readers side by side, for a terminal; their versions stand below, for they are long."""
    heads = [
        columns([("", "model", "five digits, ms", "slower than posteye by", "all samples", "memory")], _GROUPS),
        columns([("", "KB", "CPU", "wall", "p95", "CPU", "pairs", "wall", "CPU ms", "slower", "MB")], _WIDTHS),
    ]
    rows = []
    for one in found:
        times = (f"{ms:.2f}" for ms in (one.cpu_median_ms, one.median_ms, one.p95_ms))
        slower = (f"{ratio:.1f}x" for ratio in (one.ratios.cpu, one.ratios.pairs, one.ratios.wall))
        samples = (f"{one.samples_cpu_s * 1000:.2f}", f"{one.ratios.samples:.1f}x")
        size, memory = f"{one.reader.model_bytes / 1000:.0f}", f"{one.reader.peak_bytes / 1e6:.0f}"
        rows.append((one.reader.name, size, *times, *slower, *samples, memory))
    versions = [(one.reader.name, one.reader.version) for one in found]
    return "\n".join([*heads, columns(rows, _WIDTHS), "", columns(versions, (-10, -1), " ")])


def verdict(found: Sequence[ReaderFigures]) -> tuple[bool, list[str]]:
    """Whether the goals are met, each by the less favourable of its two ratios, and the lines that say so."""
    readers = {one.reader.name: one.ratios for one in found}
    lines = [
        f"goal: at most 1/{goal} of {name}'s CPU time on five digits: "
        f"{'met' if readers[name].judged >= goal else 'MISSED'} "
        f"(1/{readers[name].cpu:.1f} by medians, 1/{readers[name].pairs:.1f} by pairs)"
        for name, goal in GOALS.items()
    ]
    return all(readers[name].judged >= goal for name, goal in GOALS.items()), lines
