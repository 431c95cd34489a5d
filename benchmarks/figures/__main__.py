"""Measures the published figures again: `python -m benchmarks.figures --all --data FOLDER`.

Runs the commands of figure_list.py, each into its file in benchmarks/results, skips those whose code and bundle are the
ones that were measured, and fills the pages. What is timed runs alone, the rest two at a time.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import click

from benchmarks.figures import provenance
from benchmarks.figures.files import RESULTS, complaint, load
from benchmarks.figures.list import FIGURES, Figure
from benchmarks.figures.pages import fill
from benchmarks.figures.provenance import ROOT
from device_runtime.errors import PosteyeError

_AT_A_TIME = 2
UP_TO_DATE, RECORD = "up to date", "a record"


def state(figure: Figure) -> str:
    """UP_TO_DATE, RECORD, or why the figure must be measured."""
    path = RESULTS / f"{figure.name}.json"
    if not path.exists():
        return "not measured yet"
    results = load(path)
    return RECORD if results.state == "record" else complaint(figure.name, results) or UP_TO_DATE


def words(figure: Figure, data: Path) -> list[str]:
    """The command of a figure as a program is called, its results file at the end."""
    parts = [part.replace("{data}", str(data)) for part in shlex.split(figure.command)]
    results = (RESULTS / f"{figure.name}.json").relative_to(ROOT)
    return [sys.executable, "-m", *parts, "--results", str(results)]


def measure(chosen: Sequence[Figure], data: Path) -> list[str]:
    """Measure figures, two at a time but the timed ones alone; gives the names of those that failed.

    A figure has failed when its file is not up to date afterwards, or when its code changed meanwhile.
    """
    beside = [figure for figure in chosen if not figure.timed]
    alone = [figure for figure in chosen if figure.timed]
    minutes = sum(figure.minutes for figure in beside) / _AT_A_TIME + sum(figure.minutes for figure in alone)
    click.echo(f"{len(chosen)} figures, about {minutes:.0f} min")
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        runs: dict[str, Future[bool]] = {}
        for figure in beside:
            runs[figure.name] = pool.submit(_measure, figure, data, runs.get(figure.needs))
    found = {name: run.result() for name, run in runs.items()}
    found |= {figure.name: _measure(figure, data, None) for figure in alone}
    return [name for name, fine in found.items() if not fine]


def _measure(figure: Figure, data: Path, first: Future[bool] | None) -> bool:
    if first:
        first.result()
    click.echo(f"{figure.name}: about {figure.minutes:g} min")
    before = provenance.code_hash(figure.code)
    subprocess.run(words(figure, data), cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False)
    # What counts is the file: a benchmark may end with 1 because a goal is missed.
    return state(figure) == UP_TO_DATE and provenance.code_hash(figure.code) == before


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="All that are not up to date; records only by name.")
@click.option("--again", is_flag=True, help="Those that are up to date, too.")
@click.option("--data", type=click.Path(path_type=Path, resolve_path=True), help="Folder of the data for measuring.")
def main(names: Sequence[str], every: bool, again: bool, data: Path | None) -> None:
    """Measure figures again and fill the pages; without names and --all, list them.

    \b
    Examples:
      python -m benchmarks.figures
      python -m benchmarks.figures accuracy --data data
      python -m benchmarks.figures --all --data data
    """
    try:
        states = {name: state(figure) for name, figure in FIGURES.items() if figure.command}
        unknown = sorted(set(names) - states.keys())
        if unknown:
            raise PosteyeError(f"there is no figure {unknown[0]}; there are {', '.join(states)}")
        if not names and not every:
            for name, said in states.items():
                click.echo(f"{name:<16}{FIGURES[name].minutes:>5g} min  {said}")
            return
        if data is None:
            raise PosteyeError("give the folder that holds the data for measuring: --data FOLDER")
        wanted = names or [name for name, said in states.items() if said != RECORD]
        chosen = [FIGURES[name] for name in states if name in wanted and (again or states[name] != UP_TO_DATE)]
        failed = measure(chosen, data)
        for page in fill():
            click.echo(f"{page.relative_to(ROOT)}: filled")
    except PosteyeError as error:
        click.echo(f"posteye: {error}", err=True)
        raise SystemExit(2) from None
    if failed:
        click.echo(f"posteye: not measured: {', '.join(failed)}; what went wrong stands above", err=True)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
