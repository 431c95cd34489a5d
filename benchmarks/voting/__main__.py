"""Votes of one, three and five frames of rendered mail pieces: `python -m benchmarks.voting`.

    python -m benchmarks.voting --writers QMNIST --strokes REAL_STRINGS --results benchmarks/results/voting.json

Answers are added to a file below runs/ as they come, so that a run that was stopped goes on as long as code, bundle,
data and seed are the same.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from pathlib import Path

import click
import msgspec

from benchmarks.figures import provenance
from benchmarks.figures.command import (
    bundle_option,
    mnist_option,
    results_option,
    run_command,
    strokes_option,
    writers_option,
)
from benchmarks.figures.files import keep
from benchmarks.figures.list import FIGURES
from benchmarks.pieces.answers import answers
from benchmarks.pieces.options import count_option, work_option
from benchmarks.pieces.rendered import ALIKE, BARE, CODED, SENDER, Stock, portions
from benchmarks.voting.figures import measured
from benchmarks.voting.page import FIGURE, summary_text
from benchmarks.voting.readings import Voted, read_portion
from train.data.mnist import load_mnist

# Of the pieces; how frames are put together was chosen on those of seed 40.
SEED = 41


@click.command()
@writers_option
@mnist_option
@strokes_option
@count_option("--count", 500, "Pieces with a code.")
@count_option("--without", 60, "Pieces without one, of each of three kinds.")
@click.option("--seed", default=SEED, show_default=True, type=click.IntRange(0), help="Of the pieces.")
@count_option("--processes", 2, "Portions read at a time.")
@bundle_option
@work_option("Folder of the answers.")
@results_option
def voting(
    writers: Path,
    mnist: Path | None,
    strokes: Path,
    count: int,
    without: int,
    seed: int,
    processes: int,
    bundle: Path | None,
    work: Path,
    results: Path | None,
) -> None:
    """Render pieces, read each in one frame and in more, and print what was read, accepted and accepted wrongly."""
    data = {
        "mnist": provenance.mnist_hash(load_mnist(mnist, writers).test),
        "qmnist_writers": provenance.data_hash(writers),
        "strokes": provenance.data_hash(strokes),
        "fonts": provenance.fonts_hash(),
    }
    behind = [
        provenance.code_hash(FIGURES[FIGURE].code),
        provenance.bundle_hash(bundle or provenance.SHIPPED),
        *data.values(),
        str(seed),
    ]
    kept = work / f"votes-{hashlib.sha256(chr(10).join(behind).encode()).hexdigest()[:12]}.jsonl"
    counts = {CODED: count, BARE: without, ALIKE: without, SENDER: without}
    wanted = [portion for kind, pieces in counts.items() for portion in portions(kind, pieces)]
    found = iter(answers(wanted, kept, Stock(writers, mnist, strokes, seed, bundle), processes, read_portion, Voted))
    of = {kind: list(islice(found, pieces)) for kind, pieces in counts.items()}
    figures = measured(of.pop(CODED), of)
    click.echo(summary_text(figures))
    if results:
        values = msgspec.to_builtins(figures)
        keep(FIGURE, results, values, data=data, seed=seed, bundle=bundle or provenance.SHIPPED)


if __name__ == "__main__":
    run_command(voting)
