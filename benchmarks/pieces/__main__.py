"""What the reader makes of rendered mail pieces: `python -m benchmarks.pieces`.

    python -m benchmarks.pieces --writers QMNIST --strokes REAL_STRINGS --results benchmarks/results/pieces.json

Nothing is stored but answers: pieces are rendered from their seeds. Answers are added to a file below runs/ as they
come, so that a run that was stopped goes on as long as code, bundle, data and seed are the same.
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
from benchmarks.pieces.figures import measured
from benchmarks.pieces.options import count_option, seed_option, work_option
from benchmarks.pieces.page import FIGURE, summary_text
from benchmarks.pieces.rendered import ALIKE, BARE, CODED, SENDER, Stock, portions, read_portion
from device_runtime.reader import DEFAULT_MAX_ERROR
from train.data.mnist import load_mnist
from train.evaluation.pieces import Judged


@click.command()
@writers_option
@mnist_option
@strokes_option
@count_option("--count", 2000, "Pieces with a code.")
@count_option("--no-code", 1000, "Pieces without a code.")
@count_option("--more", 500, "Pieces of other kinds without one.")
@seed_option()
@count_option("--processes", 2, "Portions read at a time.")
@bundle_option
@work_option("Folder of the answers.")
@results_option
def pieces(
    writers: Path,
    mnist: Path | None,
    strokes: Path,
    count: int,
    no_code: int,
    more: int,
    seed: int,
    processes: int,
    bundle: Path | None,
    work: Path,
    results: Path | None,
) -> None:
    """Render test pieces, read each with its country's grammar, and print what was located, read and accepted."""
    data = {
        "mnist": provenance.mnist_hash(load_mnist(mnist, writers).test),
        "qmnist_writers": provenance.data_hash(writers),
        "strokes": provenance.data_hash(strokes),
        "fonts": provenance.fonts_hash(),
    }
    stock = Stock(writers, mnist, strokes, seed, bundle)
    counts = {CODED: count, BARE: no_code, ALIKE: more, SENDER: more}
    wanted = [portion for kind, pieces in counts.items() for portion in portions(kind, pieces)]
    found = iter(
        answers(wanted, work / f"answers-{_state(data, seed, bundle)}.jsonl", stock, processes, read_portion, Judged)
    )
    of = {kind: list(islice(found, pieces)) for kind, pieces in counts.items()}
    kept = measured(of.pop(CODED), of, DEFAULT_MAX_ERROR)
    click.echo(summary_text(kept))
    if results:
        keep(FIGURE, results, msgspec.to_builtins(kept), data=data, seed=seed, bundle=bundle or provenance.SHIPPED)


def _state(data: dict[str, str], seed: int, bundle: Path | None) -> str:
    """What answers belong to: code, bundle, data and seed."""
    behind = [
        provenance.code_hash(FIGURES[FIGURE].code),
        provenance.bundle_hash(bundle or provenance.SHIPPED),
        *data.values(),
        str(seed),
    ]
    return hashlib.sha256("\n".join(behind).encode()).hexdigest()[:12]


if __name__ == "__main__":
    run_command(pieces)
