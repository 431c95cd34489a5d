"""The comparison of exact rates on files: figures, a table for people, and what its page shows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from matplotlib.figure import Figure
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.figures.blocks import Files
from benchmarks.figures.report import BLUE, GREY, LIGHT_BLUE, ORANGE, svg
from benchmarks.readings import Interval
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import wilson

FIGURE, OTHERS_FIGURE = "peer-rates", "peer-answers"  # posteye's rates change with the reader, the others' do not
POSTEYE, NO_HINT, RAPIDOCR, TESSERACT = "posteye", "posteye, no hint", "RapidOCR", "Tesseract"
_COLOURS = {POSTEYE: BLUE, NO_HINT: LIGHT_BLUE, RAPIDOCR: ORANGE, TESSERACT: GREY}

_HEAD = """| set | files | posteye | posteye, no hint | RapidOCR | Tesseract | posteye on the whole set |
|---|---|---|---|---|---|---|"""


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
    """The rates on one set by reader, all on the same files. sample: a hash of those; whole: posteye's on all files.

    whole is None where posteye did not read.
    """

    name: str
    title: str
    pattern: str
    sample: str
    rates: dict[str, Rate]
    whole: Rate | None


class Rates(Struct, frozen=True):
    """What is kept of a run: the sets, and the versions of the readers by name."""

    sets: list[Compared]
    readers: dict[str, str]


def table(found: Sequence[Compared]) -> str:
    """The sets for people: exact rates in percent."""
    lines = [f"{'':<24}{'files':>7}{'posteye':>9}{'no hint':>9}{'RapidOCR':>10}{'Tesseract':>11}{'whole set':>20}"]
    for row in found:
        cells = [f"{row.rates[name].exact:.1%}" if name in row.rates else "-" for name in _COLOURS]
        whole = f"{row.whole.exact:.2%} of {row.whole.files}" if row.whole else "-"
        files = next(iter(row.rates.values())).files
        lines.append(f"{row.title:<24}{files:>7}{cells[0]:>9}{cells[1]:>9}{cells[2]:>10}{cells[3]:>11}{whole:>20}")
    return "\n".join(lines)


def joined(files: Files) -> Rates:
    """posteye's rates and those of the others side by side, from both results files.

    Raises PosteyeError when they are of other sets or images.
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


def page_table(files: Files) -> str:
    """The table of the page."""
    return "\n".join([_HEAD, *(_line(row) for row in joined(files).sets)])


def page_readers(files: Files) -> str:
    """The versions of the readers."""
    readers = [f"| {name} | {version} |" for name, version in joined(files).readers.items()]
    return "\n".join(["| reader | version |", "|---|---|", *readers])


def page_chart(files: Files) -> str:
    """The chart of the page, as SVG."""
    return svg(bars(joined(files).sets))


def _line(row: Compared) -> str:
    cells = [_cell(row.rates.get(name)) for name in _COLOURS]
    cells[0] = f"**{cells[0]}**"
    whole = f"{_cell(row.whole)} of {row.whole.files}" if row.whole else "-"
    return f"| {row.title} | {row.rates[POSTEYE].files} | {' | '.join(cells)} | {whole} |"


def _cell(rate: Rate | None) -> str:
    if rate is None:
        return "-"
    low, high = rate.interval
    return f"{100 * rate.exact:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def bars(found: Sequence[Compared]) -> Figure:
    """A group of bars for each set, one bar a reader, with 95 % intervals."""
    figure = Figure(figsize=(8.4, 0.9 + 0.85 * len(found)), layout="constrained")
    axes = figure.subplots()
    present = [name for name in _COLOURS if any(name in row.rates for row in found)]
    step = 0.8 / len(present)
    for place, name in enumerate(present):
        known = [(at, row.rates[name]) for at, row in enumerate(found) if name in row.rates]
        exact = [100 * rate.exact for _, rate in known]
        spans = [[100 * (rate.exact - rate.interval[0]), 100 * (rate.interval[1] - rate.exact)] for _, rate in known]
        at = [row + (place - (len(present) - 1) / 2) * step for row, _ in known]
        axes.barh(at, exact, 0.92 * step, color=_COLOURS[name], label=name)
        axes.errorbar(exact, at, xerr=np.array(spans).T, fmt="none", ecolor="#333333", elinewidth=0.8)
        for y, share, span in zip(at, exact, spans, strict=True):
            axes.text(share + span[1] + 0.8, y, f"{share:.1f}", va="center", fontsize=7.5)
    axes.set_yticks(range(len(found)), [f"{row.title}\n({row.rates[POSTEYE].files})" for row in found])
    axes.invert_yaxis()
    axes.set(xlim=(0, 108), xlabel="read exactly, % (with 95 % interval)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(present), frameon=False, fontsize=9)
    return figure
