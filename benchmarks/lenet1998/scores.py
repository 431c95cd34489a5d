"""What is measured of one classifier, and how it is kept: error, rejects for 0.5 % error, and a JSON file a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import files as figure_files
from benchmarks.figures.files import Results
from benchmarks.figures.provenance import machine
from device_runtime.errors import PosteyeError

Scores = NDArray[np.float32]
TARGET_ERROR = 0.005


@dataclass(frozen=True)
class Answers:
    """What a classifier makes of the test digits, and what it costs.

    Attributes:
        scores: Of the classes, float32 [n, 10]; the highest wins.
        products_k: Multiply-accumulates for one digit, thousands.
        variables_k: Numbers stored, thousands.
        details: What the table says beside the row, such as the parameters chosen.
        earlier_cpu_s: CPU time of earlier processes whose checkpoint this one went on from.
        others: Scores, by kind, of images that are no digits.
    """

    scores: Scores
    products_k: float
    variables_k: float
    details: str = ""
    earlier_cpu_s: float = 0.0
    others: Mapping[str, Scores] = field(default_factory=dict)


class Rejected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Percent rejected by two thresholds, each of which leaves 0.5 % of the accepted test digits wrong.

    Attributes:
        by_difference: By one on the difference of the two best scores.
        by_best: By one on the best score alone.
    """

    by_difference: float
    by_best: float


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run of one row as kept in JSON.

    Attributes:
        row: Name of the row.
        seed: Of the run.
        error_percent: Of the test digits.
        reject_percent: What must be rejected for 0.5 % error.
        products_k: Multiply-accumulates for one digit, thousands.
        variables_k: Numbers stored, thousands.
        cpu_s: The process's own time.
        details: What the table says beside the row.
        rejected: Of the test digits and of each kind of image that is no digit, where the row was asked for it.
    """

    row: str
    seed: int
    error_percent: float
    reject_percent: float
    products_k: float
    variables_k: float
    cpu_s: float
    details: str
    rejected: dict[str, Rejected] = {}


def error_percent(scores: Scores, labels: NDArray[np.uint8]) -> float:
    """Share of digits whose best score is not that of their class, in percent."""
    return 100 * float(np.mean(scores.argmax(1) != labels))


def margins(scores: Scores) -> NDArray[np.float32]:
    """Difference of the two best scores of each digit: float32 [n]."""
    top = np.sort(scores, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0], np.float32)


def least_accepted(confidences: NDArray[np.float32], wrong: NDArray[np.bool_], target: float = TARGET_ERROR) -> float:
    """The confidence from which on digits are accepted: as many as can be with few errors among them.

    Args:
        confidences: Of the digits, [n]; digits of equal confidence go together.
        wrong: Whether each is answered wrongly, [n].
        target: Largest share of wrong ones among the accepted.

    Returns:
        The lowest accepted confidence; infinity where none can be accepted.
    """
    # From the surest digit on: how many are accepted when this one is the last, and whether that may be.
    order = np.argsort(-confidences, kind="stable")
    accepted = np.arange(1, len(wrong) + 1)
    falling = confidences[order]
    possible = np.append(falling[1:] < falling[:-1], True) & (np.cumsum(wrong[order]) <= target * accepted)
    most = int(accepted[possible].max(initial=0))
    return float(falling[most - 1]) if most else np.inf


def reject_percent(scores: Scores, labels: NDArray[np.uint8], target: float = TARGET_ERROR) -> float:
    """Smallest share of digits, in percent, to reject so that at most `target` of the accepted are wrong.

    Rejected are those whose two best scores differ least (section III-D).
    """
    confidences = margins(scores)
    least = least_accepted(confidences, scores.argmax(1) != labels, target)
    return 100 * float(np.mean(confidences < least))


def rejected(answers: Answers, labels: NDArray[np.uint8]) -> dict[str, Rejected]:
    """What the two thresholds reject of the test digits and of each kind of images that are no digits."""
    wrong = answers.scores.argmax(1) != labels
    least_difference = least_accepted(margins(answers.scores), wrong)
    least_best = least_accepted(answers.scores.max(1), wrong)
    return {
        kind: Rejected(
            round(100 * float(np.mean(margins(scores) < least_difference)), 2),
            round(100 * float(np.mean(scores.max(1) < least_best)), 2),
        )
        for kind, scores in {"test digits": answers.scores, **answers.others}.items()
    }


def measure(row: str, seed: int, answers: Answers, labels: NDArray[np.uint8], cpu_s: float) -> Measured:
    """The row's figures from a classifier's answers."""
    return Measured(
        row,
        seed,
        round(error_percent(answers.scores, labels), 2),
        round(reject_percent(answers.scores, labels), 2),
        round(answers.products_k, 1),
        round(answers.variables_k, 1),
        round(cpu_s + answers.earlier_cpu_s, 1),
        answers.details,
        rejected(answers, labels) if answers.others else {},
    )


def keep(measured: Measured, folder: Path, data: str) -> Path:
    """Keep one run as the results file `row-seed.json` in the folder, with the hash of its data; gives the path."""
    path = folder / f"{measured.row}-{measured.seed}.json"
    values = msgspec.to_builtins(measured)
    figure_files.keep("paper", path, values, data={"mnist": data}, seed=measured.seed, bundle=None, machine=machine())
    return path


def runs_of(files: Mapping[str, Results]) -> list[Measured]:
    """All runs among results files, by row and seed.

    Raises:
        PosteyeError: A file holds no such run.
    """
    runs = []
    for name, results in files.items():
        if not name.startswith("paper/"):
            continue
        try:
            runs.append(msgspec.convert(results.values, Measured))
        except msgspec.ValidationError as error:
            raise PosteyeError(
                f"{name}.json is no run of the paper's table ({error}); delete it and run the row again"
            ) from None
    return sorted(runs, key=lambda run: (run.row, run.seed))
