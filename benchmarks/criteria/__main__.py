"""Trains one net under each criterion of global training and compares what it reads: `python -m benchmarks.criteria`.

Everything but the criterion is the same: first weights, strips, their order and disturbance, dropout, rates. The free
graph has one path for every sequence of classes, so its forward score is the sum of those of the columns, each by
itself: discriminative forward training of raw penalties is that of normalised ones.
Source: LeCun et al. 1998, section VI; Graves et al., "Connectionist temporal classification", 2006.
"""

from __future__ import annotations

from pathlib import Path

import click
import torch

from benchmarks.criteria.compare import Plan, criteria_table, measure, readable
from benchmarks.criteria.rows import ROWS
from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from train.runs.trainer import load_float

_SEED = 1998


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--shards", required=True, type=click.Path(path_type=Path, exists=True), help="Folder of shards.")
@click.option("--count", default=8, show_default=True, type=click.IntRange(min=1), help="Shards to train on.")
@click.option("--epochs", default=4, show_default=True, type=click.IntRange(min=1), help="Over them, from scratch.")
@click.option("--held-out", required=True, type=click.Path(path_type=Path, exists=True), help="A shard to read.")
@click.option("--amounts", type=click.Path(path_type=Path), help="Folder of labelled amounts to read too.")
@click.option("--printed", type=click.Path(path_type=Path), help="Folder of labelled Malaysian address lines.")
@click.option("--start", type=click.Path(path_type=Path), help="Training folder whose float net is tuned, too.")
@click.option("--only", multiple=True, type=click.Choice(list(ROWS)), help="Rows to do; default: all.")
@results_option
def criteria(
    folder: Path,
    shards: Path,
    count: int,
    epochs: int,
    held_out: Path,
    amounts: Path | None,
    printed: Path | None,
    start: Path | None,
    only: tuple[str, ...],
    results: Path | None,
) -> None:
    """Train with each criterion, keep nets and figures in FOLDER, and print a table; finished rows are reused."""
    torch.set_num_threads(1)
    net = load_float(start) if start else None
    names = [name for name, row in ROWS.items() if (name in only if only else start or row.kind == "scratch")]
    sets = readable(held_out, amounts, printed)
    found = criteria_table(
        {name: measure(name, folder, Plan(count, epochs, _SEED), shards, sets, net) for name in names}
    )
    click.echo(found.markdown())
    if results:
        data = {path.name: path for path in (held_out, amounts, printed) if path}
        keep("criteria", results, {"criteria": found}, data=data, seed=_SEED, bundle=None)


if __name__ == "__main__":
    run_command(criteria)
