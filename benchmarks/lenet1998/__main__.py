"""The comparison of the 1998 paper, run again row by row: `python -m benchmarks.lenet1998 --only linear`.

Each row's figures are kept as a results file; `python -m benchmarks.figures.pages` fills the page and its charts from
them.
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import torch

from benchmarks.figures.command import run_command
from benchmarks.figures.files import RESULTS
from benchmarks.lenet1998.data import PaperData
from benchmarks.lenet1998.rows import ABLATIONS, ROWS, Row
from benchmarks.lenet1998.scores import keep, measure
from device_runtime.errors import PosteyeError

_ALL = {row.name: row for row in (*ROWS, *ABLATIONS)}


def run_row(row: Row, data: PaperData, seed: int, work: Path, results: Path) -> str:
    """Run one row, keep its figures in the results folder, and say them in a line."""
    if row.run is None:
        raise PosteyeError(f"the row {row.name} cannot be run: {row.why}")
    begun_s = time.process_time()
    answers = row.run(data, seed, work)
    measured = measure(row.name, seed, answers, data.test_labels, time.process_time() - begun_s)
    keep(measured, results, data.hash)
    return (
        f"{row.title}: error {measured.error_percent:.2f} % (paper {row.error}), "
        f"reject {measured.reject_percent:.2f} % for 0.5 % error, {measured.cpu_s:.0f} s CPU, seed {seed}"
    )


@click.command()
@click.option(
    "--only", multiple=True, type=click.Choice([n for n, row in _ALL.items() if row.run]), help="Rows to run."
)
@click.option("--seed", default=1, show_default=True, help="Of starting weights, order and distortions.")
@click.option(
    "--results", type=click.Path(file_okay=False, path_type=Path), default=RESULTS / "paper", help="Folder of figures."
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs/paper"),
    show_default=True,
    help="Folder of checkpoints; a row that was stopped goes on from there.",
)
def paper_table(only: tuple[str, ...], seed: int, results: Path, work: Path) -> None:
    """Run rows of the paper's comparison on MNIST, one core each, and keep their figures.

    Without --only it lists the rows and how long each takes.
    """
    torch.set_num_threads(1)
    if not only:
        for row in _ALL.values():
            click.echo(f"{row.name:<22} {f'about {row.minutes:g} min' if row.run else row.why:<36} {row.title}")
        return
    data = PaperData()
    for name in only:
        click.echo(run_row(_ALL[name], data, seed, work, results))


if __name__ == "__main__":
    run_command(paper_table)
