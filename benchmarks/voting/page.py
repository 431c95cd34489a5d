"""What docs/voting.md shows of votes and of readings that have to end early."""

from __future__ import annotations

import msgspec

from benchmarks.figures.blocks import Files
from benchmarks.figures.tables import Table
from benchmarks.pieces.page import interval, percent
from benchmarks.pieces.rendered import ALIKE, BARE, SENDER
from benchmarks.voting.figures import Measured, Row
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import Share

FIGURE = "voting"
_WITHOUT = {BARE: "no code", ALIKE: "a number as long as one", SENDER: "the sender's alone"}


def of_files(files: Files) -> Measured:
    """The figures of the results file.

    Raises:
        PosteyeError: It is missing, or holds something else.
    """
    try:
        return msgspec.convert(files[FIGURE].values, Measured)
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(f"{FIGURE}.json holds no votes ({error}); python -m benchmarks.voting measures") from None


def frames_table(kept: Measured) -> Table:
    """A row for each number of frames, and one for as many as it takes."""
    rows = [(f"{frames}", row, f"{kept.cpu_ratios[frames]:.2f}") for frames, row in kept.frames.items()]
    most = list(kept.frames)[-1]
    rows.append((f"until one is accepted, {most} at most", kept.until_accepted, "-"))
    heads = ("frames", "exact, %", "accepted, %", "wrong of them", "95 % interval, %", "CPU time")
    return Table(heads, [[frames, *_cells(row), cpu] for frames, row, cpu in rows])


def without_table(kept: Measured) -> Table:
    """The share of the pieces without a code on which one is accepted."""
    rows = [*kept.frames.items(), ("until one is accepted", kept.until_accepted)]
    kinds = list(kept.until_accepted.without)
    lines = [[frames, *(_accepted(row.without[kind]) for kind in kinds)] for frames, row in rows]
    return Table(("frames", *(_WITHOUT[kind] for kind in kinds)), lines)


def budgets_table(kept: Measured) -> Table:
    """One frame within shares of the median cost."""
    lines = [
        [
            f"{100 * one.share:.0f} %",
            *(percent(share) for share in (one.cut, one.exact, one.accepted)),
            f"{one.wrong.count} of {one.wrong.of}",
        ]
        for one in kept.budgets
    ]
    return Table(("time", "cut, %", "exact, %", "accepted, %", "wrong of them"), lines)


def frames_markdown(files: Files) -> str:
    """The table of frames."""
    return frames_table(of_files(files)).markdown()


def without_markdown(files: Files) -> str:
    """The table of pieces without a code."""
    return without_table(of_files(files)).markdown()


def budgets_markdown(files: Files) -> str:
    """The table of budgets."""
    return budgets_table(of_files(files)).markdown()


def summary_text(kept: Measured) -> str:
    """All tables for a terminal."""
    tables = (frames_table(kept), without_table(kept), budgets_table(kept))
    return "\n\n".join(table.markdown() for table in tables) + f"\n\nframes until accepted: {kept.looked_at}"


def _cells(row: Row) -> list[str]:
    exact, accepted = (f"{percent(share)} ({interval(share)})" for share in (row.exact, row.accepted))
    return [exact, accepted, f"{row.wrong.count} of {row.wrong.of}", interval(row.wrong)]


def _accepted(share: Share) -> str:
    return f"{share.count} of {share.of} ({interval(share)} %)"
