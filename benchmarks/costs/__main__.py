"""What the program costs in time and memory, as far as its pages tell: `python -m benchmarks.costs FOLDER`.

Files are written below FOLDER, which should lie on the disk that is to be measured.
"""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks.costs.measure import PUBLISHED, Effort, measure
from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine
from benchmarks.figures.tables import Table


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@results_option
@click.pass_obj
def costs(effort: Effort | None, folder: Path, results: Path | None) -> None:
    """Measure what decoding, preparing, threads and writing cost on this machine, which should do nothing else."""
    before = machine()
    values = measure(folder, effort or PUBLISHED)
    for part, found in values.items():
        click.echo(part)
        table = found if isinstance(found, Table) else found.get("table")
        if table:
            click.echo(table.markdown())
        for name, value in found.items() if isinstance(found, dict) else ():
            if isinstance(value, float):
                click.echo(f"  {name:<20} {value:.3f}")
    if results:
        keep("costs", results, values, seed=1, machine=before)


if __name__ == "__main__":
    run_command(costs)
