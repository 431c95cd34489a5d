"""How a writer writes: the shapes, sizes, slant, gaps, marks and pen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from device_runtime.grammar.grammar import DIGITS
from train.synthesis.writing.shapes_high import HIGH_SHAPES
from train.synthesis.writing.shapes_low import LOW_SHAPES
from train.synthesis.writing.shapes_more import MORE_SHAPES
from train.synthesis.writing.strokes import Habit, Shape

VARIANTS = LOW_SHAPES | HIGH_SHAPES


@dataclass(frozen=True)
class School:
    """What writers have learned.

    Attributes:
        shapes: of each digit.
        drawn_shares: how often a writer has one of them for a digit, rather than traced digits.
        joined: whether zeros, neighbours and closing marks join and touch more often.
    """

    shapes: dict[int, tuple[Shape, ...]]
    drawn_shares: dict[int, float]
    joined: bool = False


FIRST = School(VARIANTS, {0: 0.25, 1: 0.55, 2: 0.5, 3: 0.25, 4: 0.45, 5: 0.4, 6: 0.2, 7: 0.5, 8: 0.3, 9: 0.55})
SECOND = School(
    {digit: shapes + MORE_SHAPES.get(digit, ()) for digit, shapes in VARIANTS.items()},
    {0: 0.4, 1: 0.8, 2: 0.6, 3: 0.25, 4: 0.7, 5: 0.65, 6: 0.2, 7: 0.7, 8: 0.4, 9: 0.8},
    joined=True,
)
SCHOOLS = {"first": FIRST, "second": SECOND}


@dataclass(frozen=True)
class HandStyle:
    """What stays the same within one string; lengths in units of the digit height unless the name says px.

    Attributes:
        height_px: height of a digit.
        slant: shear of the whole string, columns to the right a row up.
        slant_jitter: standard deviation of a digit's own slant.
        aspect: factor of the widths.
        level: of the blurred ink that becomes the stroke's edge, 0..1; low is bold, high is thin.
        gain: slope of that edge; low is soft.
        blur_px: standard deviation of the blur.
        size_jitter: standard deviation of a digit's height.
        drift: standard deviation of a digit's place above or below the line.
        gap: between digits; negative where they overlap.
        gap_jitter: standard deviation of the gap.
        skew: slope of the line, down to the right.
        pen: width of the stroke.
        swell: how much pressure changes the stroke's width, as a share of it.
        skips: how dry the pen is; 0 leaves no gap.
        small_zeros: whether zeros are smaller or flatter than other digits.
        tall_ones: how much taller a 1 is than its neighbours.
        hanging: how far 4, 7 and 9 may reach below the line.
        bend: strength of a smooth distortion of the whole string.
        ligatures: share of neighbours that are joined.
        chains: share of runs of zeros that are written in one go.
        marks: share of strings with dots, commas or dashes in groups of three digits.
        raster: whether it is written with the images of digits instead of a pen.
        variants: shapes that this style has for a digit, instead of the writer's own.
        variant_share: how often they are used.
        touching: share of closing marks that touch or overlap the last digit.
        blobs: share of dots that are thick or a little ring.
    """

    height_px: float
    slant: float
    slant_jitter: float
    aspect: float
    level: float
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
    tall_ones: float
    hanging: float
    bend: float
    ligatures: float
    chains: float
    marks: float
    raster: bool
    variants: dict[int, tuple[Habit, ...]]
    variant_share: float
    touching: float = 0.0
    blobs: float = 0.0


def random_style(random: np.random.Generator, digits: str = DIGITS, school: School = FIRST) -> HandStyle:
    """Draw a style; most are plain, the rest span what is found on forms, from hairline to marker.

    Args:
        random: source of all draws.
        digits: those that will be written; the others get no shapes.
        school: of the writer.
    """
    uniform = random.uniform
    # The writer's own glyphs, as images or by a pen; all digits in other shapes; or some of them.
    kind = random.random()
    raster, drawn_share = kind < 0.22, 0.0 if kind < 0.42 else 1.0 if kind < 0.55 else uniform(0.6, 1.4)
    looseness = _any(random, (0.06, 0.12, 0.2))
    chosen = {
        digit: tuple(_habit(school.shapes[digit], random, looseness) for _ in range(1 + (random.random() < 0.2)))
        for digit, share in school.drawn_shares.items()
        if str(digit) in digits and random.random() < (1.0 if drawn_share == 1.0 else share * drawn_share)
    }
    calm = random.random() < 0.5  # even writing
    style = HandStyle(
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
    return _joined(style, random) if school.joined else style


def _joined(style: HandStyle, random: np.random.Generator) -> HandStyle:
    """The style with zeros in chains, ligatures and narrow gaps more often, and marks that touch the last digit."""
    return replace(
        style,
        chains=0.8 if random.random() < 0.35 else 0.0,
        ligatures=random.uniform(0.1, 0.6) if random.random() < 0.4 else 0.0,
        gap=style.gap - (random.uniform(0.0, 0.1) if random.random() < 0.35 else 0.0),
        touching=0.3,
        blobs=0.3,
    )


def _any(random: np.random.Generator, choices: tuple[float, ...]) -> float:
    return choices[int(random.integers(len(choices)))]


def _habit(shapes: tuple[Shape, ...], random: np.random.Generator, looseness: float) -> Habit:
    return Habit(shapes[int(random.integers(len(shapes)))], random, looseness)
