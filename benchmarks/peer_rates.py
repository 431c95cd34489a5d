"""How many fields posteye, RapidOCR and Tesseract read exactly on the same files.

    python -m benchmarks.peer_rates runs/peers --amounts CHECK_AMOUNTS --printed POSTCODE_LINES --usps zip.train.gz \\
        --mnist --strings runs/strings --page docs/peer-rates.md

The others' answers are kept in WORK/answers and used again, whatever bundle posteye reads with; --again reads them
anew. Images of MNIST's and USPS's digits are written to WORK on the first run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks import peer_tesseract
from benchmarks.field_readings import read_fields
from benchmarks.peer_answers import answers, digest
from benchmarks.peer_env import peers_python
from benchmarks.peer_fields import Label
from benchmarks.peer_page import NO_HINT, POSTEYE, RAPIDOCR, TESSERACT, Compared, Rate, table, write_page
from benchmarks.peer_process import Peer
from benchmarks.peer_sets import ANY_NUMBER, FileSet, amounts_set, lines_set, mnist_set, string_sets, usps_set
from device_runtime.bundle import RUNTIME_VERSION
from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from train.mnist import load_mnist


@click.command()
@click.argument("work", type=click.Path(path_type=Path, file_okay=False))
@click.option("--amounts", type=click.Path(path_type=Path), help="Folder of labelled check amounts.")
@click.option("--printed", type=click.Path(path_type=Path), help="Folder of labelled printed postcode lines.")
@click.option("--usps", type=click.Path(path_type=Path), help="USPS digits: the file zip.train.gz or zip.test.gz.")
@click.option("--mnist", is_flag=True, help="Also MNIST's test digits, which come by pip.")
@click.option("--strings", type=click.Path(path_type=Path), help="Folder of `benchmarks.mnist_strings make`.")
@click.option(
    "--count", default=1000, show_default=True, type=click.IntRange(min=1), help="Files of a set that all readers get."
)
@click.option("--bundle", type=click.Path(path_type=Path), help="Folder of a model bundle instead of the shipped one.")
@click.option("--again", is_flag=True, help="Have the others read again what they have read before.")
@click.option("--page", type=click.Path(path_type=Path), help="Markdown file to write; its chart stands beside it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def peer_rates(
    work: Path,
    amounts: Path | None,
    printed: Path | None,
    usps: Path | None,
    mnist: bool,
    strings: Path | None,
    count: int,
    bundle: Path | None,
    again: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Compare exact rates on the sets named, keep the others' answers in WORK, and print one table."""
    sets = [*([amounts_set(amounts)] if amounts else []), *([lines_set(printed)] if printed else [])]
    sets += [usps_set(usps, work / "usps")] if usps else []
    sets += [mnist_set(load_mnist().test, work / "mnist")] if mnist else []
    sets += string_sets(strings) if strings else []
    if not sets:
        raise PosteyeError("nothing to read; name a set: --amounts, --printed, --usps, --mnist or --strings")
    found: list[Compared] = []
    versions: dict[str, str] = {}
    for files in sets:
        compared, readers = compare(files, work / "answers", count, bundle, again)
        found.append(compared)
        versions |= readers
    if page:
        write_page(found, versions, page)
    if as_json:
        click.echo(json.dumps({"readers": versions, "sets": [compared.as_dict() for compared in found]}))
        return
    click.echo(table(found) + "\n\n" + "\n".join(f"{name:<10} {version}" for name, version in versions.items()))
    if TESSERACT not in versions:
        click.echo(f"Tesseract is NOT MEASURED: it is not installed; apt-get install {peer_tesseract.PACKAGE}")


def compare(
    files: FileSet, kept: Path, count: int, bundle: Path | None, again: bool
) -> tuple[Compared, dict[str, str]]:
    """The rates of all readers on one set, and the readers' versions by name.

    posteye reads all of the set, told its form; everybody reads a sample of `count`, where posteye is also read
    without a hint if that means something. kept: the folder of the others' answers.
    """
    rows = files.drawn(count)
    sample = [files.labels[row] for row in rows]
    told, version = _posteye(files.labels, files.pattern, bundle, files.name)
    rates, versions = {POSTEYE: Rate.of(told[rows])}, {POSTEYE: version}
    if files.mode != "line" and files.pattern != ANY_NUMBER:
        rates[NO_HINT] = Rate.of(_posteye(sample, ANY_NUMBER, bundle, f"{files.name}, no hint")[0])
    for name, start in _others(files.mode).items():
        said = answers(start, [s.path for s in sample], kept / f"{files.name}-{name.lower()}.json", again)
        right = [files.is_right(said.texts[digest(label.path)], label.digits) for label in sample]
        rates[name] = Rate.of(np.array(right, np.bool_))
        versions[name] = said.version
    return Compared(files.name, files.title, files.pattern, rates, Rate.of(told)), versions


def _posteye(labels: Sequence[Label], pattern: str, bundle: Path | None, name: str) -> tuple[NDArray[np.bool_], str]:
    """Which labels posteye reads exactly, accepted or not, bool [labels]; and its version."""
    reader = Reader(pattern=pattern, bundle=bundle)
    readings = read_fields(reader, [label.path for label in labels], [label.digits for label in labels], name)
    manifest = reader.bundle.manifest
    return readings.right, f"{RUNTIME_VERSION}, {manifest.name} {manifest.version}, {reader.engine}"


def _others(mode: str) -> dict[str, Callable[[], Peer]]:
    """How the other readers are started for images of a mode; Tesseract only where it is installed."""
    found: dict[str, Callable[[], Peer]] = {
        RAPIDOCR: lambda: Peer([str(peers_python()), "-m", "benchmarks.peer_rapidocr"])
    }
    if peer_tesseract.library():
        found[TESSERACT] = lambda: Peer([sys.executable, "-m", "benchmarks.peer_tesseract", mode])
    return found


def main() -> None:
    """Entry point: errors that a user can mend come out in one line."""
    try:
        peer_rates()
    except PosteyeError as error:
        print(f"posteye: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
