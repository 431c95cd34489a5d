"""Measures a bilinear verifier of doubtful characters, beside two controls: `python -m benchmarks.verifier`.

    python -m benchmarks.verifier DATA --shards RUN/shards --held-out RUN --strings STRINGS
      --results benchmarks/results/verifier.json

Trains three nets on characters of generated strips (`posteye train` made them), chooses the weight of each on held-out
strips, and reads unseen sets with and without each. One thread.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.figures import provenance
from benchmarks.figures.command import bundle_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.verifier.crops import Crops, balanced, characters, joined, numbers
from benchmarks.verifier.hybrid import Field, crops_of, outcome, read
from benchmarks.verifier.measure import FIGURES, chosen_weight, differences, duels, figures
from benchmarks.verifier.model import POOLINGS, Verifier, macs_of, weights_of
from benchmarks.verifier.sets import Strips, number_grammar, unseen, written_apart
from benchmarks.verifier.tables import differences_table, duels_table, nets_table, sets_table
from benchmarks.verifier.training import scores, train
from device_runtime import engines
from device_runtime.bundle import Bundle, load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import Looking, looking
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.recognizer import ScanRecognizer
from device_runtime.recognition.scanner import Scanner
from train.data.collections import load_collections
from train.progress import Progress
from train.synthesis.shards import load_shard, shard_path

# More candidates than the reader reports: the verifier may prefer one that stands low.
CANDIDATES = 6
_MEASURED, _CHOSEN_ON, _JUDGED_ON = 0, (1, 2), 3  # held-out files


@dataclass(frozen=True)
class Net:
    """A trained verifier with its figures.

    Attributes:
        verifier: the net.
        weight: of its penalties.
        minutes: of the processor, for training.
    """

    verifier: Verifier
    weight: float
    minutes: float


def looks(bundle: Bundle, grammar: Grammar) -> Looking:
    """Looks at strips with the bundle's net, under a grammar."""
    recognize = ScanRecognizer(Scanner(bundle, engines.pick(None, bundle.model)))
    return looking(recognize, Decoder(grammar, bundle.manifest.alphabet, CANDIDATES))


def read_all(strips: Strips, look: Looking) -> list[Field]:
    """Decode all strips of a set."""
    return [read(strip, truth, look) for strip, truth in strips]


def measured(fields: list[Field], nets: Mapping[str, Net]) -> dict[str, Any]:
    """The figures of a set: read alone, and with each verifier."""
    crops = crops_of(fields)
    alone = outcome(fields, np.zeros((len(crops), 10)), 0.0)
    values: dict[str, Any] = {
        "fields": len(fields),
        "doubtful": sum(bool(len(field.places)) for field in fields),
        "alone": _rounded(figures(alone)),
    }
    for name, net in nets.items():
        seen = scores(net.verifier, crops)
        together = outcome(fields, seen, net.weight)
        difference, intervals = differences(alone, together)
        values[name] = _rounded(figures(together)) | {
            "difference": _rounded(difference),
            "intervals": {key: [round(end, 4) for end in ends] for key, ends in zip(FIGURES, intervals, strict=True)},
            "mended": int((~alone.right & together.right).sum()),
            "spoiled": int((alone.right & ~together.right).sum()),
            "duels": asdict(duels(fields, seen)),
        }
    return values


def _rounded(shares: NDArray[np.float64]) -> dict[str, float]:
    return {key: round(share, 4) for key, share in zip(FIGURES, shares.tolist(), strict=True)}


def trained(crops: Crops, fields: list[Field], epochs: int, seed: int, progress: Progress) -> dict[str, Net]:
    """Train every verifier, and choose its weight.

    Args:
        crops: to learn.
        fields: held out, to choose the weights on.
        epochs: passes over the crops.
        seed: of each training.
        progress: says how far it is.
    """
    nets: dict[str, Net] = {}
    doubtful = crops_of(fields)
    for pooling in POOLINGS:
        progress.step(f"verifier {pooling}")
        started = time.process_time()
        net = train(pooling, crops, epochs, seed, progress)
        minutes = (time.process_time() - started) / 60
        nets[pooling] = Net(net, chosen_weight(fields, scores(net, doubtful)), round(minutes, 1))
    return nets


def net_figures(net: Net, apart: Crops) -> dict[str, Any]:
    """What a verifier costs, and how many of other writers' characters it reads rightly, alone."""
    right = scores(net.verifier, apart.pixels).argmax(1) == apart.digits
    return {
        "weights": weights_of(net.verifier),
        "macs": macs_of(net.verifier),
        "minutes": net.minutes,
        "weight": net.weight,
        "right": round(float(right.mean()), 4),
        "right-doubtful": round(float(right[apart.doubtful].mean()), 4),
    }


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--shards", type=click.Path(path_type=Path), required=True, help="Folder of generated shards.")
@click.option("--held-out", type=click.Path(path_type=Path), required=True, help="Folder with held-out-0.npz to -3.")
@click.option("--strings", type=click.Path(path_type=Path), required=True, help="Folder of what people wrote.")
@click.option("--shard-count", type=click.IntRange(1), default=4, show_default=True, help="Shards to cut crops from.")
@click.option("--each", type=click.IntRange(10), default=3000, show_default=True, help="Crops of each digit.")
@click.option("--epochs", type=click.IntRange(1), default=6, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=2015, show_default=True)
@bundle_option
@results_option
def verifier(
    data: Path,
    shards: Path,
    held_out: Path,
    strings: Path,
    shard_count: int,
    each: int,
    epochs: int,
    seed: int,
    bundle: Path | None,
    results: Path | None,
) -> None:
    """Train verifiers of doubtful characters, and read unseen sets with and without each."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    progress = Progress(3 + len(POOLINGS))
    model, apart = load_bundle(bundle), load_collections(strings)[1]
    alphabet = model.manifest.alphabet
    look = looks(model, number_grammar(alphabet))
    paths = [shard_path(shards, index) for index in range(shard_count)]
    held = [held_out / f"held-out-{index}.npz" for index in range(4)]
    progress.step("characters of generated strips")
    crops = balanced(joined(characters(numbers(load_shard(path)), look) for path in paths), each, seed)
    judged = characters(numbers(load_shard(held[_JUDGED_ON])), look)
    progress.step("held-out strips")
    left_out = written_apart(apart)
    fields = [field for i in _CHOSEN_ON for field in read_all(list(numbers(load_shard(held[i]), left_out)), look)]
    nets = trained(crops, fields, epochs, seed, progress)
    progress.step("unseen sets")
    values: dict[str, Any] = {"crops": len(crops), "crops-doubtful": int(crops.doubtful.sum())}
    values |= {"chosen-on": len(fields), "judged": len(judged), "judged-doubtful": int(judged.doubtful.sum())}
    values["nets"] = {name: net_figures(net, judged) for name, net in nets.items()}
    values["sets"] = {
        asked.name: measured(read_all(asked.strips, looks(model, asked.grammar)), nets)
        for asked in unseen(data, apart, load_shard(held[_MEASURED]), alphabet)
    }
    tables = {
        "nets-table": nets_table(values["nets"]),
        "sets-table": sets_table(values["sets"]),
        "differences-table": differences_table(values["sets"]),
        "duels-table": duels_table(values["sets"]),
    }
    click.echo("\n\n".join(table.markdown() for table in tables.values()))
    if results:
        of: dict[str, Path | str] = {path.stem: path for path in (*paths, *held)}
        of |= {name: data / name for name in ("check_amounts", "printed_postcode_lines")} | {"strings": strings}
        keep("verifier", results, values | tables, data=of, seed=seed, bundle=bundle or provenance.SHIPPED)


if __name__ == "__main__":
    run_command(verifier)
