"""How readings suffer from noise, blur, low contrast, scale and rotation: `python -m benchmarks.robustness`.

    python -m benchmarks.robustness --writers QMNIST --results benchmarks/results/robustness.json \\
        --page docs/robustness.md

Every point is kept in the results file as soon as it is measured; a run that was broken off goes on from there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import numpy as np
from tqdm import tqdm

from benchmarks.field_readings import read_fields
from benchmarks.robustness_fields import DISTURBANCES, Disturbance, FieldSet, field_sets
from benchmarks.robustness_page import NEUTRAL, Measured, Origin, Point, write_page
from device_runtime.errors import PosteyeError
from device_runtime.reader import DEFAULT_MAX_ERROR, Reader
from train.mnist import load_mnist


@click.command()
@click.option("--writers", type=click.Path(path_type=Path), required=True, help="Folder of QMNIST label files.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option(
    "--count", default=1000, show_default=True, type=click.IntRange(min=1), help="Fields of each of the sets."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one.")
@click.option("--results", type=click.Path(path_type=Path), required=True, help="JSON file that keeps the points.")
@click.option("--page", type=click.Path(path_type=Path), help="Markdown file to write; its figure stands beside it.")
@click.option("--again", is_flag=True, help="Measure every point anew, also those that are kept.")
def robustness(
    writers: Path,
    mnist: Path | None,
    count: int,
    seed: int,
    bundle: Path | None,
    results: Path,
    page: Path | None,
    again: bool,
) -> None:
    """Measure single digits, strings and print under each disturbance; keep the points, write the page.

    Points are kept for one bundle, count and seed; with another of them, or with --again, they are measured anew.
    """
    sets = field_sets(load_mnist(mnist, writers).test, count, seed)
    readers = {pattern: Reader(pattern=pattern, bundle=bundle) for pattern in {fields.pattern for fields in sets}}
    manifest = readers[sets[0].pattern].bundle.manifest
    origin = Origin(f"{manifest.name} {manifest.version}", manifest.sha256.tflite, count, seed, DEFAULT_MAX_ERROR)
    kept = Measured(origin, []) if again else _load(results, origin)
    known = {(point.fields, point.disturbance, point.level) for point in kept.points}
    wanted = [key for key in _points(sets) if (key[0].name, key[1].name if key[1] else NEUTRAL, key[2]) not in known]
    for fields, disturbance, level in tqdm(wanted, desc="points", dynamic_ncols=True, leave=False, disable=None):
        point = measure(readers[fields.pattern], fields, disturbance, level, seed)
        kept.points.append(point)
        _save(kept, results)
    click.echo(f"{results}: {len(kept.points)} points of {count} fields, {len(wanted)} of them new")
    if page:
        write_page(kept, sets, page)


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


def _load(path: Path, origin: Origin) -> Measured:
    """The points kept for this origin; none where they are of another."""
    if not path.exists():
        return Measured(origin, [])
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Measured)
    except (OSError, msgspec.DecodeError) as error:
        raise PosteyeError(f"{path} holds no points ({error}); delete it or name another file") from None
    return kept if kept.origin == origin else Measured(origin, [])


def _save(kept: Measured, path: Path) -> None:
    """Write so that a reader of the file sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    temporary.replace(path)


def main() -> None:
    """Entry point: errors that a user can mend come out in one line."""
    try:
        robustness()
    except PosteyeError as error:
        print(f"posteye: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
