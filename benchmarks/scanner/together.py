"""What several nets read together, beside each of them alone: exact and accepted shares, and the work of a field.

    python -m benchmarks.scanner.together DATA [--also BUNDLE]

DATA holds check_amounts and printed_postcode_lines.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from tqdm import tqdm

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED
from benchmarks.figures.tables import Table
from benchmarks.scanner.architectures import macs
from device_runtime import engines
from device_runtime.bundle import DEFAULT_BUNDLE, SMALL_BUNDLE, Bundle, load_bundle
from device_runtime.bundle import SHIPPED as SHIPPED_BUNDLES
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import CONFIDENCE_THRESHOLD, STRETCHES, Look, combine, stretch
from device_runtime.decoding.strip_reader import StripReader
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scanner import Scanner, pad_to_width
from device_runtime.types import Candidate, Strip
from train.data.labelled import Labeled, folder_strips
from train.evaluation.metrics import accept_rate
from train.scanner.from_bundle import restore_scanner
from train.scanner.model import ScanningLeNet

HEADS = (
    "nets, in the order in which they read",
    "sure from",
    "amounts: exact",
    "at 1 %",
    "at 2 %",
    "printed: exact",
    "at 1 %",
    "at 2 %",
    "doubted",
    "M MACs a field",
)
ALSO = "also"
# Nets in the order in which they read, and the posterior from which on the first one's look stands alone.
ROWS: tuple[tuple[tuple[str, ...], float], ...] = (
    ((SMALL_BUNDLE,), CONFIDENCE_THRESHOLD),
    ((DEFAULT_BUNDLE,), CONFIDENCE_THRESHOLD),
    ((SMALL_BUNDLE, DEFAULT_BUNDLE), CONFIDENCE_THRESHOLD),
    ((SMALL_BUNDLE, DEFAULT_BUNDLE), 0.95),
    ((ALSO,), CONFIDENCE_THRESHOLD),
    ((ALSO, DEFAULT_BUNDLE), 0.95),
    ((SMALL_BUNDLE, ALSO, DEFAULT_BUNDLE), 0.95),
)


@dataclass(frozen=True)
class Read:
    """What nets made of a set.

    Attributes:
        exact: share of fields read exactly.
        at: share accepted when a threshold leaves 1 % and 2 % wrong among them.
        doubted: share of fields that the first net left to the others, or to other widths.
        macs: multiply-accumulates of the nets, the mean of a field.
    """

    exact: float
    at: tuple[float, float]
    doubted: float
    macs: float


class Net:
    """A net that looks at strips and counts what it takes.

    Attributes:
        looks: how many so far.
        macs: multiply-accumulates so far.
    """

    def __init__(self, bundle: Bundle, decoder: Decoder) -> None:
        """Prepare the net of a bundle."""
        self._reader = StripReader(Scanner(bundle, engines.pick(None, bundle.model)), decoder)
        self._widths_px = bundle.manifest.input.widths_px
        self._net = ScanningLeNet(restore_scanner(bundle).channels)
        self.looks = self.macs = 0

    def look(self, strip: Strip) -> Look:
        """Look at a strip."""
        self.looks += 1
        self.macs += macs(self._net, pad_to_width(strip.pixels, self._widths_px).shape[1])
        return self._reader.look(strip)


def read(data: Labeled, nets: Sequence[Net], threshold: float, name: str) -> Read:
    """Read a set with a cascade of nets, or with one.

    The first net looks at every strip as it is. Where it believes no code as much as the threshold, every further net
    looks at the strip as it is, and the last one at all widths; each code has the mean of its posteriors in all looks.

    Args:
        data: strips with their codes.
        nets: one or more, in the order in which they read.
        threshold: posterior from which on the first look stands alone.
        name: what the progress is shown under.
    """
    work = sum(net.macs for net in nets)
    sure, right, doubted = [], [], 0
    for strip, code in zip(tqdm(data.strips, desc=name, leave=False, disable=None), data.codes, strict=True):
        found: tuple[Candidate, ...] = ()
        if strip.has_ink:
            looks = [nets[0].look(strip)]
            found = looks[0].view.decoding.candidates
            if not (found and found[0].confidence >= threshold):
                doubted += 1
                looks += [net.look(strip) for net in nets[1:]]
                with contextlib.suppress(PosteyeError):  # longer than the model reads
                    looks += [nets[-1].look(stretch(strip, factor)) for factor in STRETCHES]
                found = combine(looks).decoding.candidates
        sure.append(found[0].confidence if found else 0.0)
        right.append(bool(found) and found[0].code == code)
    confidences, correct = np.array(sure), np.array(right, dtype=np.bool_)
    one, two = (accept_rate(confidences, correct, error) for error in (0.01, 0.02))
    spent = (sum(net.macs for net in nets) - work) / len(right)
    return Read(float(correct.mean()), (one, two), doubted / len(right), spent)


def row(names: Sequence[str], threshold: float, amounts: Read, printed: Read) -> list[str]:
    """A row of the table."""
    shares = [share for one in (amounts, printed) for share in (one.exact, *one.at)]
    work = f"{amounts.macs / 1e6:.1f} and {printed.macs / 1e6:.1f}"
    doubted = f"{amounts.doubted:.0%} and {printed.doubted:.0%}"
    return [", ".join(names), f"{threshold:g}", *(f"{share:.1%}" for share in shares), doubted, work]


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--also", type=click.Path(path_type=Path), help="Folder of a bundle of a third net.")
@results_option
def together(data: Path, also: Path | None, results: Path | None) -> None:
    """Read check amounts and printed lines with one net, with two and with three."""
    cv2.setNumThreads(1)
    folders = {name: data / name for name in ("check_amounts", "printed_postcode_lines")}
    grammars = (Grammar.from_pattern(r"\d{1,8}", DIGITS), Grammar.chosen("MY", None, None, DIGITS))
    bundles = {name: load_bundle(name) for name in SHIPPED_BUNDLES} | ({ALSO: load_bundle(also)} if also else {})
    found: dict[tuple[tuple[str, ...], float], list[Read]] = {row: [] for row in ROWS if bundles.keys() >= set(row[0])}
    for folder, grammar in zip(folders.values(), grammars, strict=True):
        assert grammar is not None
        strips, decoder = folder_strips(folder), Decoder(grammar, DIGITS)
        nets = {name: Net(bundle, decoder) for name, bundle in bundles.items()}
        for names, threshold in found:
            reads = read(strips, [nets[name] for name in names], threshold, ", ".join(names))
            found[names, threshold].append(reads)
    lines = [row(*key, *reads) for key, reads in found.items()]
    click.echo(Table(HEADS, lines).markdown())
    if results:
        values = {"table": Table(HEADS, lines)}
        keep("together", results, values, data=folders | ({ALSO: also} if also else {}), bundle=SHIPPED)


if __name__ == "__main__":
    run_command(together)
