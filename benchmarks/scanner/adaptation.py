"""Measures on-site adaptation, two-fold: learn one half of a labelled folder, read the other, and the other way round.

    python -m benchmarks.scanner.adaptation WORK --folder AMOUNTS --writers QMNIST --digits DIGITS --printed LINES

Each half goes the way that a user goes: `posteye train --from BUNDLE --extra HALF`, `posteye convert`, `posteye
calibrate`; then the reader reads the half that was not learned. What is finished in WORK is not done again.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
import numpy as np
from msgspec import Struct
from tqdm import tqdm

from benchmarks.figures.command import bundle_option, mnist_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED
from benchmarks.figures.tables import Table
from convert.commands.calibrate import calibrate
from convert.commands.convert import convert
from device_runtime.bundle import MANIFEST_FILE, load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.files.atomic import write_bytes, write_text
from device_runtime.grammar.grammar import Grammar
from device_runtime.reader import Reader
from device_runtime.recognition.recognizer import SCAN, scan_recognizer
from train.commands.train import train
from train.data.labelled import LABELS, Labeled, folder_strips, mnist_strips, read_labels
from train.data.mnist import load_mnist
from train.evaluation.evaluate import Outcome, read_all

ERRORS = (0.01, 0.02, 0.05)
_SPLIT_SEED = 1
_PRINTED_COUNTRY = "MY"


F = TypeVar("F", bound=Callable[..., Any])


def two_fold_options(command: F) -> F:
    """Add what every two-fold measurement takes: what is learned, what is rehearsed, and where it is kept."""
    for add in (
        results_option,
        click.option("--seed", default=1998, show_default=True, help="Of the adaptations."),
        click.option("--strips", default=2000, show_default=True, help="Strips that the parity gate compares."),
        click.option(
            "--digits", type=click.Path(path_type=Path), help="Folder of .npz files with more digits, likewise."
        ),
        click.option(
            "--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files, for the rehearsal."
        ),
        mnist_option,
        bundle_option,
        click.option("--pattern", default=r"\d{1,8}", show_default=True, help="What the fields hold."),
        click.option(
            "--folder", required=True, type=click.Path(path_type=Path), help="Labelled fields: labels.csv, images."
        ),
        click.argument("work", type=click.Path(path_type=Path, file_okay=False)),
    ):
        command = add(command)
    return command


def training_options(seed: int, mnist: Path | None, writers: Path | None, digits: Path | None) -> list[str]:
    """Of `posteye train`, for what these measurements were given."""
    given = {"--mnist": mnist, "--writers": writers, "--digits": digits}
    return ["--seed", str(seed)] + [part for name, path in given.items() if path for part in (name, str(path))]


class BundleReadings(Struct, frozen=True):
    """What a bundle reads of one set.

    Attributes:
        bundle: Its folder, or "shipped".
        what: Name of the set.
        confidences: Of the readings.
        right: Whether each is the code.
    """

    bundle: str
    what: str
    confidences: list[float]
    right: list[bool]

    def outcome(self) -> Outcome:
        """As the figures are taken of it."""
        return Outcome([], np.array(self.confidences), np.array(self.right, dtype=np.bool_))


def halves(count: int) -> tuple[list[int], list[int]]:
    """The rows of both halves, by a fixed shuffle."""
    order = np.random.default_rng(_SPLIT_SEED).permutation(count)
    first, second = np.array_split(order, 2)
    return sorted(first.tolist()), sorted(second.tolist())


def write_half(folder: Path, rows: Sequence[Sequence[str]], out: Path) -> None:
    """A folder of some of another's fields: its files with their labels."""
    out.mkdir(parents=True, exist_ok=True)
    for name, _ in rows:
        shutil.copyfile(folder / name, out / name)
    with (out / LABELS).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "digits"), *rows])


def read_fields(
    bundle: Path | None, rows: Sequence[Sequence[str]], folder: Path, pattern: str, name: str
) -> BundleReadings:
    """Read fields with the public reader."""
    reader = Reader(pattern=pattern, bundle=bundle)
    bar = tqdm(rows, desc=name, unit="field", leave=False, disable=None)
    readings = [(reader.read(folder / file, field=True, upright=True).reading, code) for file, code in bar]
    right = [reading.code == code for reading, code in readings]
    return BundleReadings(str(bundle or "shipped"), name, [reading.confidence for reading, _ in readings], right)


def read_others(bundle: Path | None, others: dict[str, tuple[Labeled, Grammar]]) -> list[BundleReadings]:
    """Read other sets, each with a grammar of its own, to see what was forgotten."""
    loaded = load_bundle(bundle)
    recognize = scan_recognizer(loaded)
    rows = []
    for name, (data, grammar) in others.items():
        found = read_all(data, recognize, Decoder(grammar, loaded.manifest.alphabet), name)
        rows.append(BundleReadings(str(bundle or "shipped"), name, found.confidences.tolist(), found.correct.tolist()))
    return rows


def adapted(
    bundle: Path | None, half: Path, work: Path, options: Sequence[str], strips: int, lessons: Sequence[str] = ()
) -> Path | None:
    """The bundle adapted to a half by the documented commands; one that is finished is taken as it is.

    Args:
        bundle: To adapt; None = the shipped one.
        half: Folder of fields.
        work: Where runs and bundles are kept.
        options: Of `posteye train`.
        strips: That the parity gate compares.
        lessons: The options by which the half is learned; none: as labelled.

    Returns:
        The adapted bundle; the given one where the training refuses its net.
    """
    run, out, done = (work / f"{half.name}-{part}" for part in ("run", "bundle", "calibrated"))
    if (done / MANIFEST_FILE).is_file():
        return done
    # The generated strips depend on the seed alone: those of the first half serve the second.
    for made in (work / "half-0-run").glob("held-out-*.npz"):
        _copy(made, run / made.name)
    for made in (work / "half-0-run" / "rehearsal").glob("*.npz"):
        _copy(made, run / "rehearsal" / made.name)
    source = ["--from", str(bundle)] if bundle else []
    if _command(train, "--out", str(run), *(lessons or ("--extra", str(half))), *source, *options):
        return bundle
    _command(convert, str(run), "--out", str(out), "--strips", str(strips))
    _command(calibrate, str(out), "--strips", str(run / "held-out-1.npz"), "--segmenter", SCAN, "--out", str(done))
    return done


def _copy(made: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, target)


def _command(command: click.Command, *arguments: str) -> int | None:
    """Call a command; its exit status where it ends early."""
    status: int | None = command.main(list(arguments), standalone_mode=False)
    return status


def adaptation_table(before: Sequence[BundleReadings], after: Sequence[BundleReadings]) -> Table:
    """The sets with what the source bundle and the adapted ones read of them."""
    lines = []
    for was, now in zip(before, after, strict=True):
        old, new = was.outcome(), now.outcome()
        rates = [f"{old.accept_rate(e):.1%} -> {new.accept_rate(e):.1%}" for e in ERRORS]
        lines.append([now.what, f"{len(now.right):,}", f"{old.exact:.1%}", f"{new.exact:.1%}", *rates])
    return Table(["", "strings", "exact before", "after", *(f"at {e:.0%} error" for e in ERRORS)], lines)


def joined(rows: Sequence[BundleReadings], what: str) -> BundleReadings:
    """Several rows as one."""
    confidences = [value for row in rows for value in row.confidences]
    return BundleReadings("", what, confidences, [value for row in rows for value in row.right])


@click.command()
@two_fold_options
@click.option(
    "--printed", type=click.Path(path_type=Path), help="Labelled printed postcode lines, to see what is lost."
)
@click.option("--mnist-count", default=10_000, show_default=True, help="Test digits to read.")
def adaptation(
    work: Path,
    folder: Path,
    pattern: str,
    bundle: Path | None,
    printed: Path | None,
    mnist: Path | None,
    mnist_count: int,
    writers: Path | None,
    digits: Path | None,
    strips: int,
    seed: int,
    results: Path | None,
) -> None:
    """Adapt to each half of a folder, read the other half, and print what was won and lost."""
    work.mkdir(parents=True, exist_ok=True)
    rows = [(label.name, label.code) for label in read_labels(folder)]
    options = training_options(seed, mnist, writers, digits)
    alphabet = load_bundle(bundle).manifest.alphabet
    test = load_mnist(mnist).test
    first = np.arange(len(test.labels)) < mnist_count
    others = {"MNIST test digits": (mnist_strips(test.select(first)), Grammar.from_pattern(r"\d", alphabet))}
    if printed:
        country = Grammar.chosen(_PRINTED_COUNTRY, None, None, alphabet)
        assert country is not None
        others["printed lines"] = (folder_strips(printed), country)
    before, after, lost = [], [], read_others(bundle, others)
    kept: list[list[BundleReadings]] = []
    generated = []
    parts = [[rows[i] for i in half] for half in halves(len(rows))]
    for number, (learned, other) in enumerate((parts, parts[::-1])):
        half = work / f"half-{number}"
        write_half(folder, learned, half)
        place = adapted(bundle, half, work, options, strips)
        name = f"fold {number + 1}"
        before.append(read_fields(bundle, other, folder, pattern, name))
        after.append(read_fields(place, other, folder, pattern, name))
        kept.append(
            [msgspec.structs.replace(r, what=f"{r.what}, bundle of {name}") for r in read_others(place, others)]
        )
        generated.append(load_bundle(place).manifest.accuracy["int8"])
    found = adaptation_table(
        [*before, joined(before, "both"), *lost, *lost],
        [*after, joined(after, "both"), *kept[0], *kept[1]],
    )
    forgotten = ", ".join(f"{g['generated_exact_before']:.1%} -> {g['generated_exact']:.1%}" for g in generated)
    report = found.markdown() + f"\n\nHeld-out generated strips, exact, by each adapted bundle: {forgotten}\n"
    write_bytes(work / "rows.json", msgspec.json.encode([*before, *after, *lost, *kept[0], *kept[1]]))
    write_text(work / "table.md", report)
    click.echo(report, nl=False)
    if results:
        data = {path.name: path for path in (folder, printed, writers, digits) if path}
        kept_as = {"data": data, "seed": seed, "bundle": bundle or SHIPPED}
        keep("adaptation", results, {"folds": found, "forgotten": forgotten}, **kept_as)  # type: ignore[arg-type]


if __name__ == "__main__":
    run_command(adaptation)
