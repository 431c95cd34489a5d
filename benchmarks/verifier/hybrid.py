"""The verdict as a penalty in the graph: what codes are believed when a verifier has looked at doubtful characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.verifier.crops import WIDTH_PX, crop
from device_runtime.decoding.ensemble import Looking, augmented, is_doubtful
from device_runtime.errors import PosteyeError
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.types import Strip


@dataclass(frozen=True, eq=False)
class Field:
    """What the decoder made of a field, and what a verifier is shown of it.

    Attributes:
        truth: what stands in the field.
        codes: best first; none where nothing was read.
        posteriors: float64 [codes], of the decoder, at all widths together.
        places: which characters of the best code are doubtful: int64 [n], ascending.
        crops: uint8 [n, 32, 28], their pixels.
    """

    truth: str
    codes: tuple[str, ...]
    posteriors: NDArray[np.float64]
    places: NDArray[np.int64]
    crops: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Read:
    """What was read of fields.

    Attributes:
        confidences: float64 [fields], posterior of the best code, 0 without one.
        right: bool [fields], whether it is the truth.
    """

    confidences: NDArray[np.float64]
    right: NDArray[np.bool_]


def read(strip: Strip, truth: str, look: Looking) -> Field:
    """Decode a field as on the device, and cut out the characters in which codes of the best one's length differ.

    Fields that are read without doubt have none.

    Args:
        strip: of the field.
        truth: what stands in it.
        look: looks at a strip as it is.
    """
    nothing = np.zeros((0, STRIP_HEIGHT_PX, WIDTH_PX), np.uint8)
    try:
        view = augmented(look(strip), look)
    except PosteyeError:  # longer than the model reads
        return Field(truth, (), np.zeros(0), np.zeros(0, np.int64), nothing)
    found = view.decoding.candidates
    codes = tuple(one.code for one in found)
    doubtful: list[int] = []
    if is_doubtful(view) and codes:
        doubtful = [place for place in range(len(codes[0])) if any(place in differing(codes[0], c) for c in codes[1:])]
    # The best code's places may be those of another width.
    native = strip.pixels.shape[1] / view.strip.pixels.shape[1]
    crops = [crop(strip.pixels, view.decoding.characters[place].x_px * native) for place in doubtful]
    return Field(
        truth,
        codes,
        np.array([one.confidence for one in found]),
        np.array(doubtful, np.int64),
        np.stack(crops) if crops else nothing,
    )


def differing(best: str, rival: str) -> list[int]:
    """The places in which a code of the same length reads other digits; none for a code of another length."""
    if len(best) != len(rival):
        return []
    return [place for place, (a, b) in enumerate(zip(best, rival, strict=True)) if a != b and (a + b).isdigit()]


def believed(field: Field, scores: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Posteriors of a field's codes under the verdict.

    The posterior of each code of the best one's length takes the verifier's log odds for what the code reads, against
    what the best one reads there, as a penalty; then all posteriors and what is left for anything else are shared out
    anew. Of other lengths nothing is known.

    Args:
        field: what was read.
        scores: float64 [n, 10], log-probabilities of the doubtful characters.
        weight: of the penalties.

    Returns:
        float64 [codes].
    """
    if not len(field.codes):
        return field.posteriors
    row = {place: i for i, place in enumerate(field.places.tolist())}
    odds = np.zeros(len(field.codes))
    for i, code in enumerate(field.codes):
        for place in differing(field.codes[0], code):
            if place in row:
                mine = scores[row[place]]
                odds[i] += mine[int(code[place])] - mine[int(field.codes[0][place])]
    masses = field.posteriors * np.exp(weight * odds)
    rest = max(0.0, 1.0 - float(field.posteriors.sum()))
    return masses / max(float(masses.sum()) + rest, 1e-300)


def outcome(fields: Sequence[Field], scores: NDArray[np.float64], weight: float) -> Read:
    """What is read of fields under the verdicts.

    Args:
        fields: what the decoder made of them.
        scores: float64 [crops of all fields in order, 10].
        weight: of the penalties; 0 leaves the decoder alone.
    """
    confidences, right, start = np.zeros(len(fields)), np.zeros(len(fields), np.bool_), 0
    for i, field in enumerate(fields):
        mine = believed(field, scores[start : start + len(field.places)], weight)
        start += len(field.places)
        if len(mine):
            best = int(np.argmax(mine))
            confidences[i], right[i] = mine[best], field.codes[best] == field.truth
    return Read(confidences, right)


def crops_of(fields: Iterable[Field]) -> NDArray[np.uint8]:
    """The doubtful characters of all fields in order, uint8 [n, 32, 28]."""
    return np.concatenate([field.crops for field in fields])
