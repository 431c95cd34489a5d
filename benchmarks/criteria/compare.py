"""Nets trained under each criterion of global training, and what they read."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
import numpy as np
import torch

from benchmarks.criteria.rows import ROWS
from benchmarks.criteria.training import RUNAWAY_NATS, Training, open_shard
from benchmarks.figures.tables import Table
from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing, write_bytes
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.types import Strip
from train.data.labelled import Labeled, folder_strips
from train.evaluation.evaluate import read_all
from train.scanner.model import ScanningLeNet
from train.scanner.penalties import net_recognizer
from train.scanner.postprocess import PATTERN, one_number
from train.synthesis.shards import shard_path

_RATE, _TUNED_RATE = 4e-3, 4e-4
_HELD_OUT_STRIPS = 2000


class Plan(msgspec.Struct, frozen=True):
    """What all contestants share.

    Attributes:
        shards: How many of the folder are trained on.
        epochs: Passes over them, from scratch; tuning takes one.
        seed: Of first weights and batches.
    """

    shards: int
    epochs: int
    seed: int


class Figures(msgspec.Struct, frozen=True):
    """What became of one contestant.

    Attributes:
        plan: What it was trained by.
        loss: Mean over the last shard, nats per character; None if untrained.
        seconds: Of processor time.
        strips: How many it was trained on.
        collapsed: Training was stopped because penalties ran away.
        read: For each set, the summary of `train.evaluation.evaluate.Outcome`.
    """

    plan: Plan
    loss: float | None
    seconds: float
    strips: int
    collapsed: bool
    read: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Readable:
    """Strips to read, and what reads them.

    Attributes:
        title: For the table.
        data: The strips and their codes.
        decoder: Of the set's grammar.
    """

    title: str
    data: Labeled
    decoder: Decoder


def readable(held_out: Path, amounts: Path | None, printed: Path | None) -> list[Readable]:
    """The sets that are read.

    Args:
        held_out: A shard, of which strips of one number are read.
        amounts: Folder of labelled amounts; None leaves them out.
        printed: Folder of labelled Malaysian address lines; None leaves them out.

    Raises:
        PosteyeError: One of them cannot be read.
    """
    pixels, codes = one_number(open_shard(held_out))
    if not codes:
        raise PosteyeError(f"{held_out} holds no strip of one number; give a shard that posteye train made")
    strips = [Strip(p, np.eye(2, 3), True) for p in pixels[:_HELD_OUT_STRIPS]]
    generated = Labeled(strips, codes[:_HELD_OUT_STRIPS], [str(i) for i in range(len(strips))])
    sets = [Readable("generated strips", generated, _decoder(Grammar.from_pattern(PATTERN)))]
    if amounts:
        sets.append(Readable("check amounts", folder_strips(amounts), _decoder(Grammar.from_pattern(r"\d{1,8}"))))
    if printed:
        sets.append(Readable("printed lines", folder_strips(printed), _decoder(Grammar.from_country("MY"))))
    return sets


def _decoder(grammar: Grammar) -> Decoder:
    return Decoder(grammar, DIGITS)


def measure(
    name: str,
    folder: Path,
    plan: Plan,
    shards: Path,
    sets: Sequence[Readable],
    start: ScanningLeNet | None,
    runaway_nats: float = RUNAWAY_NATS,
) -> Figures:
    """Train a contestant and read with it, or take what the folder holds of it.

    Args:
        name: Of ROWS.
        folder: Where its net and figures are kept.
        plan: What all contestants share.
        shards: Folder of the shards.
        sets: What is read.
        start: The trained net, for the contestants that begin with it.
        runaway_nats: Training stops when the mean loss falls below this.

    Raises:
        PosteyeError: The folder holds the contestant of another plan, or broken; or a shard cannot be read.
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
    training = Training(net, row.method.loss, rate, passes, plan.seed, runaway_nats)
    started = time.process_time()
    while training.done < passes and not training.collapsed:
        training.one_shard(shard_path(shards, training.done % plan.shards))
        click.echo(f"{name}: shard {training.done} of {passes}, loss {training.loss:.4f}", err=True)
    seconds = time.process_time() - started
    mean = training.mean.eval()
    recognize = net_recognizer(mean, DIGITS, row.method.penalties)
    read = {s.title: read_all(s.data, recognize, s.decoder, s.title).summary() for s in sets}
    loss = training.loss if training.strips else None
    figures = Figures(plan, loss, seconds, training.strips, training.collapsed, read)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / f"{name}.pt") as file:
        torch.save({"state": mean.state_dict(), "channels": mean.channels}, file)
    write_bytes(path, msgspec.json.format(msgspec.json.encode(figures)))
    return figures


def criteria_table(results: dict[str, Figures]) -> Table:
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
    return Table(["criterion", "loss", *sets], lines)
