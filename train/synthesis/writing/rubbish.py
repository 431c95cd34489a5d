"""Ink that is no digit and no small mark: what strikes writing out, blots, rings, flourishes.

Lines are float64 [n, 2], (x, y) in digit heights, with y = 0 at the top and y = 1 on the line.
"""

from __future__ import annotations

from math import pi

import numpy as np

from train.synthesis.writing.strokes import Line, arc, spline

_CROSSED = (1.5, 4.5)  # digit heights: a cross through less could be a digit's shape, through more a pair of rules


def strike(random: np.random.Generator, left: float, right: float) -> list[Line]:
    """Strike writing out as a whole: a cross through it, a zigzag, a scrawl.

    A line or two across are not among them: the device takes them out as rules of the form, and the digits stay.

    Args:
        random: source of all draws.
        left: where the writing begins.
        right: where it ends.
    """
    x0, x1, kind = left - random.uniform(0.0, 0.3), right + random.uniform(0.0, 0.3), random.random()
    if kind < 0.3 and _CROSSED[0] < right - left < _CROSSED[1]:
        return [_slant(random, x0, x1, 1.0, 0.0), _slant(random, x0, x1, 0.0, 1.0)]
    if kind < 0.65:
        return [_zigzag(random, x0, x1, random.uniform(0.12, 0.3))]
    return [_scrawl(random, x0, x1)]


def cancel(random: np.random.Generator, left: float, right: float) -> list[Line]:
    """Make one digit illegible: scrawled over, blotted, or crossed out more than once.

    Args:
        random: source of all draws.
        left: where the digit begins.
        right: where it ends.
    """
    kind = random.random()
    if kind < 0.4:
        return [_scrawl(random, left - 0.05, right + 0.05), _zigzag(random, left - 0.05, right + 0.05, 0.12)]
    if kind < 0.7:
        return blot(random, (left + right) / 2, random.uniform(0.35, 0.6), random.uniform(0.32, 0.5))
    hatch = np.linspace(0.05, 0.95, int(random.integers(4, 7)))
    return [_across(random, left - 0.08, right + 0.08, float(y)) for y in hatch] + [_zigzag(random, left, right, 0.15)]


def blot(random: np.random.Generator, x: float, y: float, size: float) -> list[Line]:
    """Spill ink: an uneven spot, filled.

    Args:
        random: source of all draws.
        x: of its middle.
        y: of its middle.
        size: its radius.
    """
    turns = np.linspace(0, 2 * pi, 14)[:-1]
    edge = 1 + 0.25 * np.cos(turns + random.uniform(0, 6)) + random.normal(0, 0.12, len(turns))
    rim = np.stack([np.cos(turns) * edge, np.sin(turns) * edge * random.uniform(0.7, 1.1)], axis=1)
    rim = spline(np.concatenate([rim, rim[:1]]))
    # Rings so near to each other that any pen fills the space between them.
    return [rim * (size * share) + [x, y] for share in np.linspace(0.06, 1.0, max(3, round(size / 0.03)))]


def ring(random: np.random.Generator, left: float, right: float) -> list[Line]:
    """Draw a ring around writing, at times twice around.

    Args:
        random: source of all draws.
        left: where the writing begins.
        right: where it ends.
    """
    turns = random.uniform(0.95, 1.1) + (random.random() < 0.2)
    half, high = (right - left) / 2 + random.uniform(0.35, 0.7), random.uniform(0.75, 1.1)
    points = arc((left + right) / 2, 0.5, half, high, random.uniform(0, 2 * pi), 2 * pi * turns, 14)
    return [spline(np.array(points) + random.normal(0, 0.03, (len(points), 2)))]


def flourish(random: np.random.Generator) -> list[Line]:
    """Draw what is no writing at all: linked rings, waves, loops as of a signature, blots."""
    kind, count = random.random(), int(random.integers(2, 6))
    if kind < 0.35:
        # Each reaches well into the next, as zeros never do.
        wide, apart = random.uniform(0.4, 0.6), random.uniform(0.45, 0.75)
        return [spline(np.array(arc(2 * i * wide * apart, 0.5, wide, 0.5, 0.3, 6.4, 14))) for i in range(count)]
    if kind < 0.6:
        steps = np.arange(4 * count)
        x = steps * random.uniform(0.15, 0.3)
        y = 0.5 + random.uniform(0.2, 0.5) * np.where(steps % 2, 1, -1) * random.uniform(0.5, 1.0, len(steps))
        return [spline(np.stack([x, y], axis=1))]
    if kind < 0.85:
        turns = np.linspace(0, 2 * pi * count, 12 * count)
        x = turns * random.uniform(0.03, 0.07) + random.uniform(0.25, 0.4) * np.cos(turns)
        y = 0.5 + np.sin(turns) * np.interp(turns, [0, turns[-1]], random.uniform(0.2, 0.5, 2))
        return [np.stack([x, y], axis=1)]
    return [line for i in range(count - 1) for line in blot(random, 0.9 * i, 0.5, random.uniform(0.1, 0.45))]


def _across(random: np.random.Generator, x0: float, x1: float, y: float) -> Line:
    """A line across that waves and tilts."""
    tilt, waves = random.uniform(0.08, 0.3) * random.choice([-1, 1]), random.normal(0, 0.07, 6)
    return spline(np.stack([np.linspace(x0, x1, 6), y + waves + tilt * np.linspace(-1, 1, 6)], axis=1))


def _slant(random: np.random.Generator, x0: float, x1: float, y0: float, y1: float) -> Line:
    low, high = y0 + random.normal(0, 0.08), y1 + random.normal(0, 0.08)
    return spline(np.array([[x0, low], [(x0 + x1) / 2, (low + high) / 2 + random.normal(0, 0.05)], [x1, high]]))


def _zigzag(random: np.random.Generator, x0: float, x1: float, pitch: float) -> Line:
    x = np.arange(x0, x1 + pitch, pitch)
    up = np.where(np.arange(len(x)) % 2, 0.1, 0.9) + random.normal(0, 0.07, len(x))
    return spline(np.stack([x + random.normal(0, 0.03, len(x)), up], axis=1))


def _scrawl(random: np.random.Generator, x0: float, x1: float) -> Line:
    """Loops that advance slowly, so that they lie over each other."""
    rounds = max(3.0, (x1 - x0) / random.uniform(0.12, 0.22))
    turns = np.linspace(0, 2 * pi * rounds, int(12 * rounds))
    x = np.linspace(x0 + 0.15, x1 - 0.15, len(turns)) + 0.16 * np.cos(turns)
    return np.stack([x, 0.5 + random.uniform(0.3, 0.48) * np.sin(turns)], axis=1)
