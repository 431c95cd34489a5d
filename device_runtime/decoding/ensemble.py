"""Test-time augmentation: a field read with doubt is read again, stretched and compressed, and all readings count.

Writing is normalised in height alone, so narrow writers stay narrow and wide ones wide; what is too dense or too loose
for the scanner as it is is often plain at another width. Fields that are read with confidence pay nothing for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from device_runtime.errors import PosteyeError
from device_runtime.image.resize import resize_exact
from device_runtime.types import Candidate, Decoding, Strip

# Factors of the strip's width.
STRETCHES = (1.3, 0.87)
# Posterior (not calibrated) from which on the strip as it is stands alone. To augment more confident fields gains
# nothing on generated strings and costs accepted amounts (docs/decoding-figures.md).
CONFIDENCE_THRESHOLD = 0.5


@dataclass(frozen=True)
class View:
    """One reading of a strip, as it is or at another width.

    Attributes:
        strip: what was read.
        decoding: the codes that were found.
    """

    strip: Strip
    decoding: Decoding


def read_augmented(strip: Strip, look: Callable[[Strip], Decoding]) -> View:
    """Read a strip, and at other widths too if there is doubt.

    Args:
        strip: what to read.
        look: finds the codes in a strip as it is.

    Raises:
        PosteyeError: the strip as it is cannot be recognised.
    """
    return augmented(View(strip, look(strip)), look)


def augmented(view: View, look: Callable[[Strip], Decoding]) -> View:
    """What all widths together say of a strip that was read with doubt; a view without doubt stands.

    Args:
        view: the strip as it is.
        look: finds the codes in a strip as it is.
    """
    views = [view]
    if is_doubtful(view):
        for factor in STRETCHES:
            with contextlib.suppress(PosteyeError):  # longer than the model reads
                wider = stretch(view.strip, factor)
                views.append(View(wider, look(wider)))
    return combine(views)


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


def combine(views: Sequence[View]) -> View:
    """The view whose best code is believed most by all together, with posteriors averaged; a single one stands."""
    if len(views) == 1:
        return views[0]
    first, count = views[0], len(views)
    means: dict[str, float] = {}
    for view in views:
        for candidate in view.decoding.candidates:
            means[candidate.code] = means.get(candidate.code, 0.0) + candidate.confidence / count
    views = [view for view in views if view.decoding.candidates]
    if not views:
        return first

    def belief(view: View) -> tuple[float, float]:
        best = view.decoding.candidates[0]
        return means[best.code], best.confidence

    winner = max(views, key=belief)
    code = winner.decoding.candidates[0].code
    others = sorted((c for c in means if c != code), key=lambda c: -means[c])
    keep = max(len(view.decoding.candidates) for view in views) - 1
    # Only the views' own best codes can win; another that all find likely is held to the winner's posterior.
    candidates = [Candidate(code, means[code])] + [Candidate(c, min(means[c], means[code])) for c in others[:keep]]
    return View(winner.strip, replace(winner.decoding, candidates=tuple(candidates)))
