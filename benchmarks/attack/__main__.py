"""The command: `python -m benchmarks.attack --results benchmarks/results/attack.json`; minutes on two cores."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
from tqdm import tqdm

from benchmarks.attack import child, run
from benchmarks.attack.counts import Counts
from benchmarks.attack.results import FIELDS, Attacked, values
from benchmarks.attack.targets import NAMES, load, module_of
from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import fonts_found, fonts_hash


@click.command()
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="This target alone; may be given again.")
@click.option("--share", default=1.0, show_default=True, type=click.FloatRange(min=0, min_open=True), help="Of cases.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(min=1), help="Processes at a time.")
@results_option
@click.option("--replay", metavar="TARGET:NUMBER", help="Play this one case here and print what it came to.")
def attack(only: tuple[str, ...], share: float, seed: int, jobs: int, results: Path | None, replay: str | None) -> None:
    """Attack each target with hostile input; exit with 1 when there was a wrong answer, crash, hang or flood."""
    if replay is not None:
        name, _, number = replay.partition(":")
        if name not in NAMES or not number.isdecimal():
            raise click.BadParameter(
                f"{replay} is no TARGET:NUMBER with one of {', '.join(NAMES)}", param_hint="replay"
            )
        click.echo(child.replay(module_of(name), seed, int(number)))
        return
    found = []
    for name in [name for name in NAMES if name in only or not only]:
        target = load(module_of(name))
        cases = max(1, round(target.cases * share))
        started_s = time.monotonic()
        with tqdm(total=cases, desc=name, dynamic_ncols=True, leave=False, disable=None) as bar:
            result = run.attack(module_of(name), cases, seed, jobs, progress=bar.update)
        found.append(Attacked(target, result))
        click.echo(f"{name}: {_words(result.total)}, {time.monotonic() - started_s:.0f} s")
        for finding in result.findings:
            click.echo(f"  --seed {seed} --replay {name}:{finding.number}  {finding.what}")
    if results is not None:
        figures = {"share": share, **values(found)}
        data = {}
        if FIELDS in figures:
            figures[FIELDS]["fonts"] = fonts_found()
            data = {"fonts": fonts_hash()}
        keep("attack", results, figures, data=data, seed=seed)
    if any(one.result.total.faults for one in found):
        sys.exit(1)


def _words(counts: Counts) -> str:
    words = f"{counts.tried:,} tried, {counts.answered:,} answered, {counts.refused:,} refused, {counts.wrong} wrong"
    return (
        f"{words}, {counts.tracebacks} tracebacks, {counts.crashes} crashes, {counts.hangs} hangs, "
        f"{counts.over_memory} over memory"
    )


if __name__ == "__main__":
    run_command(attack)
