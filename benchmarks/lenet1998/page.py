"""Tables and charts of the paper's comparison, from the runs that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import fmean

from matplotlib.figure import Figure

from benchmarks.figures.charts import BLUE, GRAY, Bars, grouped_bars
from benchmarks.figures.files import Results
from benchmarks.figures.tables import Table
from benchmarks.lenet1998.rows import ABLATIONS, ROWS, Row
from benchmarks.lenet1998.scores import Measured, Rejected, runs_of
from device_runtime.errors import PosteyeError

Runs = Mapping[str, Sequence[Measured]]  # of each row, by its name
Files = Mapping[str, Results]

_OURS_AND_PAPERS = ("error %", "reject % for 0.5 % error", "products k", "variables k")
_EFFORT = ("seeds", "CPU s")
_HEADS = ("row", *(head for ours in _OURS_AND_PAPERS for head in (ours, "paper")), *_EFFORT)
_REJECTED = ("test digits", "half digits", "letters")
_ABLATION_HEADS = (
    "LeNet-5 with",
    "error %",
    *(f"{kind} rejected %" for kind in _REJECTED),
    "products k",
    "variables k",
    *_EFFORT,
)


def by_row(files: Files) -> Runs:
    """The kept runs of each row.

    Raises:
        PosteyeError: A run belongs to no row.
    """
    found: dict[str, list[Measured]] = {row.name: [] for row in (*ROWS, *ABLATIONS)}
    for run in runs_of(files):
        if run.row not in found:
            raise PosteyeError(f"there is no row {run.row}; delete its file among the results")
        found[run.row].append(run)
    return found


def rows_markdown(files: Files) -> str:
    """The table of all rows, and below it what there is to say of some."""
    runs = by_row(files)
    notes = [f"* {row.title}: {run.details}." for row in ROWS for run in runs[row.name][:1] if run.details]
    return "\n".join([Table(_HEADS, [row_line(row, runs[row.name]) for row in ROWS]).markdown(), "", *notes])


def ablations_markdown(files: Files) -> str:
    """The table of changed LeNet-5s."""
    runs = by_row(files)
    return Table(_ABLATION_HEADS, [ablation_line(row, runs[row.name]) for row in ABLATIONS]).markdown()


def origin(files: Files) -> str:
    """One line on where the rows come from: each is a record of its own."""
    kept = [results for name, results in files.items() if name.startswith("paper/")]
    dates = [results.date for results in kept]
    commits = sorted({results.commit[:8] for results in kept})
    return (
        f"*Records: {len(kept)} runs until {max(dates)} at the commits {', '.join(commits)}.\nWhich row at which, by "
        "which command and on which data stands in its file in `benchmarks/results/paper`. Not repeated with\nevery "
        "change: they are trainings, and none depends on the reader.*"
    )


def row_line(row: Row, runs: Sequence[Measured]) -> list[str]:
    """One line of the table; a row without runs says why, or that it has not been run."""
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
    return [row.title, *cells, *_effort(runs)]


def ablation_line(row: Row, runs: Sequence[Measured]) -> list[str]:
    """One line of the table of changed LeNet-5s."""
    if not runs:
        return [row.title, "not run yet", *[""] * (len(_ABLATION_HEADS) - 2)]

    def share(kind: str) -> str:
        """By the difference of the two best, then by the best alone."""
        measures: tuple[Callable[[Rejected], float], ...] = (lambda r: r.by_difference, lambda r: r.by_best)
        return " / ".join(f"{fmean(measure(run.rejected[kind]) for run in runs):.1f}" for measure in measures)

    cells = [f"**{_mean(runs, lambda run: run.error_percent):.2f}**", *map(share, _REJECTED)]
    return [row.title, *cells, f"{runs[0].products_k:.1f}", f"{runs[0].variables_k:.2f}", *_effort(runs)]


def comparison(
    label: str,
    ours: Callable[[Measured], float],
    papers: Callable[[Row], float | None],
    log: bool,
    files: Files,
) -> Figure:
    """A chart of one figure of every row that was run, beside the paper's.

    Args:
        label: What the figure is, with its unit.
        ours: The figure of a run; a row shows the mean of its runs.
        papers: The paper's figure of a row; None where it gives none.
        log: Draw a logarithmic scale.
        files: The results files by name.
    """
    runs = by_row(files)
    rows = [row for row in ROWS if runs[row.name]]
    bars = (
        Bars("measured here", BLUE, [_mean(runs[row.name], ours) for row in rows]),
        Bars("in the paper, 1998", GRAY, [papers(row) for row in rows]),
    )
    return grouped_bars([row.title for row in rows], bars, label, log)


def _effort(runs: Sequence[Measured]) -> list[str]:
    """Number of seeds, their errors where there are several, and CPU seconds of one."""
    if not runs:
        return ["", ""]
    errors = ", ".join(f"{run.error_percent:.2f}" for run in runs)
    return [f"{len(runs)} ({errors})" if len(runs) > 1 else "1", f"{_mean(runs, lambda run: run.cpu_s):.0f}"]


def _mean(runs: Sequence[Measured], figure: Callable[[Measured], float]) -> float:
    return fmean(figure(run) for run in runs)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:g}"


# The charts, drawn from the files, by what is added to the page's name.
CHARTS: Mapping[str, Callable[[Files], Figure]] = {
    "": partial(comparison, "test error, %", lambda run: run.error_percent, lambda row: float(row.error), False),
    "-reject": partial(
        comparison,
        "test digits rejected for 0.5 % error, %",
        lambda run: run.reject_percent,
        lambda row: float(row.reject) if row.reject else None,
        True,
    ),
    "-products": partial(
        comparison,
        "multiply-accumulates for a digit, thousands",
        lambda run: run.products_k,
        lambda row: row.products_k,
        True,
    ),
    "-variables": partial(
        comparison, "numbers kept, thousands", lambda run: run.variables_k, lambda row: row.variables_k, True
    ),
}
