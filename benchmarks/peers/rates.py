"""How many fields posteye, RapidOCR, PP-OCRv6 and Tesseract read exactly on the same files.

    python -m benchmarks.peers.rates runs/peers --amounts CHECK_AMOUNTS --printed POSTCODE_LINES --usps zip.train.gz \\
        --mnist --strings runs/strings

The others' answers are kept in WORK/answers and used again, whatever bundle posteye reads with; --again reads them
anew. Images of MNIST's and USPS's digits are written to WORK on the first run. --results keeps the rates of one side,
since the others' do not change with posteye: those of --only posteye as the figure peer-rates, --only others as
peer-answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.figures.command import bundle_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED
from benchmarks.peers.answers import answers, digest
from benchmarks.peers.page import (
    FIGURE,
    NO_HINT,
    OTHERS_FIGURE,
    POSTEYE,
    PPOCR,
    RAPIDOCR,
    TESSERACT,
    Compared,
    Rate,
    Rates,
    rates_text,
)
from benchmarks.peers.process import Peer, start
from benchmarks.peers.sets import ANY_NUMBER, FileSet, amounts_set, lines_set, mnist_set, string_sets, usps_set
from benchmarks.readings import read_fields
from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from device_runtime.version import VERSION
from train.data.labelled import Label
from train.data.mnist import load_mnist

_MODULES = {RAPIDOCR: "rapidocr", PPOCR: "ppocr", TESSERACT: "tesseract"}  # of benchmarks.peers.readers
_KEYS = {POSTEYE: "posteye", NO_HINT: "no-hint"} | _MODULES


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
@bundle_option
@click.option("--again", is_flag=True, help="Have the others read again what they have read before.")
@click.option("--only", type=click.Choice(["posteye", "others"]), help="Read with posteye alone, or without it.")
@click.option("--results", type=click.Path(path_type=Path), help="Results file to keep what --only reads in.")
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
    only: str | None,
    results: Path | None,
    as_json: bool,
) -> None:
    """Compare exact rates on the sets named, keep the others' answers in WORK, and print one table."""
    sets = [*([amounts_set(amounts)] if amounts else []), *([lines_set(printed)] if printed else [])]
    sets += [usps_set(usps, work / "usps")] if usps else []
    sets += [mnist_set(load_mnist().test, work / "mnist")] if mnist else []
    sets += string_sets(strings) if strings else []
    if not sets:
        raise PosteyeError("nothing to read; name a set: --amounts, --printed, --usps, --mnist or --strings")
    if results and not only:
        raise PosteyeError("--results keeps the rates of one side; add --only posteye or --only others")
    found: list[Compared] = []
    versions: dict[str, str] = {}
    for files in sets:
        compared, readers = compare(files, work / "answers", count, bundle, again, only)
        found.append(compared)
        versions |= readers
    shares = {row.name: {_KEYS[name]: round(rate.exact, 4) for name, rate in row.rates.items()} for row in found}
    rates = msgspec.to_builtins(Rates(found, versions)) | {"exact": shares}
    if results:
        samples = {row.name: row.sample for row in found}
        if only == "posteye":
            keep(FIGURE, results, rates, data=samples, bundle=bundle or SHIPPED)
        else:
            keep(OTHERS_FIGURE, results, rates, data=samples, bundle=None)
    if as_json:
        click.echo(json.dumps(rates))
        return
    click.echo(rates_text(found) + "\n\n" + "\n".join(f"{name:<10} {version}" for name, version in versions.items()))


def compare(
    files: FileSet, kept: Path, count: int, bundle: Path | None, again: bool, only: str | None = None
) -> tuple[Compared, dict[str, str]]:
    """The rates of all readers on one set.

    posteye reads all of the set with its pattern; all readers read a sample, where posteye also reads without a hint if
    that means something.

    Args:
        files: The set.
        kept: Folder of the others' answers.
        count: Size of the sample.
        bundle: Folder of posteye's bundle; None takes the shipped one.
        again: Have the others read again what they have read before.
        only: "posteye" or "others"; None takes both.

    Returns:
        The rates, and the readers' versions by name.
    """
    rows = files.drawn(count)
    sample = [files.labels[row] for row in rows]
    rates: dict[str, Rate] = {}
    versions: dict[str, str] = {}
    whole = None
    if only != "others":
        right, versions[POSTEYE] = _posteye(files.labels, files.pattern, bundle, files.name)
        rates[POSTEYE], whole = Rate.of(right[rows]), Rate.of(right)
        if files.mode != "line" and files.pattern != ANY_NUMBER:
            rates[NO_HINT] = Rate.of(_posteye(sample, ANY_NUMBER, bundle, f"{files.name}, no hint")[0])
    for name, begin in _others(files.mode).items() if only != "posteye" else ():
        known = kept / f"{files.name}-{files.mode}-{_KEYS[name]}.json"
        found = answers(begin, [s.path for s in sample], known, again)
        verdicts = [files.is_right(found.texts[digest(label.path)], label.code) for label in sample]
        rates[name] = Rate.of(np.array(verdicts, np.bool_))
        versions[name] = found.version
    return Compared(files.name, files.title, files.pattern, files.hash_of(rows), rates, whole), versions


def _posteye(labels: Sequence[Label], pattern: str, bundle: Path | None, name: str) -> tuple[NDArray[np.bool_], str]:
    """Which labels posteye reads exactly, accepted or not, bool [labels]; and its version."""
    reader = Reader(pattern=pattern, bundle=bundle)
    readings = read_fields(reader, [label.path for label in labels], [label.code for label in labels], name)
    manifest = reader.bundle.manifest
    return readings.right, f"{VERSION}, {manifest.name} {manifest.version}, {reader.engine}"


def _others(mode: str) -> dict[str, Callable[[], Peer]]:
    """How the other readers are started for images of a mode."""
    return {name: partial(start, module, mode) for name, module in _MODULES.items()}


if __name__ == "__main__":
    run_command(peer_rates)
