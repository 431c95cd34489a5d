"""Reads every field twice, side by side: with our net alone, and with a second opinion on what it would reject."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.readings import Readings
from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.result import Result
from train.data.labelled import Label

MAX_ERRORS = (0.01, 0.02)


@dataclass(frozen=True, eq=False)
class Side:
    """What one of the readers made of a set.

    Attributes:
        readings: of every field.
        asked: bool [fields], where a second opinion was asked for.
        agreed: bool [fields], where it was given and agreed.
        cpu_s: float64 [fields], time of the processor for each reading.
    """

    readings: Readings
    asked: NDArray[np.bool_]
    agreed: NDArray[np.bool_]
    cpu_s: NDArray[np.float64]

    def summary(self) -> dict[str, Any]:
        """The figures that are published."""
        readings = self.readings
        accepted, wrong = int(readings.accepted.sum()), int((readings.accepted & ~readings.right).sum())
        rates = {f"at-{round(100 * error)}": round(readings.accept_rate(error), 4) for error in MAX_ERRORS}
        return {
            "exact": round(readings.exact, 4),
            "accepted": round(accepted / len(readings.right), 4),
            "wrong": wrong,
            "wrong-share": round(wrong / max(1, accepted), 4),
            "ms": round(1000 * float(self.cpu_s.mean()), 2),
            **rates,
        }


def measure(alone: Reader, second: Reader, labels: Sequence[Label], name: str) -> tuple[Side, Side]:
    """Read every field by both readers, one after the other.

    Args:
        alone: of our net alone.
        second: the same with a second opinion.
        labels: the files and what they hold.
        name: what the progress is shown under.
    """
    bar = tqdm(labels, desc=name, unit="field", dynamic_ncols=True, leave=False, disable=None)
    found: tuple[list[tuple[Result, float]], ...] = ([], [])
    for label in bar:
        pixels = load_image(label.path)
        for reader, rows in zip((alone, second), found, strict=True):
            started = time.process_time()
            result = reader.read(pixels, field=True, upright=True)
            rows.append((result, time.process_time() - started))
    truths = [label.code for label in labels]
    return _side(found[0], truths), _side(found[1], truths)


def _side(rows: Sequence[tuple[Result, float]], truths: Sequence[str]) -> Side:
    readings = [result.reading for result, _ in rows]
    return Side(
        Readings(
            np.array([one.confidence for one in readings]),
            np.array([one.code == truth for one, truth in zip(readings, truths, strict=True)], np.bool_),
            np.array([one.status == "accepted" for one in readings], np.bool_),
        ),
        np.array([one.opinion is not None for one in readings], np.bool_),
        np.array([one.opinion is not None and one.opinion.agrees for one in readings], np.bool_),
        np.array([cpu_s for _, cpu_s in rows]),
    )


def compared(alone: Side, second: Side) -> dict[str, Any]:
    """The figures of both sides of one set, and those of the fields that were asked about.

    time-asked: of a reading with a second opinion over one by our net alone, on the same fields.
    """
    asked, agreed = second.asked, second.agreed
    right = second.readings.right
    figures = {"strings": len(right), "alone": alone.summary(), "second": second.summary()}
    figures |= {
        "asked": round(float(asked.mean()), 4),
        "agreed": round(float(agreed.sum() / max(1, asked.sum())), 4),
        "agreed-wrong": int((agreed & ~right).sum()),
        "time-ratio": round(float(second.cpu_s.sum() / alone.cpu_s.sum()), 1),
    }
    if asked.any():
        figures["time-asked"] = round(float(second.cpu_s[asked].sum() / alone.cpu_s[asked].sum()), 1)
        figures["ms-asked"] = round(1000 * float(second.cpu_s[asked].mean()), 1)
    return figures
