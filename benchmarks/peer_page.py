"""The comparison of exact rates on files: figures, a table for people, a page in Markdown with a bar chart in SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.charts import BLUE, GREY, LIGHT_BLUE, ORANGE, save_svg
from benchmarks.field_readings import Interval
from device_runtime.errors import PosteyeError
from train.shares import wilson

POSTEYE, NO_HINT, RAPIDOCR, TESSERACT = "posteye", "posteye, no hint", "RapidOCR", "Tesseract"
_COLOURS = {POSTEYE: BLUE, NO_HINT: LIGHT_BLUE, RAPIDOCR: ORANGE, TESSERACT: GREY}

_HEAD = """# Exact rates beside RapidOCR and Tesseract

Written by `python -m benchmarks.peer_rates WORK --page {page} ...`; [benchmarks.md](benchmarks.md) has the whole
command. Share of files whose digits are read exactly, %, with its 95 % interval (Wilson). All readers get the same
files: all of a set, or a random sample of it where it is large.

![Exact rates]({chart})

| set | files | posteye | posteye, no hint | RapidOCR | Tesseract | posteye on the whole set |
|---|---|---|---|---|---|---|
"""
_NOTES = r"""
* **posteye** knows the form that a field of the set has: `\d{1,8}` for amounts, `\d{5}` for postcodes and strings, `\d`
  for single digits. Its best code counts, accepted or rejected. **No hint** is `\d{1,8}` for every set.
* **RapidOCR**: the recogniser alone, as it ships. **Tesseract**: its English model, one line an image (`--psm 7`), one
  character for single digits (`--psm 10`), digits only (whitelist).
* A text is filtered to its digits before it is compared: neither of them has a grammar.
* Printed lines hold other writing around the postcode. There Tesseract has no whitelist, RapidOCR and Tesseract read
  the whole line, and a line counts as right when the postcode stands in their text as a word of five digits, whatever
  else they read. posteye must find the postcode and nothing else.
* The strings are of MNIST's test digits, five of one writer ([benchmarks.md](benchmarks.md)); their intervals here take
  the strings for independent.

| reader | version |
|---|---|
"""


@dataclass(frozen=True)
class Rate:
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

    def as_dict(self) -> dict[str, Any]:
        """The rate as JSON."""
        return {"right": self.right, "files": self.files, "exact": round(self.exact, 4), "interval": self.interval}


@dataclass(frozen=True)
class Compared:
    """The rates on one set by reader, all on the same files; whole: posteye's on all files of the set."""

    name: str
    title: str
    pattern: str
    rates: Mapping[str, Rate]
    whole: Rate

    def as_dict(self) -> dict[str, Any]:
        """The set as JSON."""
        rates = {name: rate.as_dict() for name, rate in self.rates.items()}
        return {"name": self.name, "pattern": self.pattern, "rates": rates, "whole": self.whole.as_dict()}


def table(found: Sequence[Compared]) -> str:
    """The sets for people: exact rates in percent."""
    lines = [f"{'':<24}{'files':>7}{'posteye':>9}{'no hint':>9}{'RapidOCR':>10}{'Tesseract':>11}{'whole set':>20}"]
    for row in found:
        cells = [f"{row.rates[name].exact:.1%}" if name in row.rates else "-" for name in _COLOURS]
        whole = f"{row.whole.exact:.2%} of {row.whole.files}"
        lines.append(
            f"{row.title:<24}{row.rates[POSTEYE].files:>7}{cells[0]:>9}{cells[1]:>9}{cells[2]:>10}{cells[3]:>11}{whole:>20}"
        )
    return "\n".join(lines)


def write_page(found: Sequence[Compared], versions: Mapping[str, str], page: Path) -> None:
    """Write the page, and the chart beside it with the suffix .svg; raises PosteyeError when a file cannot be."""
    chart = page.with_suffix(".svg")
    lines = [_line(row) for row in found]
    readers = [f"| {name} | {version} |" for name, version in versions.items()]
    text = _HEAD.format(page=page, chart=chart.name) + "\n".join(lines) + "\n" + _NOTES + "\n".join(readers) + "\n"
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PosteyeError(f"cannot write {page}: {error.strerror}") from None
    save_svg(bars(found), chart)


def _line(row: Compared) -> str:
    cells = [_cell(row.rates.get(name)) for name in _COLOURS]
    cells[0] = f"**{cells[0]}**"
    return (
        f"| {row.title} | {row.rates[POSTEYE].files} | {' | '.join(cells)} | {_cell(row.whole)} of {row.whole.files} |"
    )


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
