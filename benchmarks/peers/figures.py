"""What the times of the readers come to: medians, ratios, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any

from benchmarks.figures.tables import columns

GOAL = 10.0  # posteye is to need at most 1 / GOAL of the time of RapidOCR's recogniser
_BUSY = 1.25  # wall clock over processor time beyond which other programs have clearly been running


@dataclass(frozen=True)
class Readings:
    """The times of one reader, in the order of the fields.

    Attributes:
        wall_s: By the wall clock.
        cpu_s: Processor time of all its threads.
    """

    wall_s: tuple[float, ...]
    cpu_s: tuple[float, ...]


@dataclass(frozen=True)
class Ratios:
    """How many times posteye's time a reader needs, in three ways.

    Attributes:
        medians: Of the medians of the wall clock.
        pairs: Median over the fields of the ratio on the same field in the same round.
        cpu: Of the medians of processor time, which other programs on the machine change least.
    """

    medians: float
    pairs: float
    cpu: float

    @property
    def worst(self) -> float:
        """The one that is least in posteye's favour."""
        return min(self.medians, self.pairs, self.cpu)


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
    """The figures of one reader."""

    reader: Reader
    readings: Readings
    ratios: Ratios

    @property
    def median_ms(self) -> float:
        """Median of the wall clock."""
        return median(self.readings.wall_s) * 1000

    @property
    def p95_ms(self) -> float:
        """95th percentile of the wall clock, interpolated between neighbours."""
        return quantiles(self.readings.wall_s, n=20, method="inclusive")[-1] * 1000

    @property
    def cpu_median_ms(self) -> float:
        """Median of the processor time."""
        return median(self.readings.cpu_s) * 1000

    @property
    def is_busy(self) -> bool:
        """Whether the reader waited for the processor so much that its wall clock tells of other programs."""
        return self.median_ms > _BUSY * self.cpu_median_ms

    def summary(self) -> dict[str, Any]:
        """The row as JSON, without the single times."""
        times = {"median_ms": self.median_ms, "p95_ms": self.p95_ms, "cpu_median_ms": self.cpu_median_ms}
        return asdict(self.reader) | times | {"ratios": asdict(self.ratios)}


def ratios(peer: Readings, posteye: Readings) -> Ratios:
    """Compare two readers that read the same fields in the same order."""
    return Ratios(
        medians=median(peer.wall_s) / median(posteye.wall_s),
        pairs=median(theirs / ours for theirs, ours in zip(peer.wall_s, posteye.wall_s, strict=True)),
        cpu=median(peer.cpu_s) / median(posteye.cpu_s),
    )


def digits_only(text: str) -> str:
    """The digits 0 to 9 of a text; readers without a grammar may add letters, marks and spaces."""
    return "".join(char for char in text if char in "0123456789")


def figures_text(found: Sequence[ReaderFigures]) -> str:
    """The readers side by side, for a terminal; their versions stand below, for they are long."""
    widths = (-10, *[9] * 8)
    heads = [
        columns([("", "model", "median", "p95", "CPU", "slower than posteye by", "memory")], (*widths[:5], 27, 9)),
        columns([("", "KB", "ms", "ms", "ms", "medians", "pairs", "CPU", "MB")], widths),
    ]
    rows = []
    for one in found:
        times = (f"{ms:.2f}" for ms in (one.median_ms, one.p95_ms, one.cpu_median_ms))
        slower = (f"{ratio:.1f}x" for ratio in (one.ratios.medians, one.ratios.pairs, one.ratios.cpu))
        size, memory = f"{one.reader.model_bytes / 1000:.0f}", f"{one.reader.peak_bytes / 1e6:.0f}"
        rows.append((one.reader.name, size, *times, *slower, memory))
    versions = [(one.reader.name, one.reader.version) for one in found]
    return "\n".join([*heads, columns(rows, widths), "", columns(versions, (-10, -1), " ")])


def verdict(rapidocr: Ratios) -> tuple[bool, str]:
    """Whether the goal is met by the worst of the three ratios to RapidOCR's recogniser, and the line that says so."""
    met = rapidocr.worst >= GOAL
    return met, (
        f"goal: posteye needs at most 1/{GOAL:.0f} of the time of RapidOCR's recogniser: {'met' if met else 'MISSED'} "
        f"(1/{rapidocr.medians:.1f} by medians, 1/{rapidocr.pairs:.1f} by pairs, 1/{rapidocr.cpu:.1f} by CPU)"
    )
