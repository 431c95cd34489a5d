"""What the garbage model should cost: the costs of `device_runtime.recognition.costs`, one varied at a time.

    python -m benchmarks.no_code.costs --writers QMNIST --results benchmarks/results/surroundings.json

Half of the fields hold a code of five digits, by writers that were not trained on or in generated lines of print; half
hold none (`no_code/numbers.py`). The best costs are those with the fewest nats: the mean -log of the belief in what is
right, over the two halves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from tqdm import tqdm

from benchmarks.figures.command import mnist_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import mnist_hash
from benchmarks.figures.tables import Table
from benchmarks.mnist_strings.fields import StringMaker
from benchmarks.no_code.drawn import CUT, STACKED, FieldDrawer
from benchmarks.no_code.numbers import KINDS
from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.image.normalize import normalize
from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.gaps import Gaps, find_gaps
from device_runtime.recognition.recognizer import SCAN
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Penalties
from train.data.mnist import Mnist, load_mnist
from train.data.target import Target
from train.data.writers import writers_of
from train.synthesis.generator import FieldGenerator

PATTERN = r"\d{5}"
VALUES: dict[str, tuple[float, ...]] = {
    "foreign_number": (1.0, 1.5, 2.0, 2.5, 3.0),
    "continued": (0.0, 2.0, 3.0, 4.0, 5.0, 6.0),
    "letters": (0.0, 2.0, 3.0, 4.0, 5.0, 6.0),
    "mark": (0.0, 2.0, 3.0, 4.0, 5.0, 6.0),
}
_LEAST = 1e-4  # belief that a single field can cost at most
_MAX_ERROR = 0.01


@dataclass(frozen=True, eq=False)
class Seen:
    """A field as the decoder gets it.

    Attributes:
        penalties: Of the scanner.
        gaps: Between its ink.
        code: What it holds; None where that is no code.
    """

    penalties: Penalties
    gaps: Gaps
    code: str | None


@dataclass(frozen=True)
class CostFigures:
    """What is read with some costs.

    Attributes:
        nats: Mean -log of the belief in what is right, a field.
        right: Share of the codes that are accepted.
        wrong: Share of the fields without a code that are accepted.
    """

    nats: float
    right: float
    wrong: float


def with_codes(mnist: Mnist, count: int, seed: int) -> Iterator[tuple[np.ndarray, str]]:
    """Fields of one five-digit code, half by hand, half in lines of print."""
    by_hand = StringMaker(mnist.validation, seed)
    for _ in range(count // 2):
        field = by_hand.hard()
        yield field.image, field.digits
    generator = FieldGenerator(writers_of(mnist.validation), seed)
    left = count - count // 2
    while left:
        printed = generator.printed()
        numbers = [number for number in Target.parse(printed.target).numbers if len(number) == len(printed.digits)]
        if len(printed.digits) == 5 and numbers == [printed.digits]:
            left -= 1
            yield printed.image, printed.digits


def without_codes(count: int, seed: int) -> Iterator[np.ndarray]:
    """Fields that hold no code, of every kind alike but for those that the normaliser knows to be unfit."""
    drawer = FieldDrawer()
    kinds = [kind for kind in KINDS if kind not in (CUT, STACKED)]
    for number in range(count):
        yield drawer.field(kinds[number % len(kinds)], seed, number)[0]


def judge(seen: list[Seen], costs: Costs, threshold: float) -> CostFigures:
    """Decode all fields with these costs.

    Args:
        seen: The fields.
        costs: Of the garbage model.
        threshold: Posterior from which on a code is accepted.
    """
    decoder = Decoder(Grammar.from_pattern(PATTERN), DIGITS)
    nats: dict[bool, list[float]] = {True: [], False: []}
    accepted: dict[bool, list[bool]] = {True: [], False: []}
    for field in seen:
        found = decoder.decode(scan_lattice(field.penalties, field.gaps, costs))
        believed = {candidate.code: candidate.confidence for candidate in found.candidates}
        best = max(believed.values(), default=0.0)
        right = believed.get(field.code, 0.0) if field.code else 1.0 - best
        nats[field.code is not None].append(-float(np.log(max(right, _LEAST))))
        accepted[field.code is not None].append(best >= threshold and not found.doubt)
    return CostFigures(
        float(np.mean(nats[True]) + np.mean(nats[False])) / 2,
        float(np.mean(accepted[True])),
        float(np.mean(accepted[False])),
    )


@click.command()
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST's label files.")
@mnist_option
@click.option("--count", type=click.IntRange(48), default=960, show_default=True, help="Fields.")
@click.option("--seed", default=3, show_default=True, help="Of the fields; the attack's is another.")
@results_option
def surroundings(writers: Path | None, mnist: Path | None, count: int, seed: int, results: Path | None) -> None:
    """Vary one cost at a time and print what comes of it."""
    bundle = load_bundle()
    scanner = Scanner(bundle, engines.pick(None, bundle.model))
    calibration = bundle.calibration(SCAN)
    steps = np.linspace(0.5, 1, 20_001)
    threshold = float(steps[calibration.code.all(steps) >= calibration.threshold(_MAX_ERROR)][0])
    data = load_mnist(mnist, writers)
    drawn: list[tuple[np.ndarray, str | None]] = [*with_codes(data, count // 2, seed)]
    drawn += [(image, None) for image in without_codes(count // 2, seed)]
    seen = []
    for image, code in tqdm(drawn, desc="fields", unit="field", leave=False, disable=None):
        strip = normalize(image)
        if strip.has_ink:
            seen.append(Seen(scanner(strip), find_gaps(strip), code))
    heads = ["cost", "nats a field", "codes accepted", "fields without a code accepted"]
    lines = [["as shipped", *_shown(judge(seen, COSTS, threshold))]]
    print("\t".join(heads), "\t".join(lines[0]), sep="\n", flush=True)
    for name in (field.name for field in fields(Costs)):
        for value in VALUES[name]:
            lines.append([f"{name} {value:g}", *_shown(judge(seen, replace(COSTS, **{name: value}), threshold))])
            print("\t".join(lines[-1]), flush=True)
    if results:
        values: dict[str, Any] = {"table": Table(heads, lines), "fields": len(seen)}
        hashes = {"mnist": mnist_hash(data.test)} | ({"writers": writers} if writers else {})
        keep("surroundings", results, values, data=hashes, seed=seed)


def _shown(row: CostFigures) -> list[str]:
    nats, right, wrong = astuple(row)
    return [f"{nats:.3f}", f"{right:.1%}", f"{wrong:.1%}"]


if __name__ == "__main__":
    run_command(surroundings)
