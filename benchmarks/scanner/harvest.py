"""Measures what a station learns without labels, two-fold, beside what it learns with them.

    python -m benchmarks.scanner.harvest WORK --folder AMOUNTS --writers QMNIST --digits DIGITS

The pictures of one half are harvested (`posteye train --harvest HALF`), without their labels; the other half is read by
the bundle as it was, by the harvested one, and by the one that learned the same half with its labels. WORK is that of
benchmarks.scanner.adaptation: its labelled bundles are taken as they are, or made. What is finished is not done again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from benchmarks.figures.command import run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED
from benchmarks.figures.tables import Table
from benchmarks.scanner.adaptation import (
    ERRORS,
    BundleReadings,
    adapted,
    halves,
    joined,
    read_fields,
    training_options,
    two_fold_options,
    write_half,
)
from device_runtime.bundle import load_bundle
from device_runtime.files.atomic import write_bytes, write_text
from train.data.labelled import read_labels


def write_pictures(folder: Path, rows: Sequence[Sequence[str]], out: Path) -> None:
    """A folder of some of another's fields, without their labels."""
    out.mkdir(parents=True, exist_ok=True)
    for name, _ in rows:
        shutil.copyfile(folder / name, out / name)


def beside_table(
    before: Sequence[BundleReadings], harvested: Sequence[BundleReadings], labelled: Sequence[BundleReadings]
) -> Table:
    """The sets with what three bundles read of them: as it was, harvested, adapted to labels."""
    heads = ["", "strings", "exact before", "without labels", "with labels"]
    heads += [f"at {error:.0%} error: before, without, with labels" for error in ERRORS]
    lines = []
    for rows in zip(before, harvested, labelled, strict=True):
        outcomes = [row.outcome() for row in rows]
        rates = [", ".join(f"{found.accept_rate(error):.1%}" for found in outcomes) for error in ERRORS]
        lines.append([rows[0].what, f"{len(rows[0].right):,}", *(f"{found.exact:.1%}" for found in outcomes), *rates])
    return Table(heads, lines)


def used_pictures(bundle: Path | None) -> str:
    """Of how many pictures a harvested bundle learned, and what it forgot; told of one that was refused."""
    manifest = load_bundle(bundle).manifest
    told = manifest.recipe.get("adapted_to", {})
    if "used" not in told:
        return "refused"
    generated = manifest.accuracy["int8"]
    forgotten = f"{generated['generated_exact_before']:.1%} -> {generated['generated_exact']:.1%}"
    return f"{told['used']} of {told['pictures']} pictures, generated strips {forgotten}"


@click.command()
@two_fold_options
def harvest(
    work: Path,
    folder: Path,
    pattern: str,
    bundle: Path | None,
    mnist: Path | None,
    writers: Path | None,
    digits: Path | None,
    strips: int,
    seed: int,
    results: Path | None,
) -> None:
    """Harvest each half of a folder without its labels, read the other half, and print it beside the labelled way."""
    rows = [(label.name, label.code) for label in read_labels(folder)]
    options = training_options(seed, mnist, writers, digits)
    parts = [[rows[i] for i in half] for half in halves(len(rows))]
    before, harvested, labelled, used = [], [], [], []
    for number, (learned, other) in enumerate((parts, parts[::-1])):
        name = f"fold {number + 1}"
        write_half(folder, learned, work / f"half-{number}")
        write_pictures(folder, learned, work / f"harvest-{number}")
        with_labels = adapted(bundle, work / f"half-{number}", work, options, strips)
        lessons = ("--harvest", str(work / f"harvest-{number}"), "--pattern", pattern)
        without = adapted(bundle, work / f"harvest-{number}", work, options, strips, lessons)
        before.append(read_fields(bundle, other, folder, pattern, name))
        harvested.append(read_fields(without, other, folder, pattern, name))
        labelled.append(read_fields(with_labels, other, folder, pattern, name))
        used.append(used_pictures(without))
    three = (before, harvested, labelled)
    found = beside_table(*([*folds, joined(folds, "both")] for folds in three))
    told = "; ".join(f"{row.what}: {words}" for row, words in zip(before, used, strict=True))
    report = found.markdown() + f"\n\nHarvested without labels, {told}\n"
    write_bytes(work / "harvest-rows.json", msgspec.json.encode([*before, *harvested, *labelled]))
    write_text(work / "harvest-table.md", report)
    click.echo(report, nl=False)
    if results:
        data = {path.name: path for path in (folder, writers, digits) if path}
        values = {"folds": found, "used": told}
        keep("harvest", results, values, data=data, seed=seed, bundle=bundle or SHIPPED)


if __name__ == "__main__":
    run_command(harvest)
