"""A field read with doubt is read again, stretched and compressed, and by further nets if there are some; all count.

Writing is normalised in height alone, so narrow writers stay narrow and wide ones wide; what is too dense or too loose
for the scanner as it is is often plain at another width (test-time augmentation). A cascade of nets asks those that
cost more only then. Whatever code one look suggests, every look is asked how far it believes it. Fields that are read
with confidence pay nothing for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.errors import PosteyeError
from device_runtime.exact import sum_in_order
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.image.resize import resize_exact
from device_runtime.types import Candidate, Decoding, Strip

if TYPE_CHECKING:
    from device_runtime.recognition.scanner import Scanner

# Factors of the strip's width.
STRETCHES = (1.3, 0.87)
# Posterior (not calibrated) from which on the first look at the strip as it is stands alone.
CONFIDENCE_THRESHOLD = 0.99
_DROP_SEPARATORS = str.maketrans("", "", SEPARATORS)


@dataclass(frozen=True)
class View:
    """One reading of a strip, as it is or at another width.

    Attributes:
        strip: what was read.
        decoding: the codes that were found.
        by: the scanner that saw them; None where none was asked.
    """

    strip: Strip
    decoding: Decoding
    by: Scanner | None = None


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


@dataclass(frozen=True)
class Looks:
    """The nets that look at strips: the first at all of them as they are, and where it doubts all others too.

    Attributes:
        nets: one or more; the last one is the best and costs most.
    """

    nets: tuple[Looking, ...]


def again(nets: int) -> tuple[tuple[int, float], ...]:
    """Which of so many nets look again at a strip in doubt, in turn, and at what factor of its width.

    One net looks at other widths. Of several the last one looks at all widths, those between at the strip as it is.
    """
    if nets == 1:
        return tuple((0, factor) for factor in STRETCHES)
    return (*((i, 1.0) for i in range(1, nets)), *((nets - 1, factor) for factor in STRETCHES))


def read_augmented(strip: Strip, looks: Looks) -> View:
    """Read a strip, and again if there is doubt.

    Args:
        strip: what to read.
        looks: at it.

    Raises:
        PosteyeError: the strip as it is cannot be recognised.
    """
    return augmented(looks.nets[0](strip), looks)


def augmented(first: Look, looks: Looks) -> View:
    """What all looks together say of a strip that was read with doubt; a view without doubt stands.

    Args:
        first: at the strip as it is.
        looks: the further ones.
    """
    found = [first]
    if is_doubtful(first.view):
        for net, factor in again(len(looks.nets)):
            with contextlib.suppress(PosteyeError):  # longer than the model reads
                found.append(looks.nets[net](stretch(first.view.strip, factor)))
    return combine(found)


def is_doubtful(view: View) -> bool:
    """Whether more looks are worth it: there is ink, and no code is read with confidence."""
    candidates = view.decoding.candidates
    return view.strip.has_ink and not (candidates and candidates[0].confidence >= CONFIDENCE_THRESHOLD)


def stretch(strip: Strip, factor: float) -> Strip:
    """The strip with its width times a factor; its map to the image follows."""
    if factor == 1:
        return strip
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
            return replace(looks[i].view, decoding=replace(decoding, candidates=tuple(candidates[:keep])))
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
