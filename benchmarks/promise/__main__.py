"""What the bundle's threshold for 1 % wrong codes comes to, set by set: none of the sets took part in fitting it.

    python -m benchmarks.promise DATA --writers QMNIST --strings STRINGS --results benchmarks/results/promise.json

Every field is read as `posteye read --field` reads it. A set keeps the promise when 1 % lies in or above the interval
of the share of wrong codes among its accepted ones. Two drawn sets hold no code that is asked for.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np

from benchmarks.figures.command import bundle_option, mnist_option, results_option, run_command, writers_option
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED, mnist_hash
from benchmarks.figures.tables import Table
from benchmarks.promise.sets import Fields, other_digits, real_fields, without_digits
from benchmarks.readings import Readings, read_fields
from device_runtime.reader import Reader
from train.data.collections import load_collections
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.evaluation.evaluate import calibration_error
from train.evaluation.metrics import Share

MAX_ERROR = 0.01
HEADS = ["set", "fields", "exact", "at 1 %", "at 2 %", "accepted", "wrong of these", "95 %", "ECE"]


@dataclass(frozen=True)
class Kept:
    """How a set is read.

    Attributes:
        fields: In the set.
        exact: Share read exactly; of fields without a code, where none is accepted.
        at_1: Largest share that a threshold of the set's own accepts with 1 % wrong among them.
        at_2: The same with 2 %.
        accepted: How many fields the bundle's threshold for 1 % accepts.
        wrong: How many of these hold another code or none.
        ece: Expected calibration error of the codes' confidences, over fields that hold a code.
    """

    fields: int
    exact: float
    at_1: float
    at_2: float
    accepted: int
    wrong: int
    ece: float

    @property
    def row(self) -> list[str]:
        """As a line of a table."""
        wrong = Share(self.wrong, self.accepted)
        low, high = wrong.interval
        return [
            f"{self.fields:,}",
            f"{self.exact:.1%}",
            f"{self.at_1:.1%}",
            f"{self.at_2:.1%}",
            f"{self.accepted / self.fields:.1%}",
            f"{wrong.value:.2%} ({self.wrong})",
            f"{low:.1%}-{high:.1%}",
            f"{self.ece:.3f}",
        ]


def judged(readings: Readings, truths: list[str]) -> Kept:
    """The figures of a set; a field without a code is wrong when something is accepted there."""
    coded = np.array([bool(truth) for truth in truths])
    right = readings.right & coded
    wrong = readings.accepted & ~right
    ece = calibration_error(readings.confidences[coded], right[coded]) if coded.any() else 0.0
    return Kept(
        len(truths),
        float(np.where(coded, right, ~readings.accepted).mean()),
        readings.accept_rate(MAX_ERROR),
        readings.accept_rate(2 * MAX_ERROR),
        int(readings.accepted.sum()),
        int(wrong.sum()),
        ece,
    )


def read_set(fields: Fields, bundle: Path | None) -> Kept:
    """Read a set with a reader of its own."""
    reader = Reader(bundle=bundle, country=fields.country, pattern=fields.pattern, max_error=MAX_ERROR)
    truths = list(fields.truths)
    return judged(read_fields(reader, fields.images, truths, fields.name), truths)


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@writers_option
@click.option("--strings", type=click.Path(path_type=Path), required=True, help="Folder of what people wrote.")
@mnist_option
@click.option("--count", type=click.IntRange(min=10), default=2000, show_default=True, help="Drawn fields of a set.")
@click.option("--seed", type=click.IntRange(min=0), default=14, show_default=True)
@bundle_option
@results_option
def promise(
    data: Path,
    writers: Path,
    strings: Path,
    mnist: Path | None,
    count: int,
    seed: int,
    bundle: Path | None,
    results: Path | None,
) -> None:
    """Read sets that took no part in calibration, and print what is accepted and how much of it is wrong."""
    cv2.setNumThreads(1)
    digits, apart = load_mnist(mnist, writers), load_collections(strings)[1]
    unseen = writers_of(digits.validation)
    sets = real_fields(data, apart, digits.test)
    sets += [without_digits(unseen, apart, count, seed), other_digits(unseen, apart, count, seed)]
    values: dict[str, Any] = {}
    lines = []
    click.echo("\t".join(HEADS))
    for fields in sets:
        kept = read_set(fields, bundle)
        values[fields.name] = asdict(kept)
        lines.append([fields.name, *kept.row])
        click.echo("\t".join(lines[-1]))
    if results:
        values["table"] = Table(HEADS, lines)
        hashes: dict[str, Path | str] = {
            name: data / name for name in ("check_amounts", "printed_postcode_lines", "usps_digits")
        }
        hashes |= {"strings": strings, "mnist": mnist_hash(digits.test)}
        keep("promise", results, values, data=hashes, seed=seed, bundle=bundle or SHIPPED)


if __name__ == "__main__":
    run_command(promise)
