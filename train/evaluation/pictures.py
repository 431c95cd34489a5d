"""Measuring the whole reader on whole pictures: lines are located, and its own rules accept or reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from device_runtime.reader import Reader
from device_runtime.types import Reading
from train.data.labelled import Label

ANSWER_HEADS = ("name", "truth", "code", "confidence", "status", "reason")


@dataclass(frozen=True)
class PictureOutcome:
    """What the reader made of labelled pictures.

    Attributes:
        names: One a picture, to find it by.
        readings: One a picture, as `posteye read` reports it.
        truths: The codes in them; nothing for a picture without a code.
        max_error: The share of wrong codes that was allowed among the accepted.
    """

    names: list[str]
    readings: list[Reading]
    truths: list[str]
    max_error: float

    @property
    def codes(self) -> list[str | None]:
        """The code reported for each picture, accepted or not."""
        return [reading.code for reading in self.readings]

    @property
    def exact(self) -> float:
        """Share of pictures whose code is reported right, accepted or not."""
        return sum(map(_is_right, self.readings, self.truths)) / len(self.truths)

    @property
    def no_code(self) -> float:
        """Share of pictures for which no code is reported."""
        return sum(reading.code is None for reading in self.readings) / len(self.readings)

    @property
    def accepted(self) -> float:
        """Share of pictures whose reading is accepted."""
        return sum(reading.status == "accepted" for reading in self.readings) / len(self.readings)

    @property
    def wrong(self) -> float:
        """Share of wrong codes among the accepted; 0 where none is accepted."""
        rows = zip(self.readings, self.truths, strict=True)
        right = [_is_right(reading, truth) for reading, truth in rows if reading.status == "accepted"]
        return 1 - sum(right) / len(right) if right else 0.0

    def answers(self) -> list[tuple[str, ...]]:
        """Every reading as a row under ANSWER_HEADS."""
        rows = zip(self.names, self.truths, self.readings, strict=True)
        return [(n, t, r.code or "", f"{r.confidence:.6f}", r.status, r.reason or "") for n, t, r in rows]

    def summary(self) -> dict[str, Any]:
        """The figures for machines."""
        shares = {"exact": self.exact, "no_code": self.no_code, "accepted": self.accepted, "wrong": self.wrong}
        about = {"pictures": len(self.readings), "max_error": self.max_error}
        return about | {name: round(share, 4) for name, share in shares.items()}


def read_pictures(labels: Sequence[Label], reader: Reader) -> PictureOutcome:
    """Read every picture as `posteye read` does without --field.

    Raises:
        ImageError: For a file that is no image.
    """
    bar = tqdm(labels, desc="pictures", unit="picture", dynamic_ncols=True, leave=False, disable=None)
    readings = [reader.read(label.path).reading for label in bar]
    names, truths = [label.name for label in labels], [label.code for label in labels]
    return PictureOutcome(names, readings, truths, reader.max_error)


def table(name: str, outcome: PictureOutcome) -> str:
    """The figures for people."""
    shares = "".join(f"{s:>10.2%}" for s in (outcome.exact, outcome.no_code, outcome.accepted, outcome.wrong))
    return "\n".join(
        [
            f"{'':<12}{'pictures':>9}{'exact':>10}{'no code':>10}{'accepted':>10}{'wrong':>10}",
            f"{name:<12}{len(outcome.readings):>9}{shares}",
            f"(each image was read as a whole picture, as by `posteye read --max-error {outcome.max_error:g}`;",
            "accepted: by its rules and this error; wrong: of the accepted)",
        ]
    )


def _is_right(reading: Reading, truth: str) -> bool:
    return (reading.code or "") == truth
