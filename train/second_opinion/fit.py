"""Fits the calibration of the pair to fields that our net alone would reject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
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
from train.evaluation.calibration import fit_scale, thresholds
from train.second_opinion.fields import Labelled


@dataclass(frozen=True)
class Asked:
    """A field that was asked about.

    Attributes:
        alone: calibrated confidence of our net alone.
        both: posterior of the best code by both, not calibrated.
        right: whether that code stands in the field.
        characters: of each of its characters the posterior, and whether it is right.
    """

    alone: float
    both: float
    right: bool
    characters: tuple[tuple[float, bool], ...]


def ask(lines: LineReader, believer: Believer, fields: Iterator[Labelled], wanted: int, name: str) -> list[Asked]:
    """Read fields until so many were asked about; of unclear polarity those are left out.

    Args:
        lines: of our net, at the smallest error that it can promise, so that as many as ever are in doubt.
        believer: has both read.
        fields: endless.
        wanted: how many.
        name: what the progress is shown under.
    """
    found: list[Asked] = []
    bar = tqdm(total=wanted, desc=name, unit="field", dynamic_ncols=True, leave=False, disable=None)
    while len(found) < wanted:
        field = next(fields)
        clock, pixels = Clock(), to_pixels(field.image, "RGB")
        line = lines.augmented(lines.read(pixels, clock), clock)
        if len(line) > 1 or not is_in_doubt(line[0], lines.threshold):
            continue
        (one,), (ink,) = line, inked(prepared(pixels))
        assert one.scanned is not None  # nothing else is in doubt
        found.append(_judged(one.reading.confidence, believer.belief(one.scanned, ink).view.decoding, field.code))
        bar.update()
    return found


def _judged(alone: float, decoding: Decoding, truth: str | None) -> Asked:
    best = decoding.candidates[0]
    verdicts = [answer == char for char, answer in aligned(truth or "", best.code) if answer]
    posteriors = [character.confidence for character in decoding.characters]
    return Asked(alone, best.confidence, best.code == truth, tuple(zip(posteriors, verdicts, strict=True)))


def fit_pair(kinds: Mapping[str, list[Asked]], alone: Calibration, source: str) -> Calibration:
    """Fit a calibration of posteriors by both.

    The scales are fitted to all that was asked about. The threshold of an error keeps it among those that our net alone
    rejects at that error, one more wrong code counted than was seen, in every kind: those that the net accepts alone
    keep it for themselves. An error that our net alone cannot promise has no row.

    Args:
        kinds: what was asked about, by kind.
        alone: the calibration of our net alone.
        source: what the fields were.
    """
    everything = [one for asked in kinds.values() for one in asked]
    code = fit_scale([one.both for one in everything], [one.right for one in everything])
    characters = [character for one in everything for character in one.characters]
    character = fit_scale([posterior for posterior, _ in characters], [right for _, right in characters])
    table = []
    for point in alone.table:
        limits = []
        for asked in kinds.values():
            rejected = [one for one in asked if one.alone < point.threshold]
            confidence = code.all(np.array([one.both for one in rejected]))
            limits.append(thresholds(confidence, np.array([one.right for one in rejected])).get(point.max_error))
        kept = [limit for limit in limits if limit is not None]
        if len(kept) == len(limits):
            accepted = [code(one.both) >= max(kept) for one in everything if one.alone < point.threshold]
            table.append(OperatingPoint(point.max_error, max(kept), float(np.mean(accepted))))
    return Calibration(code, character, tuple(table), len(everything), source)
