"""Distils PP-OCRv6 small into a net of digits-small's size, and measures it as a second reader beside `digits`.

    python -m benchmarks.distilled runs/distilled --amounts check_amounts --writers QMNIST --digits DIGITS
      --strings REAL_STRINGS --results benchmarks/results/distilled.json

The teacher is the extra second-opinion. What is finished in WORK (the teacher's answers, the nets) is not done
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import cv2
import msgspec
import torch

from benchmarks.distilled.compare import (
    OURS,
    agreement,
    agreement_table,
    answers,
    difference,
    figures,
    pairs_table,
)
from benchmarks.distilled.lines import Line, generated, load_lines, photographed, save_lines, taught
from benchmarks.distilled.readers import Looks, bundle_reader, net_reader, teacher_reader
from benchmarks.distilled.sets import PATTERN, FieldSet, unseen
from benchmarks.distilled.student import ARMS, START, load_net, save_net, trained
from benchmarks.figures import provenance
from benchmarks.figures.command import mnist_option, results_option, run_command, writers_option
from benchmarks.figures.files import keep
from device_runtime.bundle import shipped
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.second_opinion.recognizer import MODEL_SHA256, NAME, Recognise, load_recognizer
from train.progress import Progress
from train.runs.origin import Material, Origin
from train.scanner.model import ScanningLeNet

FIGURE = "distilled"
TEACHER = "pp-ocr"
TITLES = {
    OURS: OURS,
    START: START,
    TEACHER: NAME,
    "student": "student",
    "control": "control",
    "student-labels": "student, all labels",
}
# What is subtracted from what: each student's pair from that of the control, and of the second bundle.
RIVALS = ("control", START)


@click.command()
@click.argument("work", type=click.Path(path_type=Path, file_okay=False))
@click.option("--amounts", type=click.Path(path_type=Path), required=True, help="Folder of labelled check amounts.")
@mnist_option
@writers_option
@click.option("--digits", type=click.Path(path_type=Path), required=True, help="Folder of .npz files with digits.")
@click.option("--strings", type=click.Path(path_type=Path), required=True, help="Folder of real strings and strokes.")
@click.option("--lines", "made", default=6000, show_default=True, type=click.IntRange(1), help="Generated, to learn.")
@click.option("--real", default=3000, show_default=True, type=click.IntRange(1), help="Real strings, to learn.")
@click.option("--passes", default=4, show_default=True, type=click.IntRange(1), help="Over these lines.")
@click.option("--count", default=400, show_default=True, type=click.IntRange(2), help="Fields of a drawn set.")
@click.option("--seed", default=1998, show_default=True, type=click.IntRange(0), help="Of all draws.")
@results_option
def distilled(
    work: Path,
    amounts: Path,
    mnist: Path | None,
    writers: Path,
    digits: Path,
    strings: Path,
    made: int,
    real: int,
    passes: int,
    count: int,
    seed: int,
    results: Path | None,
) -> None:
    """Have the teacher read lines, train student and control in WORK, and compare all on unseen fields."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    progress, recognise = Progress(), load_recognizer()
    material = Origin(mnist, writers, digits, strings).load()
    lines = taught_lines(work / "lines.npz", material, recognise, (made, real), seed, progress)
    nets, told = nets_of(work, lines, passes, seed, progress)
    assert material.collections_apart is not None  # strings are given
    sets = unseen(amounts, material.kept_apart, material.collections_apart, count, seed)
    values = {fields.name: compared(fields, nets, recognise) for fields in sets}
    for fields in sets:
        click.echo(f"{fields.title}, {len(fields.truths)} fields\n{values[fields.name]['pairs-table'].markdown()}")
        click.echo(f"\n{values[fields.name]['agreement-table'].markdown()}\n")
    if results:
        data: dict[str, Path | str] = {path.name: path for path in (amounts, writers, digits, strings)}
        data |= {START: shipped(START), "PP-OCRv6-rec-small": MODEL_SHA256}
        versions = provenance.versions() | {"rapidocr": version("rapidocr")}
        kept: dict[str, Any] = msgspec.to_builtins(values)
        kept["training"] = told | {"generated": made, "real": sum(line.real for line in lines), "passes": passes}
        keep(FIGURE, results, kept, data=data, seed=seed, versions=versions)


def taught_lines(
    path: Path, material: Material, recognise: Recognise, counts: tuple[int, int], seed: int, progress: Progress
) -> list[Line]:
    """The lines to learn from, generated and real ones; read by the teacher unless they are kept at the path.

    Args:
        path: of the file.
        material: writers and collections.
        recognise: the teacher.
        counts: how many generated and real ones.
        seed: of the draws.
        progress: says what is done.
    """
    if not path.exists():
        progress.say(f"the teacher reads {counts[0]:,} generated lines and {counts[1]:,} real ones")
        assert material.collections is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = taught(generated(material.writers, material.collections, seed), recognise, counts[0], "generated")
        lines += taught(photographed(material.collections.strings, seed), recognise, counts[1], "real")
        save_lines(lines, path)
    return load_lines(path)  # as they are kept, rounded


def nets_of(
    work: Path, lines: Sequence[Line], passes: int, seed: int, progress: Progress
) -> tuple[dict[str, ScanningLeNet], dict[str, Any]]:
    """The net of every arm, trained unless it is kept, by name; and what the trainings took."""
    nets, told = {}, {}
    for arm in ARMS:
        path = work / f"{arm.name}.pt"
        if not path.exists():
            progress.say(f"training: {TITLES[arm.name]}")
            save_net(*trained(arm, lines, passes, seed, progress), path)
        nets[arm.name], seconds = load_net(path)
        told[arm.name] = {"minutes": round(seconds / 60, 1)}
    return nets, told


def compared(fields: FieldSet, nets: dict[str, ScanningLeNet], recognise: Recognise) -> dict[str, Any]:
    """All figures of a set."""
    decoder = Decoder(Grammar.from_pattern(PATTERN, DIGITS), DIGITS)
    readers: dict[str, Looks] = {name: bundle_reader(name, decoder) for name in (OURS, START)}
    readers |= {name: net_reader(net, decoder) for name, net in nets.items()}
    readers[TEACHER] = teacher_reader(recognise, decoder)
    alone, pairs = answers(readers, fields)
    found: dict[str, Any] = {
        "fields": len(fields.truths),
        "alone": {name: figures(one) for name, one in alone.items()},
        "pairs": {name: figures(one) for name, one in pairs.items()},
        "agreement": {name: agreement(alone[OURS], alone[name]) for name in pairs},
        "differences": {
            name: {f"over-{rival}": difference(pairs[name], pairs[rival]) for rival in RIVALS if rival != name}
            for name in nets
        },
    }
    found["pairs-table"] = pairs_table(found["alone"], found["pairs"], TITLES)
    found["agreement-table"] = agreement_table(found["agreement"], TITLES)
    return found


if __name__ == "__main__":
    run_command(distilled)
