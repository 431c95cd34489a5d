"""Trains one net under each criterion of global training and compares what it reads: `python -m benchmarks.criteria`.

Everything but the criterion is the same: first weights, strips, their order and disturbance, dropout, rates. The free
graph has one path for every sequence of classes, so its forward score is the sum of those of the columns, each by
itself: discriminative forward training of raw penalties is that of normalised ones.
Source: LeCun et al. 1998, section VI; Graves et al., "Connectionist temporal classification", 2006.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np
import torch

from benchmarks.criteria.rows import ROWS
from benchmarks.criteria.training import Training, open_shard
from benchmarks.figures.blocks import table as drawn
from benchmarks.figures.files import keep
from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing, write_bytes
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.types import Strip
from train.data.labelled import Labelled, folder_strips
from train.evaluation.evaluate import read_all
from train.scanner.model import ScanningLeNet
from train.scanner.penalties import net_recogniser
from train.scanner.postprocess import PATTERN, one_number
from train.scanner.trainer import load_float
from train.synthesis.shards import shard_path

_RATE, _TUNED_RATE = 4e-3, 4e-4
_SEED = 1998
_HELD_OUT_STRIPS = 2000


class Plan(msgspec.Struct, frozen=True):
    """What all rows share. shards: how many of the folder. epochs: over them, from scratch; tuning takes one."""

    shards: int
    epochs: int
    seed: int


class Figures(msgspec.Struct, frozen=True):
    """A finished row. loss: mean over the last shard, nats per character, None if untrained; seconds of processor time.

    collapsed: training was stopped because penalties ran away. strips: how many it was trained on. read: for each set,
    the summary of `train.evaluation.evaluate.Outcome`.
    """

    plan: Plan
    loss: float | None
    seconds: float
    strips: int
    collapsed: bool
    read: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Readable:
    """Strips to read, and what with."""

    title: str
    data: Labelled
    decoder: Decoder


def readable(held_out: Path, amounts: Path | None, printed: Path | None) -> list[Readable]:
    """The sets that there are. held_out: a shard, of which strips of one number are read; the others: folders.

    Raises PosteyeError when one cannot be read.
    """
    pixels, codes = one_number(open_shard(held_out))
    if not codes:
        raise PosteyeError(f"{held_out} holds no strip of one number; give a shard that posteye train made")
    strips = [Strip(p, np.eye(2, 3), True) for p in pixels[:_HELD_OUT_STRIPS]]
    generated = Labelled(strips, codes[:_HELD_OUT_STRIPS], [str(i) for i in range(len(strips))])
    sets = [Readable("generated strips", generated, _decoder(Grammar.from_pattern(PATTERN)))]
    if amounts:
        sets.append(Readable("check amounts", folder_strips(amounts), _decoder(Grammar.from_pattern(r"\d{1,8}"))))
    if printed:
        sets.append(Readable("printed lines", folder_strips(printed), _decoder(Grammar.from_country("MY"))))
    return sets


def _decoder(grammar: Grammar) -> Decoder:
    return Decoder(grammar, DIGITS)


def measure(
    name: str, folder: Path, plan: Plan, shards: Path, sets: Sequence[Readable], start: ScanningLeNet | None
) -> Figures:
    """Train and read with a row, or take it from the folder, where both the net and the figures are kept.

    start: the trained net, for the rows that begin with it. Raises PosteyeError when the folder's row was made in
    another way or is broken, and for a shard that cannot be read.
    """
    row, path = ROWS[name], folder / f"{name}.json"
    if path.exists():
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=Figures)
        except msgspec.DecodeError as error:
            raise PosteyeError(f"{path} holds no figures ({error}); delete it") from None
        if kept.plan != plan or list(kept.read) != [s.title for s in sets]:
            raise PosteyeError(f"{path} is of another plan or other sets; delete it or choose another folder")
        return kept
    torch.manual_seed(plan.seed)
    net = ScanningLeNet() if row.kind == "scratch" else copy.deepcopy(start)
    if net is None:
        raise PosteyeError(f"the row {name} begins with a trained net; give its folder with --start")
    passes = plan.shards * {"scratch": plan.epochs, "tuned": 1, "untouched": 0}[row.kind]
    rate = _RATE if row.kind == "scratch" else _TUNED_RATE
    training = Training(net, row.method.loss, rate, passes, plan.seed)
    started = time.process_time()
    while training.done < passes and not training.collapsed:
        training.one_shard(shard_path(shards, training.done % plan.shards))
        click.echo(f"{name}: shard {training.done} of {passes}, loss {training.loss:.4f}", err=True)
    seconds = time.process_time() - started
    mean = training.mean.eval()
    recognise = net_recogniser(mean, DIGITS, row.method.penalties)
    read = {s.title: read_all(s.data, recognise, s.decoder, s.title).summary() for s in sets}
    loss = training.loss if training.strips else None
    figures = Figures(plan, loss, seconds, training.strips, training.collapsed, read)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / f"{name}.pt") as file:
        torch.save({"state": mean.state_dict(), "channels": mean.channels}, file)
    write_bytes(path, msgspec.json.format(msgspec.json.encode(figures)))
    return figures


def table(results: dict[str, Figures]) -> dict[str, Any]:
    """The figures as a table; in percent, the exact rate, and what is accepted at 1, 2 and 5 % error."""
    sets = next(iter(results.values())).read
    lines = []
    for name, row in results.items():
        loss = "-" if row.loss is None else f"{row.loss:.3f}"
        cells = []
        for read in row.read.values():
            accepted = " / ".join(f"{100 * read[f'accepted_at_{error}']:.1f}" for error in ("0.01", "0.02", "0.05"))
            cells.append(f"{100 * read['exact']:.1f}; {accepted}")
        lines.append([ROWS[name].title + (" (ran away, stopped)" if row.collapsed else ""), loss, *cells])
    return {"heads": ["criterion", "loss", *sets], "lines": lines}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--shards", required=True, type=click.Path(path_type=Path, exists=True), help="Folder of shards.")
@click.option("--count", default=8, show_default=True, type=click.IntRange(min=1), help="Shards to train on.")
@click.option("--epochs", default=4, show_default=True, type=click.IntRange(min=1), help="Over them, from scratch.")
@click.option("--held-out", required=True, type=click.Path(path_type=Path, exists=True), help="A shard to read.")
@click.option("--amounts", type=click.Path(path_type=Path), help="Folder of labelled amounts to read too.")
@click.option("--printed", type=click.Path(path_type=Path), help="Folder of labelled Malaysian address lines.")
@click.option("--start", type=click.Path(path_type=Path), help="Training folder whose float net is tuned, too.")
@click.option("--only", multiple=True, type=click.Choice(list(ROWS)), help="Rows to do; default: all.")
@click.option("--results", type=click.Path(path_type=Path), help="Results file to keep the figures in.")
def criteria(
    folder: Path,
    shards: Path,
    count: int,
    epochs: int,
    held_out: Path,
    amounts: Path | None,
    printed: Path | None,
    start: Path | None,
    only: tuple[str, ...],
    results: Path | None,
) -> None:
    """Train with each criterion, keep nets and figures in FOLDER, and print a table; finished rows are reused."""
    torch.set_num_threads(1)
    net = load_float(start) if start else None
    names = [name for name, row in ROWS.items() if (name in only if only else start or row.kind == "scratch")]
    sets = readable(held_out, amounts, printed)
    found = table({name: measure(name, folder, Plan(count, epochs, _SEED), shards, sets, net) for name in names})
    click.echo(drawn(**found))
    if results:
        data = {path.name: path for path in (held_out, amounts, printed) if path}
        keep("criteria", results, {"criteria": found}, data=data, seed=_SEED, bundle=None)


if __name__ == "__main__":
    try:
        criteria()
    except PosteyeError as error:
        raise SystemExit(f"error: {error}") from None
