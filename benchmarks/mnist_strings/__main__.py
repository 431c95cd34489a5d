"""Strings of five MNIST *test* digits of one writer: makes them as image files, and measures posteye on them.

python -m benchmarks.mnist_strings make FOLDER --writers QMNIST
python -m benchmarks.mnist_strings read FOLDER [--writers QMNIST]
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from benchmarks.figures.command import bundle_option, mnist_option, results_option, run_command, writers_option
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED
from benchmarks.mnist_strings.fields import KINDS
from benchmarks.mnist_strings.figures import MAX_ERROR, figures_text, measure
from benchmarks.mnist_strings.sets import PATTERN, load_sets, make_sets
from device_runtime.reader import Reader

_count_option = click.option(
    "--count", default=10_000, show_default=True, type=click.IntRange(min=1), help="Strings of each kind."
)
_seed_option = click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))


@click.group()
def mnist_strings() -> None:
    """Strings of five MNIST test digits of one writer: clean, touching, hard."""


@mnist_strings.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@writers_option
@mnist_option
@_count_option
@_seed_option
def make(folder: Path, writers: Path, mnist: Path | None, count: int, seed: int) -> None:
    """Write the three sets into FOLDER; what this generator made already, with this count and seed, is left alone.

    \b
    Example:
      python -m benchmarks.mnist_strings make runs/strings --writers qmnist_writers
    """
    make_sets(folder, writers, mnist, count, seed)


@mnist_strings.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--writers", type=click.Path(path_type=Path), help="QMNIST label files: make the strings first.")
@_count_option
@_seed_option
@bundle_option
@results_option
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
        make_sets(folder, writers, None, count, seed)
    sets = load_sets(folder, seed)
    reader = Reader(pattern=PATTERN, bundle=bundle, max_error=MAX_ERROR)
    found = [measure(reader, kind, labels) for kind, labels in sets.items()]
    manifest = reader.bundle.manifest
    output = [
        f"{manifest.name} {manifest.version}, {reader.engine}, pattern {PATTERN}",
        "",
        *figures_text(found).splitlines(),
        "",
        "at 1 % error: the largest share that a threshold accepts with at most 1 % wrong among them",
        "accepted, wrong: by the bundle's own threshold for 1 %, and the share wrong of those accepted",
    ]
    if results:
        values = {**{one.kind: one.as_dict() for one in found}, "output": output}
        data = {kind: folder / kind for kind in KINDS}
        keep("strings", results, values, data=data, seed=seed, bundle=bundle or SHIPPED)
    if as_json:
        facts = {"bundle": f"{manifest.name} {manifest.version}", "sha256": manifest.sha256.tflite, "pattern": PATTERN}
        click.echo(json.dumps(facts | {"sets": [one.as_dict() for one in found]}))
        return
    click.echo("\n".join(output))


if __name__ == "__main__":
    run_command(mnist_strings)
