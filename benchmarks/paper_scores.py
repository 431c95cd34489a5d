"""What is measured of one classifier, and how it is kept: error, rejects for 0.5 % error, and a JSON file a row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError

Scores = NDArray[np.float32]
TARGET_ERROR = 0.005


@dataclass(frozen=True)
class Answers:
    """Class scores of a classifier on the test digits (float32 [n, 10], highest wins) and what it costs.

    products: multiply-accumulates for one digit, variables: numbers stored; both in thousands.
    details: what the table says beside the row, such as the parameters chosen. earlier_cpu_s: CPU time of earlier
    processes whose checkpoint this one went on from.
    """

    scores: Scores
    products_k: float
    variables_k: float
    details: str = ""
    earlier_cpu_s: float = 0.0


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run of one row as kept in JSON. Percentages; thousands; cpu_s is the process's own time."""

    row: str
    seed: int
    error_percent: float
    reject_percent: float
    products_k: float
    variables_k: float
    cpu_s: float
    details: str


def error_percent(scores: Scores, labels: NDArray[np.uint8]) -> float:
    """Share of digits whose best score is not that of their class, in percent."""
    return 100 * float(np.mean(scores.argmax(1) != labels))


def reject_percent(scores: Scores, labels: NDArray[np.uint8], target: float = TARGET_ERROR) -> float:
    """Smallest share of digits, in percent, to reject so that at most `target` of the accepted are wrong.

    Rejected are those whose two best scores differ least; digits of equal difference go together (section III-D).
    """
    top = np.sort(scores, axis=1)[:, -2:]
    margins = top[:, 1] - top[:, 0]
    order = np.argsort(-margins, kind="stable")
    wrong = np.cumsum((scores.argmax(1) != labels)[order])
    accepted = np.arange(1, len(labels) + 1)
    falling = margins[order]
    possible = np.append(falling[1:] < falling[:-1], True) & (wrong <= target * accepted)
    most = accepted[possible].max(initial=0)
    return 100 * (1 - float(most) / len(labels))


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
    )


def keep(measured: Measured, folder: Path) -> Path:
    """Write one run as `row-seed.json` into the folder; gives the path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{measured.row}-{measured.seed}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=2) + b"\n")
    return path


def kept(folder: Path) -> list[Measured]:
    """All runs kept in the folder, by row and seed. Raises PosteyeError when a file there is no such run."""
    runs = []
    for path in sorted(folder.glob("*.json")):
        try:
            runs.append(msgspec.json.decode(path.read_bytes(), type=Measured))
        except msgspec.MsgspecError as error:
            raise PosteyeError(
                f"{path} is no run of the paper's table ({error}); delete it and run the row again"
            ) from None
    return sorted(runs, key=lambda run: (run.row, run.seed))
