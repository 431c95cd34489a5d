"""Fits the calibration of the pair, so that what is accepted by our net alone or by both keeps its error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.calibration import Calibration, OperatingPoint
from device_runtime.clock import Clock
from device_runtime.image.pixels import to_pixels
from device_runtime.image.polarity import inked
from device_runtime.image.prepare import prepared
from device_runtime.line_reader import LineReader
from device_runtime.second_opinion.belief import Believer
from device_runtime.second_opinion.opinion import is_in_doubt
from device_runtime.types import Decoding
from train.evaluation.alignment import aligned
from train.evaluation.calibration import fit_scale
from train.second_opinion.fields import Labelled

_PART = 2.0  # times the error in every kind and among those accepted by both: easy fields pay for no worse ones


@dataclass(frozen=True)
class Together:
    """What both recognisers made of a field.

    Attributes:
        posterior: of the best code, not calibrated.
        right: whether that code stands in the field.
        characters: of each of its characters the posterior, and whether it is right.
    """

    posterior: float
    right: bool
    characters: tuple[tuple[float, bool], ...]


@dataclass(frozen=True)
class Seen:
    """A field with a code that our net accepts at some error, or rejects for doubt alone.

    Attributes:
        alone: calibrated confidence of our net.
        right: whether its code stands in the field.
        both: what both made of it; None where our net accepts it at every error.
    """

    alone: float
    right: bool
    both: Together | None


def see(lines: LineReader, believer: Believer, fields: Iterator[Labelled], wanted: int, name: str) -> list[Seen]:
    """Read fields until both were asked about so many, or there are no more.

    Fields of unclear polarity and those that are rejected for other reasons than doubt are left out.

    Args:
        lines: of our net, at the smallest error that it can promise, so that as many as ever are in doubt.
        believer: has both read.
        fields: what to read.
        wanted: how many.
        name: what the progress is shown under.
    """
    found: list[Seen] = []
    asked = 0  # a bar that is not shown does not count
    bar = tqdm(total=wanted, desc=name, unit="field", dynamic_ncols=True, leave=False, disable=None)
    for field in fields:
        clock, pixels = Clock(), to_pixels(field.image, "RGB")
        line = lines.augmented(lines.read(pixels, clock), clock)
        if len(line) > 1 or line[0].scanned is None:
            continue
        reading, right = line[0].reading, line[0].reading.code == field.code
        if reading.status == "accepted":
            found.append(Seen(reading.confidence, right, None))
        if not is_in_doubt(line[0], lines.threshold):
            continue
        decoding = believer.belief(line[0].scanned, inked(prepared(pixels))[0]).view.decoding
        found.append(Seen(reading.confidence, right, judged(decoding, field.code)))
        asked += 1
        bar.update()
        if asked == wanted:
            break
    return found


def judged(decoding: Decoding, truth: str | None) -> Together:
    """What both made of a field, held against what stands in it."""
    best = decoding.candidates[0]
    verdicts = [answer == char for char, answer in aligned(truth or "", best.code) if answer]
    posteriors = [character.confidence for character in decoding.characters]
    return Together(best.confidence, best.code == truth, tuple(zip(posteriors, verdicts, strict=True)))


def fit_pair(kinds: Mapping[str, Sequence[Seen]], alone: Calibration, source: str) -> Calibration:
    """Fit a calibration of posteriors by both.

    The scales are fitted to all that was asked about. The threshold of an error is the lowest with which those accepted
    by our net alone or by both keep it, one more wrong code counted than was seen; twice the error must be kept among
    those accepted by both alone, and in every kind. An error that this or our net cannot keep has no row.

    Args:
        kinds: what was seen, by kind.
        alone: the calibration of our net alone.
        source: what the fields were.
    """
    asked = [one.both for seen in kinds.values() for one in seen if one.both]
    code = fit_scale([one.posterior for one in asked], [one.right for one in asked])
    characters = [character for one in asked for character in one.characters]
    character = fit_scale([posterior for posterior, _ in characters], [right for _, right in characters])
    fields = [(name, one) for name, seen in kinds.items() for one in seen]
    kind, together = np.array([name for name, _ in fields]), [one.both for _, one in fields]
    alone_at = np.array([one.alone for _, one in fields])
    # Of both: their confidence, -1 where they were not asked, and whether their code is right.
    confidence = code.all(np.array([both.posterior if both else 0.5 for both in together]))
    confidence[[both is None for both in together]] = -1.0
    right = np.array(
        [(one.right, both.right if both else False) for (_, one), both in zip(fields, together, strict=True)]
    )
    table = []
    for point in alone.table:
        by_net = alone_at >= point.threshold
        verdict = np.where(by_net, right[:, 0], right[:, 1])
        for limit in np.unique(confidence[~by_net & (confidence >= 0)]).tolist():
            accepted = by_net | (confidence >= limit)
            parts = [accepted & ~by_net, *(accepted & (kind == name) for name in kinds)]
            twice = all(_error(verdict[part]) <= _PART * point.max_error for part in parts)
            if twice and _error(verdict[accepted]) <= point.max_error:
                table.append(OperatingPoint(point.max_error, limit, float(accepted.mean())))
                break
    return Calibration(code, character, tuple(table), len(asked), source)


def _error(right: NDArray[np.bool_]) -> float:
    """The share of wrong codes among those accepted, one more counted than was seen."""
    return float((~right).sum() + 1) / (len(right) + 1)
