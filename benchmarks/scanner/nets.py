"""Nets of several sizes, each widened from the net of `first` and trained alike for a short while: what room brings.

    python -m benchmarks.scanner.nets SHARDS HELD_OUT --data DATA --strings STRINGS

SHARDS is a folder of shards of the second mix, HELD_OUT a file of such strips by writers that are not in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import cv2
import torch

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.tables import Table
from benchmarks.scanner.architectures import macs, string_loss
from benchmarks.scanner.short import (
    Asked,
    Rates,
    data_option,
    rates,
    read,
    sets_of,
    share,
    shorter,
    strings_option,
    trained,
    widened_bundle,
)
from convert.onnx_files.export import export_onnx
from convert.onnx_files.reader import read_onnx
from convert.tflite_writer import write_tflite
from device_runtime.bundle import SMALL_BUNDLE, find_bundle
from train.data.real_strings import load_real_strings
from train.scanner.batches import plain_batches
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantScanner
from train.scanner.sizes import LARGE, SMALL
from train.synthesis.shards import Shard, load_shard, shard_path

# By millions of multiply-accumulates for a strip of 32 x 160; the layers grow in the proportions of LARGE.
NETS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "8 M": SMALL,
        "15 M": (12, 24, 36, 52, 124, 124, 124, 124),
        "25 M": LARGE,
        "40 M": (20, 40, 64, 84, 200, 200, 200, 200),
        "60 M": (24, 48, 76, 104, 256, 256, 256, 256),
    }
)
_LOSS_STRIPS = 2048


@dataclass(frozen=True)
class NetFigures:
    """A net's costs, and what it reads.

    Attributes:
        name: In NETS; "first" as it was begun from.
        macs: Multiply-accumulates for a strip of 32 x 160.
        bytes: Of model.tflite in int8.
        seconds: Of processor time that the training took.
        nats: Loss a held-out string, none counting more than 12.
        rates: By set.
    """

    name: str
    macs: int
    bytes: int
    seconds: float
    nats: float
    rates: dict[str, Rates]


def int8_bytes(net: ScanningLeNet, held_out: Shard) -> int:
    """Bytes of the net's model.tflite; its ranges are those of some held-out strips."""
    scanner = QuantScanner(net).train()
    with torch.no_grad():
        for _, strips in plain_batches(held_out.pixels[:64], 16):
            scanner(strips)
    scanner.eval()
    return len(write_tflite(read_onnx(export_onnx(scanner))))


def measured(name: str, net: ScanningLeNet, seconds: float, held_out: Shard, sets: Sequence[Asked]) -> NetFigures:
    """What a net costs and reads.

    Args:
        name: Of the row.
        net: Float; one that took no seconds to train is the bundle's, whose penalty on blank is in it.
        seconds: That its training took.
        held_out: Strips for the loss.
        sets: To be read.
    """
    found = {asked.name: rates(read(net, asked, penalised=seconds > 0)) for asked in sets}
    nats = string_loss(net, held_out.pixels[:_LOSS_STRIPS], held_out.targets[:_LOSS_STRIPS])
    return NetFigures(name, macs(net), int8_bytes(net, held_out), seconds, nats, found)


def nets_table(rows: Sequence[NetFigures]) -> Table:
    """The nets with what they cost and read."""
    heads = ["net", "MACs", "bytes", "training", "nats", "held-out, exact", "amounts, exact", "amounts, at 1 %"]
    heads += ["clinic, exact", "clinic, at 1 %", "printed, exact"]
    lines = []
    for row in rows:
        cells = [row.name, f"{row.macs / 1e6:.1f} M", f"{row.bytes:,}", f"{row.seconds:.0f} s", f"{row.nats:.2f}"]
        for title in ("held-out", "amounts", "clinic", "printed"):
            found = row.rates[title]
            cells.append(share(found.exact, found.exact_interval))
            if title in ("amounts", "clinic"):
                cells.append(share(found.at_one_percent, found.at_one_percent_interval))
        lines.append(cells)
    return Table(heads, lines)


@click.command()
@click.argument("shards", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("held_out", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
@strings_option
@click.option("--count", default=4, show_default=True, help="Shards to train on, the first of the folder.")
@click.option("--passes", default=2, show_default=True, help="Over the shards.")
@click.option("--held-out-strips", default=2048, show_default=True, help="Of HELD_OUT that are read, the first.")
@click.option("--only", multiple=True, type=click.Choice(list(NETS)), help="Nets to train; all when not given.")
@click.option("--bundle", default=SMALL_BUNDLE, show_default=True, help="Bundle to begin from: of the preset `first`.")
@results_option
def nets(
    shards: Path,
    held_out: Path,
    data: Path,
    strings: Path,
    count: int,
    passes: int,
    held_out_strips: int,
    only: tuple[str, ...],
    bundle: str,
    results: Path | None,
) -> None:
    """Widen a bundle's net to several sizes, train each on the same strips, and read what none has learned."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    whole = load_shard(held_out)
    kept = Shard(whole.pixels[:held_out_strips], whole.targets[:held_out_strips])
    sets, recipe = sets_of(data, load_real_strings(strings)[1], kept), shorter("widened", count, passes, seed=1)
    begun = widened_bundle(bundle, SMALL, kept, recipe.seed).eval()
    rows = [measured("first", begun, 0.0, kept, sets)]
    material = [load_shard(shard_path(shards, index)) for index in range(count)]
    for name in only or NETS:
        torch.manual_seed(recipe.seed)
        net, seconds = trained(widened_bundle(bundle, NETS[name], kept, recipe.seed), material, recipe)
        rows.append(measured(name, net, seconds, kept, sets))
        click.echo(nets_table(rows).markdown() + "\n")
        if not results:
            continue
        values: dict[str, Any] = {
            "nets": nets_table(rows),
            "strips": sum(len(shard.targets) for shard in material),
            "passes": passes,
            "seconds": round(sum(row.seconds for row in rows)),
            "of": {asked.name: len(asked.codes) for asked in sets},
            "rows": {row.name.replace(" ", "-"): asdict(row) for row in rows},
        }
        hashes: dict[str, Path | str] = {name: data / name for name in ("check_amounts", "printed_postcode_lines")}
        hashes |= {"strings": strings, "held-out": held_out, "bundle": find_bundle(bundle)}
        keep("nets", results, values, data=hashes, seed=recipe.seed, bundle=None)


if __name__ == "__main__":
    run_command(nets)
