"""A strip with ribbons under it: which class a path emits where, in the strip's own px, as SVG.

The SVG is our own and not a chart library's: a mark must lie under its pixels of the strip, and a page holds hundreds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from device_runtime.types import Penalties, Strip
from train.report.page import render

_SIDE_PX = 25  # left of the strip, for the names of the ribbons
_ROW_PX = 10.5


@dataclass(frozen=True)
class Mark:
    """A run of columns in which a path stays in one class.

    Attributes:
        left_px: where it begins in the strip.
        right_px: where it ends.
        char: the class; empty for rubbish.
    """

    left_px: float
    right_px: float
    char: str


@dataclass(frozen=True)
class Ribbon:
    """A path under a strip.

    Attributes:
        name: written before it.
        kind: its colour: one (the answer), two (its rival), three (the truth) or free (no path of a code).
        marks: its runs of characters and of rubbish, from left to right.
    """

    name: str
    kind: str
    marks: tuple[Mark, ...]


def ribbon(name: str, kind: str, classes: NDArray[np.intp], penalties: Penalties) -> Ribbon:
    """Make a ribbon of a path.

    Args:
        name: written before it.
        kind: its colour, see `Ribbon`.
        classes: of the path, int [columns].
        penalties: the columns that it passes through.
    """
    half_px = float(penalties.x_px[1] - penalties.x_px[0]) / 2 if len(penalties.x_px) > 1 else 1.0
    begins = np.flatnonzero(np.append(True, classes[1:] != classes[:-1]))
    ends = np.append(begins[1:], len(classes))
    marks = [
        Mark(
            float(penalties.x_px[begin]) - half_px,
            float(penalties.x_px[end - 1]) + half_px,
            "" if classes[begin] == penalties.rubbish else penalties.alphabet[classes[begin]],
        )
        for begin, end in zip(begins, ends, strict=True)
        if classes[begin] != penalties.blank
    ]
    return Ribbon(name, kind, tuple(marks))


def strip_figure(strip: Strip, ribbons: Sequence[Ribbon], zoom: float = 3.0) -> Markup:
    """Draw a strip and its ribbons.

    Args:
        strip: drawn on top, ink dark on light pages and light on dark ones.
        ribbons: drawn under it, one a line.
        zoom: px of the screen for one of the strip.
    """
    label = "; ".join(["the strip", *(f"{r.name}: {''.join(mark.char or '#' for mark in r.marks)}" for r in ribbons)])
    return render(
        "strip.svg", inverted=~strip.pixels, ribbons=ribbons, zoom=zoom, side=_SIDE_PX, row=_ROW_PX, label=label
    )
