"""Fuzzes the core in C: `python -m tests.fuzz`, or `make fuzz`.

Each function of the core has a target in tests/fuzz/c. libFuzzer gives it bytes, begins with those of tests/fuzz/corpus
and goes on from what reaches new code; sanitizers and the target itself tell what is wrong.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from tests.fuzz.campaign import Outcome, Run, keep
from tests.fuzz.targets import TARGETS, build_fuzzers

FOLDER = Path("build/fuzz")
RUNS = FOLDER / "runs"


@click.command()
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(1), help="How long, all at a time.")
@click.option("--target", "chosen", multiple=True, type=click.Choice(TARGETS), help="One target; may be repeated.")
@click.option("--keep", "kept", is_flag=True, help="Put what was found to the corpus.")
def main(seconds: int, chosen: tuple[str, ...], kept: bool) -> None:
    """Fuzz the core; exit code 1 when an input ends it."""
    if not shutil.which("clang"):
        sys.exit("tests.fuzz: there is no clang: sudo apt-get install clang libclang-rt-dev")
    programs = build_fuzzers(["clang"], FOLDER.absolute())
    runs = [Run(programs[target], seconds, RUNS.absolute()) for target in chosen or TARGETS]
    outcomes = [run.outcome() for run in runs]
    click.echo(f"{'target':12}{'executions':>12}{'edges':>8}{'inputs':>8}{'faults':>8}")
    for of in outcomes:
        click.echo(f"{of.target:12}{of.executions:12}{of.edges:8}{of.inputs:8}{len(of.faults):8}")
    for of in outcomes:
        _tell_faults(of)
    if any(of.faults or of.trouble for of in outcomes):
        sys.exit(1)
    for of in outcomes if kept else ():
        packed, count = keep(programs[of.target], RUNS.absolute())
        click.echo(f"{packed}: {count} inputs, {packed.stat().st_size} bytes")


def _tell_faults(of: Outcome) -> None:
    for path in of.faults:
        click.echo(f"\n{of.target} is ended by {path}\nto see it again: {FOLDER / of.target} {path}")
    if of.trouble:
        click.echo(f"\n{of.target} ended by itself:\n{of.trouble}")


if __name__ == "__main__":
    main()
