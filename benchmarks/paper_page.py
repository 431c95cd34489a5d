"""The page of the paper's comparison: its tables in Markdown, its text and charts, all from the kept figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from benchmarks.paper_charts import Bars, chart
from benchmarks.paper_page_text import ABLATIONS_HEAD, ABLATIONS_NOTES, CHARTS_HEAD, HEAD, NETS
from benchmarks.paper_rows import ABLATIONS, ROWS, Row
from benchmarks.paper_scores import Measured, Rejected
from device_runtime.errors import PosteyeError

Runs = Mapping[str, Sequence[Measured]]  # of each row, by its name


def write_page(runs: Sequence[Measured], page: Path) -> None:
    """Write the page, and beside it its four charts under the same name, as .svg, -reject.svg and so on.

    Raises PosteyeError when a run belongs to no row or when a file cannot be written.
    """
    by_row: dict[str, list[Measured]] = {row.name: [] for row in (*ROWS, *ABLATIONS)}
    for run in runs:
        if run.row not in by_row:
            raise PosteyeError(f"there is no row {run.row}; delete its file among the results")
        by_row[run.row].append(run)
    drawn = {page.with_name(f"{page.stem}{suffix}.svg"): svg for suffix, svg in charts(by_row).items()}
    lines = [table_line(row, by_row[row.name]) for row in ROWS]
    notes = [f"* {row.title}: {run.details}." for row in ROWS for run in by_row[row.name][:1] if run.details]
    ablations = [ablation_line(row, by_row[row.name]) for row in ABLATIONS]
    pictures = [f"![{path.stem}]({path.name})\n" for path in drawn]
    parts = [HEAD.format(page=page), *lines, "", *notes, CHARTS_HEAD, *pictures, NETS]
    parts += [ABLATIONS_HEAD, *ablations, ABLATIONS_NOTES]
    try:
        page.write_text("\n".join(parts))
        for path, svg in drawn.items():
            path.write_text(svg)
    except OSError as error:
        raise PosteyeError(f"cannot write {error.filename}: {error.strerror}") from None


def table_line(row: Row, runs: Sequence[Measured]) -> str:
    """One row of the table; a row without runs says why, or that it has not been run."""
    papers = [row.error, row.reject or "-", _number(row.products_k), _number(row.variables_k)]
    if runs:
        ours = [
            f"**{_mean(runs, lambda run: run.error_percent):.2f}**",
            f"{_mean(runs, lambda run: run.reject_percent):.2f}",
            _number(runs[0].products_k),
            _number(runs[0].variables_k),
        ]
    else:
        ours = [f"not run: {row.why}" if row.run is None else "not run yet", "", "", ""]
    cells = [cell for pair in zip(ours, papers, strict=True) for cell in pair]
    return _line([row.title, *cells, *_effort(runs)])


def ablation_line(row: Row, runs: Sequence[Measured]) -> str:
    """One row of the table of changed LeNet-5s."""
    if not runs:
        return _line([row.title, "not run yet", *[""] * 7])

    def share(kind: str) -> str:
        """By the difference of the two best, then by the best alone."""
        measures: tuple[Callable[[Rejected], float], ...] = (lambda r: r.by_difference, lambda r: r.by_best)
        return " / ".join(f"{fmean(measure(run.rejected[kind]) for run in runs):.1f}" for measure in measures)

    cells = [f"**{_mean(runs, lambda run: run.error_percent):.2f}**"]
    cells += [share(kind) for kind in ("test digits", "half digits", "letters")]
    return _line([row.title, *cells, f"{runs[0].products_k:.1f}", f"{runs[0].variables_k:.2f}", *_effort(runs)])


def charts(by_row: Runs) -> dict[str, str]:
    """The charts as SVG, by what is added to the page's name: errors, rejects, products and variables."""
    shown = [(row, by_row[row.name]) for row in ROWS if by_row[row.name]]
    colours = "here (blue) and in 1998 (grey)"

    def drawn(title: str, ours: Callable[[Measured], float], papers: Callable[[Row], float | None], log: bool) -> str:
        rows = [Bars(row.title, _mean(runs, ours), papers(row)) for row, runs in shown]
        return chart(f"{title}: {colours}", rows, log)

    return {
        "": drawn("Test error, %", lambda run: run.error_percent, lambda row: float(row.error), False),
        "-reject": drawn(
            "Rejected for 0.5 % error, %",
            lambda run: run.reject_percent,
            lambda row: float(row.reject) if row.reject else None,
            True,
        ),
        "-products": drawn(
            "Multiply-accumulates for a digit, thousands", lambda run: run.products_k, lambda row: row.products_k, True
        ),
        "-variables": drawn("Numbers kept, thousands", lambda run: run.variables_k, lambda row: row.variables_k, True),
    }


def _effort(runs: Sequence[Measured]) -> list[str]:
    """Number of seeds, their errors where there are several, and CPU seconds of one."""
    if not runs:
        return ["", ""]
    errors = ", ".join(f"{run.error_percent:.2f}" for run in runs)
    return [f"{len(runs)} ({errors})" if len(runs) > 1 else "1", f"{_mean(runs, lambda run: run.cpu_s):.0f}"]


def _mean(runs: Sequence[Measured], figure: Callable[[Measured], float]) -> float:
    return fmean(figure(run) for run in runs)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:g}"
