"""Dark ink or light ink: which of them a field's pixels speak for, and the field as dark ink on light paper.

Strokes cover less than half of a line of writing, so the pixels that differ most from their neighbourhood are ink: the
third moment of the differences is negative for dark ink, positive for light ink, whatever the light and the paper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import strips
from device_runtime.core.library import library
from device_runtime.types import Reading, Strip

if TYPE_CHECKING:
    from device_runtime.image.opencv.polarity import Panel

Gray = NDArray[np.uint8]

_BELIEVED = 0.5  # confidence from which a polarity's code counts against the other's


class Polarity(Enum):
    """What a field's ink is against its paper."""

    DARK = "dark"
    LIGHT = "light"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Inked:
    """A field with dark ink on light paper.

    Attributes:
        grey: uint8 [H, W].
        left: column of its top left corner in the field given.
        top: row of it.
    """

    gray: Gray
    left: int
    top: int

    def placed(self, strip: Strip) -> Strip:
        """Return a strip of this, with its map to the field given."""
        if not (self.left or self.top):
            return strip
        return replace(strip, image_from_strip=strip.image_from_strip + [[0, 0, self.left], [0, 0, self.top]])


def polarity(field: Gray) -> Polarity:
    """Tell what the ink of a field is; light writing on a dark panel with paper around counts as light.

    Args:
        field: uint8 [H, W], grey.
    """
    return _look(field)[0]


def inked(field: Gray) -> list[Inked]:
    """Return the field as dark ink on light paper: as it is, turned to its negative, or both where that is unclear.

    Args:
        field: uint8 [H, W], grey.

    Returns:
        One or two; the negative of a dark panel is cut to the panel.
    """
    found, panel = _look(field)
    if found is Polarity.DARK:
        return [Inked(field, 0, 0)]
    negative = _negative(field, panel)
    return [negative] if found is Polarity.LIGHT else [Inked(field, 0, 0), negative]


def _look(field: Gray) -> tuple[Polarity, Panel | None]:
    """The polarity, and the panel that light writing may stand on; None when that is the whole field."""
    if library() is not None and (ink := strips.polarity(field)) != "panel":
        return Polarity(ink), None
    from device_runtime.image.opencv.polarity import polarity_and_panel

    return polarity_and_panel(field)


def _negative(field: Gray, panel: Panel | None) -> Inked:
    """The negative of a field, or of the panel in it with paper around it as bright as its own."""
    if panel is None:
        return Inked(np.asarray(255 - field, np.uint8), 0, 0)
    from device_runtime.image.opencv.polarity import negative

    return Inked(negative(field, panel), panel.left, panel.top)


def resolve(dark: Reading, light: Reading) -> Reading:
    """Choose the answer for a field of unclear polarity.

    Two tries must not accept more wrong codes than one: a code is accepted only when the other polarity does not
    believe in another one. Where neither is believed the answer is that for dark ink.

    Args:
        dark: the reading of the field as it is.
        light: the reading of its negative.
    """
    light_is_better = light.confidence > max(dark.confidence, _BELIEVED)
    best, other, name = (light, dark, "dark") if light_is_better else (dark, light, "light")
    if best.status == "accepted" and other.code not in (None, best.code) and other.confidence >= _BELIEVED:
        return replace(best, status="rejected", reason=f"reads {other.code} as {name} ink")
    if best.status == "rejected" and best.confidence < _BELIEVED:
        return replace(best, reason=f"{best.reason}; no better as {name} ink")
    return best
