"""A belt before a station: `python -m benchmarks.belt`.

    python -m benchmarks.belt --minutes 10 --fifo 10 --results benchmarks/results/belt.json

Everything, the emulated controller and the playing of the recording too, runs on one core.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from benchmarks.belt.page import FIGURE, Measured, Stalls, belt_table, limit_of, ramp_table
from benchmarks.belt.run import ride
from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine as machine_here

SEED = 11
RATE, FPS = 10.0, 30.0
FIELD_RATES = (10.0, 40.0, 80.0, 160.0, 240.0, 320.0)
PIECE_RATES = (5.0, 10.0, 15.0, 20.0, 30.0)
FASTEST_FPS = 480.0  # of the ramps: a piece waits for the reader, not for a frame


@click.command()
@click.option("--minutes", type=click.FloatRange(0.05), default=1.0, show_default=True, help="Of the long run.")
@click.option("--seconds", type=click.FloatRange(1), default=5.0, show_default=True, help="Of each faster belt.")
@click.option("--core", type=click.IntRange(0), default=0, show_default=True, help="That everything runs on.")
@click.option(
    "--fifo", type=click.IntRange(0, 80), default=0, show_default=True, help="Realtime priority; 0: none. Needs root."
)
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Of the gaps.")
@click.option("--work", type=click.Path(path_type=Path), default=Path("runs/belt"), show_default=True)
@results_option
def belt(minutes: float, seconds: float, core: int, fifo: int, seed: int, work: Path, results: Path | None) -> None:
    """Let pieces pass a station at random gaps, ten a second for long, then faster and faster.

    \b
    Example:
      python -m benchmarks.belt --minutes 1
    """
    busy = machine_here()
    os.sched_setaffinity(0, {core})
    if fifo:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(fifo))
    with _witness(core) as stood_still:
        long_run = ride(work, RATE, FPS, 60 * minutes, seed)
    click.echo(belt_table(long_run).markdown())
    fields = [ride(work, rate, FASTEST_FPS, seconds, seed) for rate in FIELD_RATES]
    click.echo(ramp_table(fields).markdown())
    click.echo(f"fields: the first that is not read for time at {limit_of(fields)} a second")
    pieces = [ride(work, rate, FASTEST_FPS / 8, seconds, seed, whole=True) for rate in PIECE_RATES]
    click.echo(ramp_table(pieces).markdown())
    click.echo(f"whole pieces: the first that is not read for time at {limit_of(pieces)} a second")
    found = Measured(
        fifo,
        core,
        Stalls(**stood_still),
        long_run,
        fields,
        pieces,
        {"fields": limit_of(fields), "pieces": limit_of(pieces)},
    )
    if results:
        keep(FIGURE, results, msgspec.to_builtins(found), seed=seed, machine=busy)
    if long_run.in_time < long_run.pieces or long_run.doubled or long_run.lost or long_run.stale or long_run.mixed_up:
        click.echo("pieces were late, lost, doubled or mixed up", err=True)
        sys.exit(1)


@contextmanager
def _witness(core: int) -> Iterator[dict[str, Any]]:
    """Watch whether the core stands still meanwhile; what was seen is there at the end."""
    seen: dict[str, Any] = {}
    program = [sys.executable, str(Path(__file__).with_name("witness.py")), str(core)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as witness:
        try:
            yield seen
        finally:
            seen |= json.loads(witness.communicate("\n")[0])
            click.echo(
                f"the core stood still for {seen['longest_ms']} ms at most, {seen['over_10_ms']} times over 10 ms"
            )


if __name__ == "__main__":
    run_command(belt)
