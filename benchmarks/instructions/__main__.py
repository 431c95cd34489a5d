"""How many instructions a reading takes on a Raspberry Pi's processor: `python -m benchmarks.instructions`.

Instructions are counted exactly, on emulated processors, so that one figure can be compared with another taken on
another machine. `make test-arm` compares them with those of the results file.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import msgspec

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep, load
from benchmarks.instructions.counted import Measurement, of_results
from benchmarks.instructions.gate import COMMITTED, FIGURE, changes, falls, rises
from benchmarks.instructions.measure import RELEASE, measure
from benchmarks.instructions.page import stages
from device_runtime.errors import PosteyeError
from tests.emulated.board import boards
from tests.emulated.roots import MissingTool


@click.command()
@results_option
def instructions(results: Path | None) -> None:
    """Count the instructions of the samples' readings, stage by stage, and compare them with the committed ones."""
    found = count()
    before = of_results(load(COMMITTED)) if COMMITTED.exists() else found
    click.echo(f"millions of instructions; before = {COMMITTED.name}")
    click.echo(stages(before, found).markdown())
    changed = changes(before, found)
    for said in (rises(changed), falls(changed)):
        if said:
            click.echo(said)
    if results:
        keep(FIGURE, results, {"counts": msgspec.to_builtins(found)}, versions=found.versions)


def count() -> Measurement:
    """Build a board and count on it.

    Raises:
        PosteyeError: This machine cannot count, or the board cannot be built.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            return measure(boards(Path(folder))(RELEASE, "arm64"))
    except (MissingTool, RuntimeError) as error:
        raise PosteyeError(str(error)) from None


if __name__ == "__main__":
    run_command(instructions)
