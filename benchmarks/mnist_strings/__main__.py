"""Strings of five MNIST *test* digits of one writer: makes them as image files, and measures posteye on them.

    python -m benchmarks.mnist_strings make FOLDER --writers QMNIST
    python -m benchmarks.mnist_strings read FOLDER [--writers QMNIST]

FOLDER/clean, FOLDER/touching and FOLDER/hard each hold PNG files and a labels.csv with file, digits, writer and joins
(pairs of neighbours whose ink meets), so that any reader can read the same fields. A file beside the folders says what
they were made by: strings of another generator are not read.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import cv2
from tqdm import tqdm

from benchmarks.figures.files import keep
from benchmarks.figures.list import GENERATOR
from benchmarks.figures.provenance import SHIPPED, code_hash
from benchmarks.mnist_strings.fields import DIGITS, KINDS, StringMaker
from benchmarks.readings import Interval, read_fields, resampled
from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from train.data.labelled import Label, read_labels
from train.data.mnist import Digits, load_mnist

PATTERN = rf"\d{{{DIGITS}}}"
MAX_ERROR = 0.01


MADE_BY = "made-by.txt"


def made_by(count: int, seed: int) -> str:
    """What decides how strings come out: the code of the generator, their number and the seed."""
    return f"{code_hash(GENERATOR)} {count} {seed}\n"


def make_kind(digits: Digits, kind: str, count: int, seed: int, folder: Path) -> None:
    """Write `count` strings of one kind into `folder`; labels.csv comes last, so a folder with one is complete."""
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


@dataclass(frozen=True)
class Row:
    """The figures of one kind of strings, shares 0..1 with 95 % intervals over writers.

    joined: share of neighbours whose ink meets. at_one_percent: the largest share that a threshold accepts with at most
    1 % wrong among them. accepted, wrong: what the reader accepts when asked for 1 %, and the share wrong of those.
    """

    kind: str
    strings: int
    writers: int
    joined: float
    exact: float
    exact_interval: Interval
    at_one_percent: float
    at_one_percent_interval: Interval
    accepted: float
    wrong: float

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON, rounded to what the strings can tell."""
        return {
            name: [round(x, 5) for x in value] if isinstance(value, tuple) else _rounded(value)
            for name, value in vars(self).items()
        }


def _rounded(value: object) -> object:
    return round(value, 5) if isinstance(value, float) else value


def measure(reader: Reader, kind: str, labels: Sequence[Label]) -> Row:
    """Read all strings of a kind and work out its figures; raises PosteyeError when labels.csv is not ours."""
    if not all({"writer", "joins"} <= label.further.keys() for label in labels):
        raise PosteyeError(f"{labels[0].path.parent} was not made here; run python -m benchmarks.mnist_strings make")
    readings = read_fields(reader, [label.path for label in labels], [label.code for label in labels], kind)
    writers = [label.further["writer"] for label in labels]
    exact_interval, accept_interval = resampled(readings, writers, MAX_ERROR)
    accepted = int(readings.accepted.sum())
    return Row(
        kind=kind,
        strings=len(labels),
        writers=len(set(writers)),
        joined=sum(int(label.further["joins"]) for label in labels) / (len(labels) * (DIGITS - 1)),
        exact=readings.exact,
        exact_interval=exact_interval,
        at_one_percent=readings.accept_rate(MAX_ERROR),
        at_one_percent_interval=accept_interval,
        accepted=accepted / len(labels),
        wrong=int((readings.accepted & ~readings.right).sum()) / max(accepted, 1),
    )


def table(rows: Sequence[Row]) -> str:
    """The rows for people, in percent."""
    lines = [
        f"{'':<10}{'strings':>8}{'writers':>9}{'joined':>8}{'exact':>9}{'95 %':>15}{'at 1 % error':>14}{'95 %':>15}"
        f"{'accepted':>10}{'wrong':>8}"
    ]
    for row in rows:
        lines.append(
            f"{row.kind:<10}{row.strings:>8}{row.writers:>9}{row.joined:>8.1%}{row.exact:>9.2%}"
            f"{_span(row.exact_interval):>15}{row.at_one_percent:>14.2%}{_span(row.at_one_percent_interval):>15}"
            f"{row.accepted:>10.2%}{row.wrong:>8.2%}"
        )
    return "\n".join(lines)


def _span(interval: Interval) -> str:
    return f"{100 * interval[0]:.2f}-{100 * interval[1]:.2f}"


@click.group()
def mnist_strings() -> None:
    """Strings of five MNIST test digits of one writer: clean, touching, hard."""


@mnist_strings.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--writers", type=click.Path(path_type=Path), required=True, help="Folder of QMNIST label files.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--count", default=10_000, show_default=True, type=click.IntRange(min=1), help="Strings of each kind.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
def make(folder: Path, writers: Path, mnist: Path | None, count: int, seed: int) -> None:
    """Write the three sets into FOLDER; what this generator made already, with this count and seed, is left alone.

    \b
    Example:
      python -m benchmarks.mnist_strings make runs/strings --writers qmnist_writers
    """
    _make(folder, writers, mnist, count, seed)


def _make(folder: Path, writers: Path, mnist: Path | None, count: int, seed: int) -> None:
    made, wanted = folder / MADE_BY, made_by(count, seed)
    if not made.exists() and any((folder / kind).exists() for kind in KINDS):
        raise PosteyeError(f"{folder} holds strings that nothing says the origin of; delete it, or name another folder")
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


@mnist_strings.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--writers", type=click.Path(path_type=Path), help="QMNIST label files: make the strings first.")
@click.option("--count", default=10_000, show_default=True, type=click.IntRange(min=1), help="Strings of each kind.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one.")
@click.option("--results", type=click.Path(path_type=Path), help="Results file to keep the figures in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def read(
    folder: Path,
    writers: Path | None,
    count: int,
    seed: int,
    bundle: Path | None,
    results: Path | None,
    as_json: bool,
) -> None:
    """Read the three sets in FOLDER as fields of five digits: exact, and accepted at 1 % error.

    \b
    Example:
      python -m benchmarks.mnist_strings read runs/strings --json
    """
    if writers:
        _make(folder, writers, None, count, seed)
    sets = {kind: read_labels(folder / kind) for kind in KINDS}
    made = folder / MADE_BY
    if not made.exists() or made.read_text("utf-8") != made_by(len(sets[KINDS[0]]), seed):
        raise PosteyeError(
            f"{folder} was not made by this generator and seed; run python -m benchmarks.mnist_strings make"
        )
    reader = Reader(pattern=PATTERN, bundle=bundle, max_error=MAX_ERROR)
    rows = [measure(reader, kind, labels) for kind, labels in sets.items()]
    manifest = reader.bundle.manifest
    output = [
        f"{manifest.name} {manifest.version}, {reader.engine}, pattern {PATTERN}",
        "",
        *table(rows).splitlines(),
        "",
        "at 1 % error: the largest share that a threshold accepts with at most 1 % wrong among them",
        "accepted, wrong: by the bundle's own threshold for 1 %, and the share wrong of those accepted",
    ]
    if results:
        values = {**{row.kind: row.as_dict() for row in rows}, "output": output}
        data = {kind: folder / kind for kind in KINDS}
        keep("strings", results, values, data=data, seed=seed, bundle=bundle or SHIPPED)
    if as_json:
        facts = {"bundle": f"{manifest.name} {manifest.version}", "sha256": manifest.sha256.tflite, "pattern": PATTERN}
        click.echo(json.dumps(facts | {"sets": [row.as_dict() for row in rows]}))
        return
    click.echo("\n".join(output))


def main() -> None:
    """Entry point: errors that a user can mend come out in one line."""
    try:
        mnist_strings()
    except PosteyeError as error:
        print(f"posteye: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
