"""Colour to grey so that ink stays and preprinted colour vanishes: boxes, lines and patterns.

A few weighted sums of red, green and blue are tried, each on the histogram of the field alone. Where two colours of ink
are on the paper, a sum in which one of them vanishes has less ink; where there is one colour, all sums have as much.
All is whole numbers, so that every machine makes the same grey.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.pixels import to_gray

Pixels = NDArray[np.uint8]

# Weights of red, green and blue, the simplest first; each sum is 1, so that neutral ink keeps its darkness. The
# negative ones take out colours that are dark in every channel, such as that of green boxes.
_SUMS = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 0, -1), (2, -1, 0), (-1, 2, 0), (0, 2, -1), (-1, 3, -1))
_WORK_ROWS = 96  # rows on which a sum is chosen, about
_BAND_ROWS = 256
_COLORFUL = 32  # levels between the strongest and the weakest channel, more than the paper has
_COLORED = 4  # of 1000 pixels; fewer are noise
_PLAIN, _FAINT = 3, 6  # parts of the ink's depth: deeper than a third is surely ink, paler than a sixth is paper
_LESS_INK = (9, 10)  # of the grey's: a sum with more ink than that takes nothing out
_SIMPLER = (9, 10)  # of a simpler sum's: one with more ink than that is not worth its noise
_OUTLIERS = 5  # of 1000 pixels: ink covers more
_STROKE = 4  # of the field's height, a part of it: straight runs of that length are rules, not strokes
_SAME_PLACES = 2  # a part of the columns of what vanishes, in which there must be other ink too
_NEAR = 4  # of the field's height, a part of it: the neighbourhood of a column


@dataclass(frozen=True)
class _Tones:
    """How far a field's pixels are from its paper.

    Attributes:
        depth: int16 [H, W], towards the ink; 0 = as the paper.
        ink: the depth of the deepest ink, at least 1.
        mass: the depths of all ink, in units of that.
    """

    depth: NDArray[np.int16]
    ink: int
    mass: int

    def mask(self, part: int) -> Pixels:
        """What is deeper than a part of the ink, 3 for a third: uint8 [H, W], 1 = deeper."""
        return np.asarray(part * self.depth > self.ink, np.uint8)


@dataclass(frozen=True)
class _Sum:
    """A weighted sum of the channels, as it is taken of every pixel.

    Attributes:
        weights: of red, green and blue.
        offset: what is added.
        lowest: level that no pixel falls below.
        highest: level that none exceeds: what a sum makes lighter than any paper is paper.
    """

    weights: tuple[int, int, int]
    offset: int
    lowest: int
    highest: int


def ink_projection(field: Pixels) -> Pixels:
    """Return a field as grey in which preprinted colour is paper.

    Args:
        field: uint8 [H, W], or [H, W, 3] in RGB.

    Returns:
        uint8 [H, W]; a field without such colour as `to_gray` gives it.
    """
    chosen = None if field.ndim == 2 else _chosen(_reduced(field))
    if chosen is None:
        return to_gray(field)
    gray = np.empty(field.shape[:2], np.uint8)
    for top in range(0, len(gray), _BAND_ROWS):
        band = field[top : top + _BAND_ROWS].astype(np.int16)
        levels = _weighted(np.moveaxis(band, 2, 0), chosen.weights) + np.int16(chosen.offset)
        gray[top : top + _BAND_ROWS] = np.clip(levels, chosen.lowest, chosen.highest)
    return gray


def _reduced(field: Pixels) -> Pixels:
    """A field with about 96 rows, by means of whole squares: uint8 [h, w, 3]."""
    from device_runtime.image.opencv import cv2

    step = field.shape[0] // _WORK_ROWS
    if step < 2 or field.shape[1] < step:
        return field
    rows, columns = field.shape[0] // step, field.shape[1] // step
    whole = field[: rows * step, : columns * step]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


def _chosen(field: Pixels) -> _Sum | None:
    """The sum in which the preprinted colour of uint8 [h, w, 3] is paper; None where the grey is as good."""
    if not _has_color(field):
        return None
    # How far the grey and each channel are from the paper, int16 [h, w] and three times that, positive where they are
    # darker, or lighter for light ink.
    gray = to_gray(field)
    paper, medians = _median(gray), [_median(field[:, :, channel]) for channel in range(3)]
    lighter = gray.astype(np.int16) - np.int16(paper)
    light = _deepest(lighter) > _deepest(-lighter)
    sign = np.int16(1 if light else -1)
    channels = [sign * (field[:, :, c].astype(np.int16) - np.int16(level)) for c, level in enumerate(medians)]
    whole = best = _tones(sign * lighter)
    # The sum of the channels with the least ink, if that is plainly less than the grey's, and the simplest of those.
    weights = None
    for tried in _SUMS:
        fewer, of = _SIMPLER if weights else _LESS_INK
        found = _tones(_weighted(channels, tried))
        if of * found.mass < fewer * best.mass and _PLAIN * found.ink > whole.ink:
            best, weights = found, tried
    if weights is None or not _is_preprinted(whole, best):
        return None
    offset = paper - sum(weight * level for weight, level in zip(weights, medians, strict=True))
    beyond = _deepest(-sign * lighter)
    return _Sum(weights, offset, max(0, paper - beyond) if light else 0, 255 if light else min(255, paper + beyond))


def _has_color(field: Pixels) -> bool:
    """Whether some of a field, uint8 [H, W, 3], is more colourful than its paper, or less."""
    from device_runtime.image.opencv import cv2

    red, green, blue = cv2.split(field)
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    counts = np.bincount(np.asarray(spread, np.intp).ravel(), minlength=256)
    paper = int(counts.cumsum().searchsorted(spread.size // 2))
    others = int(counts[paper + _COLORFUL :].sum() + counts[: max(0, paper - _COLORFUL)].sum())
    return 1000 * others > _COLORED * spread.size


def _weighted(channels: Iterable[NDArray[np.int16]], weights: tuple[int, int, int]) -> NDArray[np.int16]:
    """A weighted sum of three channels, int16 [H, W]."""
    used = [np.int16(weight) * channel for channel, weight in zip(channels, weights, strict=True) if weight]
    return np.asarray(sum(used[1:], used[0]), np.int16)


def _tones(depth: NDArray[np.int16]) -> _Tones:
    ink = _deepest(depth)
    return _Tones(depth, ink, int(depth[_FAINT * depth > ink].sum(dtype=np.int64)) // ink)


def _deepest(depth: NDArray[np.int16]) -> int:
    """The depth that all but the deepest few pixels of int16 [H, W] keep to, at least 1."""
    counts = np.bincount(np.maximum(depth, 0).ravel().astype(np.intp))
    return max(1, int(counts.cumsum().searchsorted(depth.size - depth.size * _OUTLIERS // 1000)))


def _median(levels: Pixels) -> int:
    """The lower median of uint8 [H, W]."""
    return int(np.bincount(levels.ravel().astype(np.intp), minlength=256).cumsum().searchsorted((levels.size + 1) // 2))


def _is_preprinted(whole: _Tones, kept: _Tones) -> bool:
    """Whether what a sum takes out was printed before the writing, and is not the writing itself.

    Print lies around, under or across the writing, and where one of the two is of rules, it is the print.

    Args:
        whole: the tones of the grey.
        kept: those of the sum.
    """
    from device_runtime.image.opencv import cv2

    # What is kept and what vanishes, with the blurred edges of the ink left to the ink: uint8 [H, W], 1 = ink.
    ink = kept.mask(_PLAIN)
    gone = np.asarray(whole.mask(_FAINT) & (1 - cv2.dilate(ink, np.ones((3, 3), np.uint8))), np.uint8)
    near = max(1, ink.shape[0] // _NEAR)
    beside = cv2.dilate(ink.max(axis=0, keepdims=True), np.ones((1, 2 * near + 1), np.uint8))
    columns = gone.max(axis=0)
    if _SAME_PLACES * np.count_nonzero(columns & beside[0]) < np.count_nonzero(columns):
        return False
    return _straight(ink) <= _straight(gone)


def _straight(mask: Pixels) -> float:
    """The share of a mask's pixels that lie in long straight runs, as those of rules and boxes do: 0..1.

    Args:
        mask: uint8 [H, W], 1 = ink.
    """
    from device_runtime.image.opencv import cv2

    length = max(3, mask.shape[0] // _STROKE)
    runs = [cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(shape, np.uint8)) for shape in ((1, length), (length, 1))]
    return cv2.countNonZero(cv2.max(*runs)) / max(1, cv2.countNonZero(mask))
