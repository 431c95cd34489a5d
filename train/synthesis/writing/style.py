"""How a hand writes: its shapes, sizes, slant, gaps, marks and pen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.grammar.grammar import DIGITS
from train.synthesis.writing.shapes_high import HIGH_SHAPES
from train.synthesis.writing.shapes_low import LOW_SHAPES
from train.synthesis.writing.strokes import Habit

VARIANTS = LOW_SHAPES | HIGH_SHAPES
_DRAWN_SHARES = {0: 0.25, 1: 0.55, 2: 0.5, 3: 0.25, 4: 0.45, 5: 0.4, 6: 0.2, 7: 0.5, 8: 0.3, 9: 0.55}


@dataclass(frozen=True)
class HandStyle:
    """What stays the same within one string; lengths in units of the digit height."""

    height_px: float
    slant: float
    slant_jitter: float
    aspect: float
    level: float  # of the blurred ink that becomes the stroke's edge: low is bold, high is thin
    gain: float
    blur_px: float
    size_jitter: float
    drift: float
    gap: float
    gap_jitter: float
    skew: float
    pen: float
    swell: float
    skips: float
    small_zeros: bool
    tall_ones: float  # how much taller a 1 is than its neighbours
    hanging: float  # how far 4, 7 and 9 may reach below the line
    bend: float
    ligatures: float  # share of neighbours that are joined
    chains: float  # share of runs of zeros that are written in one go
    marks: float  # share of strings with dots, commas or dashes in groups of three digits
    raster: bool  # written with the images of digits instead of a pen
    variants: dict[int, tuple[Habit, ...]]
    variant_share: float


def random_style(random: np.random.Generator, digits: str = DIGITS) -> HandStyle:
    """Draw a style; most are plain hands, the rest span what is found on forms, from hairline to marker.

    digits: those that will be written; the others get no shapes.
    """
    uniform = random.uniform
    kind = random.random()
    raster, drawn_share = kind < 0.22, 0.0 if kind < 0.42 else 1.0 if kind < 0.55 else uniform(0.6, 1.4)
    looseness = _any(random, (0.06, 0.12, 0.2))
    chosen = {
        digit: tuple(_habit(digit, random, looseness) for _ in range(1 + (random.random() < 0.2)))
        for digit, share in _DRAWN_SHARES.items()
        if str(digit) in digits and random.random() < (1.0 if drawn_share == 1.0 else share * drawn_share)
    }
    calm = random.random() < 0.5  # an even hand
    return HandStyle(
        height_px=uniform(28, 44),
        slant=min(max(random.normal(0.15, 0.25), -0.3), 0.8),
        slant_jitter=0.03 if calm else _any(random, (0.05, 0.1)),
        aspect=float(np.exp(random.triangular(np.log(0.65), np.log(1.0), np.log(1.9)))),
        level=uniform(0.36, 0.6),
        gain=uniform(1.6, 4.0),
        blur_px=uniform(0.5, 1.3),
        size_jitter=0.05 if calm else _any(random, (0.1, 0.17)),
        drift=0.025 if calm else _any(random, (0.05, 0.1)),
        gap=float(random.triangular(-0.08, 0.13, 0.4)) if random.random() < 0.94 else uniform(0.35, 0.9),
        gap_jitter=0.04 if calm else _any(random, (0.06, 0.13)),
        skew=random.normal(0, 0.03),
        pen=float(random.triangular(0.045, 0.075, 0.17)),
        swell=uniform(0.0, 0.28),
        skips=uniform(0.0, 0.5) if random.random() < 0.3 else 0.0,
        small_zeros=random.random() < 0.3,
        tall_ones=uniform(1.05, 1.5) if random.random() < 0.3 else 1.0,
        hanging=uniform(0.0, 0.4) if random.random() < 0.35 else 0.0,
        bend=uniform(0.0, 0.03) if calm else uniform(0.01, 0.05),
        ligatures=uniform(0.05, 0.5) if random.random() < 0.25 else 0.0,
        chains=0.8 if random.random() < 0.2 else 0.0,
        marks=0.4,
        raster=raster,
        variants=chosen,
        variant_share=uniform(0.75, 1.0),
    )


def _any(random: np.random.Generator, choices: tuple[float, ...]) -> float:
    return choices[int(random.integers(len(choices)))]


def _habit(digit: int, random: np.random.Generator, looseness: float) -> Habit:
    shapes = VARIANTS[digit]
    return Habit(shapes[int(random.integers(len(shapes)))], random, looseness)
