"""How readings suffer from noise, blur, low contrast, scale and rotation: `python -m benchmarks.robustness`.

    python -m benchmarks.robustness --writers QMNIST --results benchmarks/results/robustness.json

What is measured is kept when a run is broken off, and the same command goes on from there, as long as code, bundle and
data are the same.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from tqdm import tqdm

from benchmarks.figures import provenance
from benchmarks.figures.command import bundle_option, mnist_option, run_command, writers_option
from benchmarks.figures.files import keep
from benchmarks.robustness.fields import field_sets
from benchmarks.robustness.measure import every_point, kept_points, measure
from benchmarks.robustness.page import NEUTRAL, Measured
from device_runtime.reader import DEFAULT_MAX_ERROR, Reader
from train.data.mnist import load_mnist


@click.command()
@writers_option
@mnist_option
@click.option(
    "--count", default=1000, show_default=True, type=click.IntRange(min=1), help="Fields of each of the sets."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@bundle_option
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Results file that keeps the points.")
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
    kept = Measured(count, DEFAULT_MAX_ERROR, []) if again else kept_points(results, count, seed, data, bundle)
    known = {(point.fields, point.disturbance, point.level) for point in kept.points}
    wanted = [
        key for key in every_point(sets) if (key[0].name, key[1].name if key[1] else NEUTRAL, key[2]) not in known
    ]
    try:
        for fields, disturbance, level in tqdm(wanted, desc="points", dynamic_ncols=True, leave=False, disable=None):
            kept.points.append(measure(readers[fields.pattern], fields, disturbance, level, seed))
    finally:
        values = msgspec.to_builtins(kept)
        keep("robustness", results, values, data=data, seed=seed, bundle=bundle or provenance.SHIPPED)
    click.echo(f"{results}: {len(kept.points)} points of {count} fields, {len(wanted)} of them new")


if __name__ == "__main__":
    run_command(robustness)
