"""A belt before a station: `python -m benchmarks.belt`.

    python -m benchmarks.belt --minutes 10 --nice -15 --results benchmarks/results/belt.json

Everything, the emulated controller and the playing of the recording too, runs on one core.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import msgspec

from benchmarks.belt.page import FIGURE, Measured, belt_table, limit_of, ramp_table
from benchmarks.belt.run import ride
from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine as machine_here

SEED = 11
RATE, FPS = 10.0, 30.0
FIELD_RATES = (10.0, 20.0, 40.0, 60.0, 80.0, 120.0, 160.0, 240.0)
PIECE_RATES = (2.0, 5.0, 8.0, 10.0, 12.0, 15.0, 20.0)
FASTEST_FPS = 480.0  # of the ramps: a piece waits for the reader, not for a frame


@click.command()
@click.option("--minutes", type=click.FloatRange(0.05), default=1.0, show_default=True, help="Of the long run.")
@click.option("--seconds", type=click.FloatRange(1), default=10.0, show_default=True, help="Of each faster belt.")
@click.option("--core", type=click.IntRange(0), default=0, show_default=True, help="That everything runs on.")
@click.option("--nice", default=0, show_default=True, help="Added to the priority; below 0 needs root.")
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Of the gaps.")
@click.option("--work", type=click.Path(path_type=Path), default=Path("runs/belt"), show_default=True)
@results_option
def belt(minutes: float, seconds: float, core: int, nice: int, seed: int, work: Path, results: Path | None) -> None:
    """Let pieces pass a station at random gaps, ten a second for long, then faster and faster.

    \b
    Example:
      python -m benchmarks.belt --minutes 1
    """
    busy = machine_here()
    os.sched_setaffinity(0, {core})
    priority = os.nice(nice)
    long_run = ride(work, RATE, FPS, 60 * minutes, seed)
    click.echo(belt_table(long_run).markdown())
    fields = [ride(work, rate, FASTEST_FPS, seconds, seed) for rate in FIELD_RATES]
    click.echo(ramp_table(fields).markdown())
    click.echo(f"fields: the first that is not read for time at {limit_of(fields)} a second")
    pieces = [ride(work, rate, FASTEST_FPS / 8, seconds, seed, whole=True) for rate in PIECE_RATES]
    click.echo(ramp_table(pieces).markdown())
    click.echo(f"whole pieces: the first that is not read for time at {limit_of(pieces)} a second")
    found = Measured(priority, core, long_run, fields, pieces)
    if results:
        keep(FIGURE, results, msgspec.to_builtins(found), seed=seed, machine=busy)
    if long_run.in_time < long_run.pieces or long_run.doubled or long_run.lost or long_run.stale or long_run.mixed_up:
        click.echo("pieces were late, lost, doubled or mixed up", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run_command(belt)
