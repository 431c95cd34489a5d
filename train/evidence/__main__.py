"""Fits the weights of the evidence to rendered pieces of the training part.

    python -m train.evidence --writers qmnist_writers --strokes real_strings --pieces 600 --work runs/evidence
      --out device_runtime/piece/evidence/weights.json

The thresholds are found on pieces that the weights were not fitted to: each fold is read with weights of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
import msgspec
import numpy as np

from device_runtime.commands.program import run_command
from device_runtime.files.atomic import require_writable, write_text
from device_runtime.piece.evidence.features import FEATURES
from device_runtime.piece.evidence.weights import (
    SCHEMA_VERSION,
    WEIGHTS_FILE,
    EvidenceWeights,
    RoleWeights,
    WantedRole,
)
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.evidence.fit import RIDGE, fit_weights
from train.evidence.line import fit_line
from train.evidence.record import Record
from train.evidence.states import states
from train.evidence.trial import Outcome, neutral, operating_points, read_again
from train.evidence.watching import CODES_SHARES, STREAM_SHARES, watch_pieces
from train.progress import Progress

_FOLDS = 4
_SOURCES = ("rendered pieces of the training part: its fonts, layouts and countries", "digits of MNIST's writers")


@click.command(help=__doc__.partition("\n\n    ")[0])
@click.option(
    "--work", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for what is seen."
)
@click.option(
    "--pieces", type=click.IntRange(100), default=600, show_default=True, help="How many pieces of each seed."
)
@click.option(
    "--seed", "seeds", multiple=True, type=click.IntRange(0), default=(1, 2, 3), show_default=True, help="Of all draws."
)
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files: one hand a piece.")
@click.option(
    "--strokes", type=click.Path(path_type=Path), help="Folder of pen strokes of capitals, for words by hand."
)
@click.option("--out", type=click.Path(path_type=Path), default=WEIGHTS_FILE, show_default="the reader's own file")
def evidence(
    work: Path,
    pieces: int,
    seeds: tuple[int, ...],
    mnist: Path | None,
    writers: Path | None,
    strokes: Path | None,
    out: Path,
) -> None:
    """Fit the weights."""
    require_writable(out)
    hands = writers_of(load_mnist(mnist, writers).train)
    records = [one for seed in seeds for one in watch_pieces(hands, strokes, pieces, seed, work / f"seed-{seed}")]
    say = Progress().say
    roles = {}
    for role in get_args(WantedRole):
        roles[role] = fit_role(records, role, seeds[0])
        say(f"{role}: " + ", ".join(f"{p.max_error:.1%} -> {p.accept_rate:.1%}" for p in roles[role].table))
    recipe = {
        "pieces": len(records),
        "codes": CODES_SHARES,
        "codes in the stream": STREAM_SHARES,
        "ridge": RIDGE,
        "folds": _FOLDS,
    }
    found = EvidenceWeights(SCHEMA_VERSION, recipe, seeds, _SOURCES, roles, fit_line(records))
    write_text(out, msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n")
    say(f"{out}: {len(FEATURES)} features, {len(records)} pieces")


def fit_role(records: Sequence[Record], role: WantedRole, seed: int) -> RoleWeights:
    """Fit the weights for one role, and its operating points by cross-validation.

    Args:
        records: of pieces.
        role: whose code is wanted.
        seed: of the states.
    """
    random = np.random.default_rng(seed)
    found = [states(record, role, random) for record in records]
    weights = fit_weights([state for of in found for state in of])
    read: dict[int, Outcome] = {}
    for fold in range(_FOLDS):
        others = fit_weights([state for n, of in enumerate(found) for state in of if n % _FOLDS != fold])
        read |= {n: read_again(records[n], neutral(others)) for n in range(fold, len(records), _FOLDS)}
    truths = [record.codes.get(role) for record in records]
    counts = [STREAM_SHARES[of] / CODES_SHARES[of] for of in (record.drawn for record in records)]
    return RoleWeights(weights, *operating_points([read[n] for n in range(len(records))], truths, counts))


if __name__ == "__main__":
    run_command(evidence)
