"""Test-time augmentation: a field read with doubt is read again, stretched and compressed, and all readings count.

Writing is normalised in height alone, so narrow writers stay narrow and wide ones wide; what is too dense or too loose
for the scanner as it is is often plain at another width. Whatever code one width suggests, every width is asked how far
it believes it. Fields that are read with confidence pay nothing for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from device_runtime.clock import OutOfTime
from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.errors import PosteyeError
from device_runtime.exact import sum_in_order
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.image.resize import resize_exact
from device_runtime.types import Candidate, Decoding, Strip

# Factors of the strip's width.
STRETCHES = (1.3, 0.87)
# Posterior (not calibrated) from which on the strip as it is stands alone.
CONFIDENCE_THRESHOLD = 0.99
_DROP_SEPARATORS = str.maketrans("", "", SEPARATORS)


@dataclass(frozen=True)
class View:
    """One reading of a strip, as it is or at another width.

    Attributes:
        strip: what was read.
        decoding: the codes that were found.
    """

    strip: Strip
    decoding: Decoding


@dataclass(frozen=True)
class Look:
    """What a scan of a strip says by itself, and when it is asked.

    Attributes:
        view: the strip, and the codes that were found in it.
        judge: what the scan says of given codes, as `Decoder.judge`.
    """

    view: View
    judge: Callable[[Sequence[str]], Decoding]


Looking = Callable[[Strip], Look]


def read_augmented(strip: Strip, look: Looking) -> View:
    """Read a strip, and at other widths too if there is doubt.

    Args:
        strip: what to read.
        look: looks at a strip as it is.

    Raises:
        PosteyeError: the strip as it is cannot be recognised.
    """
    return augmented(look(strip), look)


def augmented(first: Look, look: Looking) -> View:
    """What all widths together say of a strip that was read with doubt; a view without doubt stands.

    Args:
        first: the strip as it is.
        look: looks at another strip as it is.
    """
    looks = [first]
    if is_doubtful(first.view):
        for factor in STRETCHES:
            with contextlib.suppress(PosteyeError, OutOfTime):  # longer than the model reads, or than the time left
                looks.append(look(stretch(first.view.strip, factor)))
    return combine(looks)


def is_doubtful(view: View) -> bool:
    """Whether augmentation is worth it: there is ink, and no code is read with confidence."""
    candidates = view.decoding.candidates
    return view.strip.has_ink and not (candidates and candidates[0].confidence >= CONFIDENCE_THRESHOLD)


def stretch(strip: Strip, factor: float) -> Strip:
    """The strip with its width times a factor; its map to the image follows."""
    height, width = strip.pixels.shape
    wider = max(1, round(width * factor))
    image_from_strip = strip.image_from_strip @ np.array([[width / wider, 0, 0], [0, 1, 0], [0, 0, 1]])
    pixels = resize_exact(strip.pixels, wider, height)
    return replace(strip, pixels=pixels, image_from_strip=image_from_strip, aspect=strip.aspect * wider / width)


def combine(looks: Sequence[Look]) -> View:
    """All codes that any look found, each with the mean of its posteriors in all looks; a single look stands.

    Characters, and what else is said of the best code, are those of the look that believes it most.
    """
    first = looks[0].view
    codes = _union(looks)
    if len(looks) == 1 or not codes:
        return first
    judged = [look.judge(codes) for look in looks]
    posteriors = [[one.confidence for one in decoding.candidates] for decoding in judged]
    means = [sum_in_order(mine) / len(looks) for mine in zip(*posteriors, strict=True)]
    # Best first; at a tie in the order of the union.
    order = sorted(range(len(codes)), key=lambda i: -means[i])
    best = order[0]
    candidates = _without_twins([Candidate(codes[i], means[i]) for i in order])
    keep = max(len(look.view.decoding.candidates) for look in looks)
    for i in sorted(range(len(looks)), key=lambda i: -posteriors[i][best]):
        decoding = looks[i].judge([codes[k] for k in order]) if best else judged[i]
        if decoding.characters:
            return View(looks[i].view.strip, replace(decoding, candidates=tuple(candidates[:keep])))
    raise AssertionError(f"no look has a place for {codes[best]!r}, and one has found it")


def _union(looks: Sequence[Look]) -> list[str]:
    """The codes of all looks, as many as can be judged at once, those that are believed most together first."""
    sums: dict[str, float] = {}
    for look in looks:
        for candidate in look.view.decoding.candidates:
            sums[candidate.code] = sums.get(candidate.code, 0.0) + candidate.confidence
    return sorted(sums, key=lambda code: -sums[code])[:MOST_CANDIDATES]


def _without_twins(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates, best first, without those that differ from a better one in separators alone: the same writing."""
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(candidate.code.translate(_DROP_SEPARATORS), candidate)
    return list(kept.values())
