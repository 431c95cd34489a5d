"""Measures the published figures again: `python -m benchmarks.figures --all --data FOLDER`.

Runs the commands of benchmarks/figures/list.py, each into its file in benchmarks/results, skips those whose code and
bundle are the ones that were measured, and fills the pages. What is timed runs alone, the rest two at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.figures.command import run_command
from benchmarks.figures.measure import RECORD, UP_TO_DATE, Place
from benchmarks.figures.pages import fill
from device_runtime.errors import PosteyeError


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="All that are not up to date; records only by name.")
@click.option("--again", is_flag=True, help="Those that are up to date, too.")
@click.option("--data", type=click.Path(path_type=Path, resolve_path=True), help="Folder of the data for measuring.")
@click.pass_obj
def main(place: Place | None, names: Sequence[str], every: bool, again: bool, data: Path | None) -> None:
    """Measure figures again and fill the pages; without names and --all, list them.

    \b
    Examples:
      python -m benchmarks.figures
      python -m benchmarks.figures accuracy --data data
      python -m benchmarks.figures --all --data data
    """
    place = place or Place()
    states = {name: place.state(figure) for name, figure in place.figures.items()}
    unknown = sorted(set(names) - states.keys())
    if unknown:
        raise PosteyeError(f"there is no figure {unknown[0]}; there are {', '.join(states)}")
    if not names and not every:
        for name, state in states.items():
            click.echo(f"{name:<16}{place.figures[name].minutes:>5g} min  {state}")
        return
    if data is None:
        raise PosteyeError("give the folder that holds the data for measuring: --data FOLDER")
    wanted = names or [name for name, state in states.items() if state != RECORD]
    chosen = [place.figures[name] for name in states if name in wanted and (again or states[name] != UP_TO_DATE)]
    failed = place.measure(chosen, data)
    for page in fill(place.root, place.results):
        click.echo(f"{page.relative_to(place.root)}: filled")
    if failed:
        click.echo(f"posteye: not measured: {', '.join(failed)}; their last lines say why", err=True)
        raise SystemExit(1)


if __name__ == "__main__":
    run_command(main)
