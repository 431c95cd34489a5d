"""How readings suffer from noise, blur, low contrast, scale and rotation: `python -m benchmarks.robustness`.

    python -m benchmarks.robustness --writers QMNIST --results benchmarks/results/robustness.json

What is measured is kept when a run is broken off, and the same command goes on from there, as long as code, bundle and
data are the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import msgspec
import numpy as np
from tqdm import tqdm

from benchmarks.figures import provenance
from benchmarks.figures.files import keep, load
from benchmarks.figures.list import FIGURES
from benchmarks.readings import read_fields
from benchmarks.robustness.fields import DISTURBANCES, Disturbance, FieldSet, field_sets
from benchmarks.robustness.page import NEUTRAL, Measured, Point
from device_runtime.errors import PosteyeError
from device_runtime.reader import DEFAULT_MAX_ERROR, Reader
from train.data.mnist import load_mnist


@click.command()
@click.option("--writers", type=click.Path(path_type=Path), required=True, help="Folder of QMNIST label files.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option(
    "--count", default=1000, show_default=True, type=click.IntRange(min=1), help="Fields of each of the sets."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one.")
@click.option("--results", type=click.Path(path_type=Path), required=True, help="JSON file that keeps the points.")
@click.option("--again", is_flag=True, help="Measure every point anew, also those that are kept.")
def robustness(
    writers: Path,
    mnist: Path | None,
    count: int,
    seed: int,
    bundle: Path | None,
    results: Path,
    again: bool,
) -> None:
    """Measure single digits, strings and print under each disturbance; keep the points.

    Points are kept for one state of the code, bundle, data, count and seed; with another of them, or with --again, they
    are measured anew.
    """
    digits = load_mnist(mnist, writers).test
    sets = field_sets(digits, count, seed)
    readers = {pattern: Reader(pattern=pattern, bundle=bundle) for pattern in {fields.pattern for fields in sets}}
    data = {"mnist": provenance.mnist_hash(digits), "qmnist_writers": provenance.data_hash(writers)}
    kept = Measured(count, DEFAULT_MAX_ERROR, []) if again else _kept(results, count, seed, data, bundle)
    known = {(point.fields, point.disturbance, point.level) for point in kept.points}
    wanted = [key for key in _points(sets) if (key[0].name, key[1].name if key[1] else NEUTRAL, key[2]) not in known]
    try:
        for fields, disturbance, level in tqdm(wanted, desc="points", dynamic_ncols=True, leave=False, disable=None):
            kept.points.append(measure(readers[fields.pattern], fields, disturbance, level, seed))
    finally:
        values = msgspec.to_builtins(kept)
        keep("robustness", results, values, data=data, seed=seed, bundle=bundle or provenance.SHIPPED)
    click.echo(f"{results}: {len(kept.points)} points of {count} fields, {len(wanted)} of them new")


def _points(sets: list[FieldSet]) -> Iterator[tuple[FieldSet, Disturbance | None, float]]:
    for fields in sets:
        yield fields, None, 0.0
        for disturbance in DISTURBANCES:
            for level in disturbance.levels:
                yield fields, disturbance, level


def measure(reader: Reader, fields: FieldSet, disturbance: Disturbance | None, level: float, seed: int) -> Point:
    """Read all fields of a set after one disturbance at one level; None leaves them as they are."""
    random = np.random.default_rng(seed)
    images = [disturbance.apply(image, level, random) if disturbance else image for image in fields.images]
    name = disturbance.name if disturbance else NEUTRAL
    readings = read_fields(reader, images, fields.codes, f"{fields.name} {name} {level:g}")
    return Point(
        fields.name,
        name,
        level,
        len(images),
        int(readings.right.sum()),
        int(readings.accepted.sum()),
        int((readings.accepted & ~readings.right).sum()),
    )


def _kept(path: Path, count: int, seed: int, data: Mapping[str, str], bundle: Path | None) -> Measured:
    """The points in a results file that were measured just as they would be now; none where anything has changed."""
    nothing = Measured(count, DEFAULT_MAX_ERROR, [])
    if not path.exists():
        return nothing
    found = load(path)
    same = found.bundle == provenance.bundle_hash(bundle or provenance.SHIPPED) and found.code == provenance.code_hash(
        FIGURES["robustness"].code
    )
    if not same or found.seed != seed or found.data != data or found.values["count"] != count:
        return nothing
    return msgspec.convert(found.values, Measured)


def main() -> None:
    """Entry point: errors that a user can mend come out in one line."""
    try:
        robustness()
    except PosteyeError as error:
        print(f"posteye: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
