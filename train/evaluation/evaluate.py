"""Measuring a reader: exact-string rate, and how much can be accepted at a stated error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.calibration import Calibration
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import read_augmented
from device_runtime.decoding.rejection import decide
from device_runtime.decoding.strip_reader import looking
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.recognition.recognizer import Recognize
from device_runtime.types import Candidate, Decoding, Reading
from train.data.labelled import Labeled
from train.evaluation.alignment import aligned
from train.evaluation.metrics import accept_rate
from train.runs.trainer import load_float
from train.scanner.penalties import net_recognizer

ERRORS = (0.001, 0.005, 0.01, 0.02, 0.05)
FIELDS_NOTE = "(each image was read as one text field)"


@dataclass(frozen=True)
class Outcome:
    """What a reader made of labelled strips.

    Attributes:
        decodings: One a strip, empty where there was nothing to read.
        confidences: float64 [strips], posterior of the best code, 0 where there is none.
        correct: bool [strips], whether the best code is the strip's.
    """

    decodings: list[Decoding]
    confidences: NDArray[np.float64]
    correct: NDArray[np.bool_]

    @property
    def codes(self) -> list[str | None]:
        """The best code of each strip."""
        return [found.candidates[0].code if found.candidates else None for found in self.decodings]

    @property
    def exact(self) -> float:
        """Share of strips read exactly."""
        return float(self.correct.mean())

    def accept_rate(self, max_error: float) -> float:
        """The largest share that a threshold on the confidence accepts with at most max_error wrong among them."""
        return accept_rate(self.confidences, self.correct, max_error)

    def summary(self) -> dict[str, Any]:
        """The figures that are published."""
        rates = {f"accepted_at_{e:g}": round(self.accept_rate(e), 4) for e in ERRORS}
        return {"strings": len(self.decodings), "exact": round(self.exact, 4), **rates}


def read_all(data: Labeled, recognize: Recognize, decoder: Decoder, name: str) -> Outcome:
    """Read every strip.

    Args:
        data: Strips with their codes.
        recognise: From a strip to its lattice.
        decoder: Of the grammar to read with.
        name: What the progress is shown under.
    """
    decodings, look = [], looking(recognize, decoder)
    for strip in tqdm(data.strips, desc=name, unit="strip", dynamic_ncols=True, leave=False, disable=None):
        found = Decoding((), (), None)
        if strip.has_ink:
            # A field that is longer than the model reads is not read, and the others are.
            with contextlib.suppress(PosteyeError):
                found = read_augmented(strip, look).decoding
        decodings.append(found)
    best = [found.candidates[0] if found.candidates else Candidate("", 0.0) for found in decodings]
    correct = np.array([candidate.code == truth for candidate, truth in zip(best, data.codes, strict=True)])
    return Outcome(decodings, np.array([candidate.confidence for candidate in best]), correct)


def character_verdicts(outcome: Outcome, truths: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Hold every character that was read, separators left out, against its aligned truth.

    Args:
        outcome: Of strings.
        truths: One a string.

    Returns:
        float64 [characters], their posteriors; bool [characters], whether they are right.
    """
    posteriors, right = [], []
    for found, truth in zip(outcome.decodings, truths, strict=True):
        read = [c for c in found.characters if c.char not in SEPARATORS]
        written = "".join(char for char in truth if char not in SEPARATORS)
        pairs = aligned(written, "".join(c.char for c in read))
        posteriors += [c.confidence for c in read]
        right += [answer == char for char, answer in pairs if answer]
    return np.array(posteriors), np.array(right, dtype=np.bool_)


def calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: mean gap between confidence and share right, over bins of equal width.

    Args:
        confidences: float64 [n], 0..1.
        right: bool [n].
        bins: How many there are.

    Source: Guo et al., "On calibration of modern neural networks", 2017, equation 5.
    """
    index = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [abs(confidences[index == b].sum() - right[index == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(confidences))


def decided(decodings: Iterable[Decoding], calibration: Calibration, max_error: float) -> list[Reading]:
    """The reading that each decoding of a field comes to, accepted or rejected by its confidence.

    Args:
        decodings: One a field.
        calibration: The bundle's, for the way in which they came about.
        max_error: The share of wrong codes allowed among the accepted.

    Raises:
        PosteyeError: When max_error cannot be promised.
    """
    return [decide(decoding, calibration, max_error, has_ink=True) for decoding in decodings]


def calibrated(decodings: Iterable[Decoding], truths: Sequence[str], calibration: Calibration) -> Outcome:
    """The outcome with the confidences that are reported, of codes and characters, instead of posteriors.

    Raises:
        PosteyeError: When the calibration has no operating points.
    """
    loosest = calibration.table[-1].max_error if calibration.table else 1.0  # the threshold changes no confidence
    readings = decided(decodings, calibration, loosest)
    return Outcome(
        [Decoding(reading.candidates if reading.code else (), reading.characters, None) for reading in readings],
        np.array([reading.confidence for reading in readings]),
        np.array([reading.code == truth for reading, truth in zip(readings, truths, strict=True)], dtype=np.bool_),
    )


def float_recognizer(run: Path, alphabet: str) -> Recognize:
    """The float twin of a bundle as a recogniser: the net of a training folder before quantisation.

    Raises:
        PosteyeError: When the folder has none.
    """
    return net_recognizer(load_float(run), alphabet)


def table(rows: Sequence[tuple[str, Outcome]], note: str = "") -> str:
    """The figures side by side, for people.

    Args:
        rows: Names and outcomes.
        note: A line to add below.
    """
    head = f"{'':<12}{'strings':>8}{'exact':>9}" + "".join(f"{f'at {e:.1%}':>9}" for e in ERRORS)
    lines = [head]
    for name, outcome in rows:
        accepted = "".join(f"{outcome.accept_rate(e):>9.2%}" for e in ERRORS)
        lines.append(f"{name:<12}{len(outcome.decodings):>8}{outcome.exact:>9.2%}{accepted}")
    lines.append("(at 1.0%: share accepted when the threshold leaves 1 % errors among the accepted)")
    return "\n".join([*lines, note] if note else lines)
