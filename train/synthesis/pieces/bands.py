"""The bands that figures of pieces are broken down by: of conditions that are numbers."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise

# The edges between the bands of each condition.
BANDS = {
    "code_px": (15.0, 20.0, 28.0),
    "rotation_deg": (2.0, 8.0, 20.0),
    "perspective": (0.005, 0.02),
    "blur_px": (0.5, 1.0, 1.5),
    "motion_px": (1.0,),
    "noise": (2.0, 5.0),
    "light": (0.1, 0.25),
    "jpeg": (60.0, 80.0, 99.0),
}


def band_names(edges: Sequence[float]) -> list[str]:
    """What the bands between edges are called, from the lowest on."""
    between = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    return [f"below {edges[0]:g}", *between, f"from {edges[-1]:g}"]


def band_of(value: float, edges: Sequence[float]) -> str:
    """The band that a number lies in, whatever its sign; an edge belongs to the band above it."""
    return band_names(edges)[bisect(edges, abs(value))]
