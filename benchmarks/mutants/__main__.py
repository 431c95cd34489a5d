"""Mutation test of what decides whether a code is believed: `python -m benchmarks.mutants [MODULE]`, or `make mutants`.

mutmut changes one thing at a time in the modules that pyproject.toml names and runs the tests that reach it. A mutant
that no test notices is a hole in the tests, or it is explained in benchmarks/mutants/explained.toml. The scores go to
benchmarks/results/mutants.json, a record (docs/figures.md), from which docs/testing.md is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmarks.figures.command import run_command
from benchmarks.mutants.page import EXPLAINED
from benchmarks.mutants.scores import COPY, explanations, modules, run, score, write


@click.command()
@click.argument("module", required=False)
@click.option("--when", type=click.Choice(["before", "after"]), default="after", help="which column of the table")
@click.option("--keep", is_flag=True, help="score what mutmut found last, without a new run")
@click.option("--copy", type=click.Path(path_type=Path), default=COPY, help="mutmut's folder, of another check-out")
def main(module: str | None, when: str, keep: bool, copy: Path) -> None:
    """Mutate all modules, or MODULE alone; exit code 1 when a survivor is not explained."""
    chosen = [module] if module else modules()
    groups = explanations(EXPLAINED)
    if not keep:
        run(chosen, copy)
    found = [score(name, when, groups, copy) for name in chosen]
    write([row for row, _ in found], groups)
    for row, new in found:
        click.echo(
            f"{row.module}: {row.tried} of {row.mutants} mutants tried, {row.killed} killed, "
            f"{row.timeout} ended by time, {row.survived} survived, of which {row.explained} are explained"
        )
        for mutant in new:
            click.echo(f"    {mutant}")
    if when == "after" and any(new for _, new in found):
        sys.exit(1)


if __name__ == "__main__":
    run_command(main)
