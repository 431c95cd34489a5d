"""What posteye reads of the strings of one kind: rates with intervals over writers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.figures.tables import columns
from benchmarks.mnist_strings.fields import DIGITS
from benchmarks.readings import Interval, read_fields, resampled
from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from train.data.labelled import Label

MAX_ERROR = 0.01
_HEADS = ("", "strings", "writers", "joined", "exact", "95 %", "at 1 % error", "95 %", "accepted", "wrong")
_WIDTHS = (-10, 8, 9, 8, 9, 15, 14, 15, 10, 8)


@dataclass(frozen=True)
class StringFigures:
    """The figures of one kind of strings, shares 0..1 with 95 % intervals over writers.

    Attributes:
        kind: Of KINDS.
        strings: How many.
        writers: How many wrote them.
        joined: Share of neighbours whose ink meets.
        exact: Share whose best code is right, accepted or not.
        exact_interval: Of it.
        at_one_percent: The largest share that a threshold accepts with at most 1 % wrong among them.
        at_one_percent_interval: Of it.
        accepted: Share that the reader accepts when asked for 1 % error.
        wrong: Share of wrong codes among those.
    """

    kind: str
    strings: int
    writers: int
    joined: float
    exact: float
    exact_interval: Interval
    at_one_percent: float
    at_one_percent_interval: Interval
    accepted: float
    wrong: float

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON, rounded to what the strings can tell."""
        return {
            name: [round(x, 5) for x in value] if isinstance(value, tuple) else _rounded(value)
            for name, value in vars(self).items()
        }


def _rounded(value: object) -> object:
    return round(value, 5) if isinstance(value, float) else value


def measure(reader: Reader, kind: str, labels: Sequence[Label]) -> StringFigures:
    """Read all strings of a kind and work out their figures.

    Raises:
        PosteyeError: labels.csv is not one of `sets.make_kind`.
    """
    if not all({"writer", "joins"} <= label.further.keys() for label in labels):
        raise PosteyeError(f"{labels[0].path.parent} was not made here; run python -m benchmarks.mnist_strings make")
    readings = read_fields(reader, [label.path for label in labels], [label.code for label in labels], kind)
    writers = [label.further["writer"] for label in labels]
    exact_interval, accept_interval = resampled(readings, writers, MAX_ERROR)
    accepted = int(readings.accepted.sum())
    return StringFigures(
        kind=kind,
        strings=len(labels),
        writers=len(set(writers)),
        joined=sum(int(label.further["joins"]) for label in labels) / (len(labels) * (DIGITS - 1)),
        exact=readings.exact,
        exact_interval=exact_interval,
        at_one_percent=readings.accept_rate(MAX_ERROR),
        at_one_percent_interval=accept_interval,
        accepted=accepted / len(labels),
        wrong=int((readings.accepted & ~readings.right).sum()) / max(accepted, 1),
    )


def figures_text(found: Sequence[StringFigures]) -> str:
    """The figures for a terminal, in percent."""
    rows = [
        (
            one.kind,
            str(one.strings),
            str(one.writers),
            f"{one.joined:.1%}",
            f"{one.exact:.2%}",
            _span(one.exact_interval),
            f"{one.at_one_percent:.2%}",
            _span(one.at_one_percent_interval),
            f"{one.accepted:.2%}",
            f"{one.wrong:.2%}",
        )
        for one in found
    ]
    return columns([_HEADS, *rows], _WIDTHS)


def _span(interval: Interval) -> str:
    return f"{100 * interval[0]:.2f}-{100 * interval[1]:.2f}"
