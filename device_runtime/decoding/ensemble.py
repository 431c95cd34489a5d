"""The second look: a field read with doubt is read again, drawn out and drawn together, and all readings count.

Writing is normalised in height alone, so narrow hands stay narrow and wide ones wide; what is too dense or too loose
for the scanner at first is often plain at another width. Sure fields pay nothing for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from device_runtime.errors import PosteyeError
from device_runtime.image.resize import resize_exact
from device_runtime.recognition.lattice import Lattice
from device_runtime.types import Candidate, Decoding, Strip

STRETCHES = (1.3, 0.87)
# Posterior (not calibrated) from which on the first look stands. Looking again at surer fields gains nothing on
# generated strings and costs accepted amounts (docs/decoding-figures.md).
SURE = 0.5


@dataclass(frozen=True)
class Look:
    """One reading of a strip: what was looked at, its lattice (None: it could not be read), and what was decoded."""

    strip: Strip
    lattice: Lattice | None
    decoding: Decoding


def look(strip: Strip, recognise: Callable[[Strip], Lattice], decode: Callable[[Lattice], Decoding]) -> Look:
    """Read a strip, and at other widths too if there is doubt; raises what `recognise` raises at the first look."""
    looks = [_look(strip, recognise, decode)]
    if is_doubtful(looks[0]):
        for factor in STRETCHES:
            with contextlib.suppress(PosteyeError):  # longer than the model reads
                looks.append(_look(stretch(strip, factor), recognise, decode))
    return combine(looks)


def is_doubtful(first: Look) -> bool:
    """Whether a second look is worth it: there is ink, and the best code is not sure."""
    candidates = first.decoding.candidates
    return first.strip.has_ink and not (candidates and candidates[0].confidence >= SURE)


def stretch(strip: Strip, factor: float) -> Strip:
    """The strip drawn out sideways by a factor; its map to the image follows."""
    height, width = strip.pixels.shape
    wider = max(1, round(width * factor))
    image_from_strip = strip.image_from_strip @ np.array([[width / wider, 0, 0], [0, 1, 0], [0, 0, 1]])
    pixels = resize_exact(strip.pixels, wider, height)
    return replace(strip, pixels=pixels, image_from_strip=image_from_strip, aspect=strip.aspect * wider / width)


def combine(looks: Sequence[Look]) -> Look:
    """The look whose best code is believed most by all together, with posteriors averaged; a single one stands."""
    if len(looks) == 1:
        return looks[0]
    first, count = looks[0], len(looks)
    means: dict[str, float] = {}
    for seen in looks:
        for candidate in seen.decoding.candidates:
            means[candidate.code] = means.get(candidate.code, 0.0) + candidate.confidence / count
    looks = [seen for seen in looks if seen.decoding.candidates]
    if not looks:
        return first

    def belief(seen: Look) -> tuple[float, float]:
        best = seen.decoding.candidates[0]
        return means[best.code], best.confidence

    winner = max(looks, key=belief)
    code = winner.decoding.candidates[0].code
    others = sorted((c for c in means if c != code), key=lambda c: -means[c])
    keep = max(len(seen.decoding.candidates) for seen in looks) - 1
    # Only the looks' own best codes can win; another that all find likely is held to the winner's posterior.
    candidates = [Candidate(code, means[code])] + [Candidate(c, min(means[c], means[code])) for c in others[:keep]]
    return Look(winner.strip, winner.lattice, replace(winner.decoding, candidates=tuple(candidates)))


def _look(strip: Strip, recognise: Callable[[Strip], Lattice], decode: Callable[[Lattice], Decoding]) -> Look:
    lattice = recognise(strip)
    return Look(strip, lattice, decode(lattice))
