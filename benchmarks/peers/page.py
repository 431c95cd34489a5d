"""The comparison of exact rates on files: figures, a table for people, and what its page shows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from matplotlib.figure import Figure
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.figures.blocks import Files
from benchmarks.figures.charts import BLUE, GRAY, LIGHT_BLUE, ORANGE, VERMILION, Bars, grouped_bars
from benchmarks.figures.tables import Table, columns
from benchmarks.readings import Interval
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import wilson

FIGURE, OTHERS_FIGURE = "peer-rates", "peer-answers"  # posteye's rates change with the reader, the others' do not
POSTEYE, NO_HINT, RAPIDOCR, PPOCR, TESSERACT = "posteye", "posteye, no hint", "RapidOCR", "PP-OCRv6", "Tesseract"
_COLORS = {POSTEYE: BLUE, NO_HINT: LIGHT_BLUE, RAPIDOCR: ORANGE, PPOCR: VERMILION, TESSERACT: GRAY}

_HEADS = ("set", "files", *_COLORS, "posteye on the whole set")


class Rate(Struct, frozen=True):
    """How many of some files are read exactly."""

    right: int
    files: int

    @classmethod
    def of(cls, right: NDArray[np.bool_]) -> Rate:
        """The rate of verdicts, bool [files]."""
        return cls(int(right.sum()), len(right))

    @property
    def exact(self) -> float:
        """The share, 0..1."""
        return self.right / self.files

    @property
    def interval(self) -> Interval:
        """95 % interval of the share."""
        return wilson(self.exact, self.files)


class Compared(Struct, frozen=True):
    """The rates of the readers on one set, all on the same files.

    Attributes:
        name: Of the set.
        title: The same for people.
        pattern: What posteye is told of the set.
        sample: Hash of the files that all readers got.
        rates: By reader.
        whole: posteye's rate on all files of the set; None where posteye did not read.
    """

    name: str
    title: str
    pattern: str
    sample: str
    rates: dict[str, Rate]
    whole: Rate | None


class Rates(Struct, frozen=True):
    """What is kept of a run.

    Attributes:
        sets: The rates on each set.
        readers: Versions of the readers by name.
    """

    sets: list[Compared]
    readers: dict[str, str]


def rates_text(found: Sequence[Compared]) -> str:
    """The sets for a terminal: exact rates in percent."""
    rows = [["", "files", "posteye", "no hint", "RapidOCR", "PP-OCRv6", "Tesseract", "whole set"]]
    for one in found:
        cells = [f"{one.rates[name].exact:.1%}" if name in one.rates else "-" for name in _COLORS]
        whole = f"{one.whole.exact:.2%} of {one.whole.files}" if one.whole else "-"
        rows.append([one.title, str(next(iter(one.rates.values())).files), *cells, whole])
    return columns(rows, (-24, 7, 9, 9, 10, 10, 11, 20))


def joined(files: Files) -> Rates:
    """posteye's rates and those of the others side by side, from both results files.

    Raises:
        PosteyeError: They are of different sets or images.
    """
    try:
        ours, others = (msgspec.convert(files[name].values, Rates) for name in (FIGURE, OTHERS_FIGURE))
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(f"{FIGURE}.json or {OTHERS_FIGURE}.json holds no rates: {error}; measure it again") from None
    if [(row.name, row.sample) for row in ours.sets] != [(row.name, row.sample) for row in others.sets]:
        raise PosteyeError(f"{FIGURE}.json and {OTHERS_FIGURE}.json are of different images; measure both again")
    pairs = zip(ours.sets, others.sets, strict=True)
    sets = [msgspec.structs.replace(mine, rates=mine.rates | theirs.rates) for mine, theirs in pairs]
    return Rates(sets, ours.readers | others.readers)


def rates_markdown(files: Files) -> str:
    """The table of the page; the highest rate of a set is bold."""
    return Table(_HEADS, [_line(one) for one in joined(files).sets]).markdown()


def readers_markdown(files: Files) -> str:
    """The versions of the readers."""
    return Table(("reader", "version"), list(joined(files).readers.items())).markdown()


def rates_chart(files: Files) -> Figure:
    """A group of bars for each set, one bar a reader, with 95 % intervals."""
    sets = joined(files).sets
    bars = []
    for name, color in _COLORS.items():
        rates = [one.rates.get(name) for one in sets]
        exact = [100 * rate.exact if rate else None for rate in rates]
        intervals = [(100 * rate.interval[0], 100 * rate.interval[1]) if rate else None for rate in rates]
        bars.append(Bars(name, color, exact, intervals))
    present = [one for one in bars if any(value is not None for value in one.values)]
    groups = [f"{one.title}\n({one.rates[POSTEYE].files} files)" for one in sets]
    return grouped_bars(groups, present, "read exactly, % (with 95 % interval)")


def _line(one: Compared) -> list[str]:
    highest = max(rate.exact for rate in one.rates.values())
    rates = [one.rates.get(name) for name in _COLORS]
    cells = [f"**{_cell(rate)}**" if rate and rate.exact == highest else _cell(rate) for rate in rates]
    whole = f"{_cell(one.whole)} of {one.whole.files}" if one.whole else "-"
    return [one.title, str(one.rates[POSTEYE].files), *cells, whole]


def _cell(rate: Rate | None) -> str:
    if rate is None:
        return "-"
    low, high = rate.interval
    return f"{100 * rate.exact:.1f} ({100 * low:.1f} to {100 * high:.1f})"
