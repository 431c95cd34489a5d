"""The three sets of strings as image files: makes them, and finds them again.

FOLDER/clean, FOLDER/touching and FOLDER/hard each hold PNG files and a labels.csv with file, digits, writer and joins
(pairs of neighbours whose ink meets), so that any reader can read the same fields. A file beside the folders says what
they were made by: strings of another generator are not read.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import click
import cv2
from tqdm import tqdm

from benchmarks.figures.figure import GENERATOR
from benchmarks.figures.provenance import code_hash
from benchmarks.mnist_strings.fields import DIGITS, KINDS, StringMaker
from device_runtime.errors import PosteyeError
from train.data.labelled import Label, read_labels
from train.data.mnist import Digits, load_mnist

PATTERN = rf"\d{{{DIGITS}}}"
MADE_BY = "made-by.txt"


def made_by(count: int, seed: int) -> str:
    """What decides how strings come out: the code of the generator, their number and the seed."""
    return f"{code_hash(GENERATOR)} {count} {seed}\n"


def make_sets(folder: Path, writers: Path, mnist: Path | None, count: int, seed: int) -> None:
    """Write the three sets into a folder; what this generator made already, with this count and seed, is left alone.

    Args:
        folder: Where they go.
        writers: Folder of QMNIST's label files.
        mnist: Folder of MNIST's four idx files; None takes those that come by pip.
        count: Strings of each kind.
        seed: Of digits, shapes and paper.

    Raises:
        PosteyeError: The folder holds strings of unknown origin, or data are missing.
    """
    made, wanted = folder / MADE_BY, made_by(count, seed)
    if not made.exists() and any((folder / kind).exists() for kind in KINDS):
        raise PosteyeError(f"{folder} holds strings of unknown origin; delete it, or name another folder")
    digits = load_mnist(mnist, writers).test
    if made.exists() and made.read_text("utf-8") != wanted:
        for kind in KINDS:
            shutil.rmtree(folder / kind, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    made.write_text(wanted, "utf-8")
    for kind in KINDS:
        place = folder / kind
        if (place / "labels.csv").exists():
            click.echo(f"{place}: {count} strings were there already")
        else:
            make_kind(digits, kind, count, seed, place)
            click.echo(f"{place}: {count} strings")


def make_kind(digits: Digits, kind: str, count: int, seed: int, folder: Path) -> None:
    """Write strings of one kind into a folder; labels.csv comes last, so a folder with one is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    maker = StringMaker(digits, seed)
    rows: list[tuple[str, str, int, int]] = []
    for number in tqdm(range(count), desc=kind, unit="string", dynamic_ncols=True, leave=False, disable=None):
        field = maker.make(kind)
        name = f"{number:05d}.png"
        if not cv2.imwrite(str(folder / name), field.image):
            raise PosteyeError(f"cannot write {folder / name}; is the disk full?")
        rows.append((name, field.digits, field.writer, field.joins))
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "digits", "writer", "joins"))
        writer.writerows(rows)


def load_sets(folder: Path, seed: int) -> dict[str, tuple[Label, ...]]:
    """The labels of the three sets by kind.

    Raises:
        PosteyeError: A set is missing, or was made by another generator, with another count or another seed.
    """
    sets = {kind: read_labels(folder / kind) for kind in KINDS}
    made = folder / MADE_BY
    if not made.exists() or made.read_text("utf-8") != made_by(len(sets[KINDS[0]]), seed):
        raise PosteyeError(
            f"{folder} was not made by this generator and seed; run python -m benchmarks.mnist_strings make"
        )
    return sets
