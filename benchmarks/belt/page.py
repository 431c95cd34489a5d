"""What docs/station.md shows of the belt."""

from __future__ import annotations

import msgspec
from matplotlib.figure import Figure

from benchmarks.belt.run import MEMORY_S, Run
from benchmarks.figures.blocks import Files
from benchmarks.figures.charts import BLUE, plain
from benchmarks.figures.tables import Table
from device_runtime.errors import PosteyeError

FIGURE = "belt"


class Stalls(msgspec.Struct, frozen=True):
    """What a process that goes before all others saw of the core during the long run.

    Attributes:
        longest_ms: for which it stood still.
        over_10_ms: how often it did for more than 10 ms.
    """

    longest_ms: float
    over_10_ms: int


class Measured(msgspec.Struct, frozen=True):
    """The values of the results file.

    Attributes:
        fifo: realtime priority of the process; 0: none.
        core: that all of it ran on.
        stalls: of that core.
        belt: the long run, of fields.
        fields: faster and faster belts of fields.
        pieces: the same of whole pieces.
        limits: of both, the pieces a second at which the first is not read for time.
    """

    fifo: int
    core: int
    stalls: Stalls
    belt: Run
    fields: list[Run]
    pieces: list[Run]
    limits: dict[str, str]


def of_files(files: Files) -> Measured:
    """The figures of the results file.

    Raises:
        PosteyeError: It is missing, or holds something else.
    """
    try:
        return msgspec.convert(files[FIGURE].values, Measured)
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(f"{FIGURE}.json holds no belt ({error}); python -m benchmarks.belt measures") from None


def belt_table(belt: Run) -> Table:
    """The long run."""
    rows = [
        ("pieces", f"{belt.pieces:,}"),
        ("answered", f"{belt.answered:,}"),
        ("before the deadline", f"{belt.in_time:,}"),
        ("doubled", f"{belt.doubled:,}"),
        ("lost", f"{belt.lost:,}"),
        ("answered by a frame from before the trigger", f"{belt.stale:,}"),
        ("accepted with another code than that of its frame", f"{belt.mixed_up:,}"),
        ("answered with another code, not accepted, as time was short", f"{belt.cut:,}"),
        *((status, f"{count:,}") for status, count in belt.statuses.items()),
        ("trigger to answer, p50 / p95 / p99 / most, ms", _times(belt)),
        ("of it until the first frame, p50, ms", f"{belt.wait_ms:.1f}"),
        (
            "resident memory after a minute, and at the end, MB",
            f"{_after_a_minute(belt):.0f}, {belt.memory_mb[-1]:.0f}",
        ),
    ]
    return Table(("", ""), [list(row) for row in rows])


def ramp_table(runs: list[Run]) -> Table:
    """Faster and faster belts."""
    heads = (
        "pieces a second",
        "pieces",
        "before the deadline",
        "read",
        "no time",
        "no frame",
        "p50 / p95 / p99 / most, ms",
    )
    return Table(
        heads,
        [
            [
                f"{run.rate:g}",
                f"{run.pieces:,}",
                f"{run.in_time:,}",
                f"{run.answered - run.statuses.get('no_read', 0):,}",
                f"{run.out_of_time:,}",
                f"{run.statuses.get('no_read', 0) - run.out_of_time:,}",
                _times(run),
            ]
            for run in runs
        ],
    )


def limit_of(runs: list[Run]) -> str:
    """Where the limit lies, in words."""
    fast = [run.rate for run in runs if run.out_of_time]
    return f"{min(fast):g}" if fast else f"more than {runs[-1].rate:g}"


def belt_markdown(files: Files) -> str:
    """The long run as a table."""
    return belt_table(of_files(files).belt).markdown()


def fields_markdown(files: Files) -> str:
    """The ramp of fields."""
    return ramp_table(of_files(files).fields).markdown()


def pieces_markdown(files: Files) -> str:
    """The ramp of whole pieces."""
    return ramp_table(of_files(files).pieces).markdown()


def memory_chart(files: Files) -> Figure:
    """Resident memory over the long run."""
    belt = of_files(files).belt
    figure = Figure(figsize=(8.4, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([at * MEMORY_S / 60 for at in range(len(belt.memory_mb))], belt.memory_mb, color=BLUE, lw=1.5)
    axes.set(xlabel="minutes", ylabel="resident memory, MB", ylim=(0, 1.2 * max(belt.memory_mb)))
    plain(axes, "y")
    return figure


def _times(run: Run) -> str:
    return f"{run.p50_ms:.1f} / {run.p95_ms:.1f} / {run.p99_ms:.1f} / {run.most_ms:.1f}"


def _after_a_minute(run: Run) -> float:
    return run.memory_mb[min(round(60 / MEMORY_S), len(run.memory_mb) - 1)]
