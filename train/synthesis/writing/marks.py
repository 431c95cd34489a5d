"""What people write around a number: dots and commas in it, strokes that close it, clutter.

Lines are float64 [n, 2], (x, y) in digit heights, with y = 0 at the top and y = 1 on the line.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]


def _line(*points: tuple[float, float]) -> Line:
    return np.array(points, np.float64)


def separator(random: np.random.Generator, x: float, blobs: float = 0.0) -> list[Line]:
    """Draw a mark between groups of digits: mostly a dot, else a comma, an apostrophe or a dash.

    Args:
        random: source of all draws.
        x: where the mark begins.
        blobs: share of dots that are thick or a little ring.
    """
    y = random.normal(0.97, 0.07)
    kind = random.random()
    if kind < 0.6:
        return [_dot(random, x, y, blobs)]
    if kind < 0.82:
        return [_line((x, y), (x - random.uniform(0.0, 0.16), y + random.uniform(0.08, 0.28)))]
    if kind < 0.9:
        return [_line((x, random.uniform(0.0, 0.2)), (x - random.uniform(0.0, 0.08), random.uniform(0.15, 0.35)))]
    middle = random.uniform(0.4, 0.65)
    return [_line((x, middle), (x + random.uniform(0.05, 0.3), middle + random.normal(0, 0.05)))]


def _dot(random: np.random.Generator, x: float, y: float, blobs: float = 0.0) -> Line:
    if blobs and random.random() < blobs:
        size, turns = random.uniform(0.05, 0.13), np.linspace(0, 2 * np.pi, 8)
        return np.stack([x + size * np.cos(turns), y + 0.8 * size * np.sin(turns)], axis=1)
    size = random.uniform(0.0, 0.07)
    return _line((x, y), (x + size, y + random.normal(0, 0.5) * size), (x + 0.5 * size, y + size))


def closing(random: np.random.Generator, x: float, blobs: float = 0.0) -> list[Line]:
    """Draw what closes an amount: a dash, an equals sign, dots, ".-", a colon, "//", a comma or zeros.

    Args:
        random: source of all draws.
        x: where it begins.
        blobs: share of dots that are thick or a little ring.
    """
    y, length, tilt = random.uniform(0.35, 0.85), random.uniform(0.15, 1.3), random.normal(0, 0.12)
    if random.random() < 0.15:
        length *= 2.5
    dash = _line((x, y), (x + 0.5 * length, y + random.normal(0, 0.03)), (x + length, y + tilt * length))
    low = random.normal(0.96, 0.06)
    apart = random.uniform(0.12, 0.35)
    kind = random.random()
    if kind < 0.24:
        return [dash]
    if kind < 0.4:
        second = dash + [random.normal(0, 0.05), apart]
        return [dash - [0, apart / 2], second - [0, apart / 2]]
    if kind < 0.6:
        return [_dot(random, x, low, blobs)]
    if kind < 0.74:
        return [_dot(random, x, low, blobs), dash + [random.uniform(0.05, 0.3), 0]]
    if kind < 0.82:
        return [_dot(random, x, low - 2 * apart, blobs), _dot(random, x + random.normal(0, 0.04), low, blobs)]
    if kind < 0.87:
        return [
            _dot(random, x, low, blobs),
            _dot(random, x + random.uniform(0.1, 0.4), low + random.normal(0, 0.04), blobs),
        ]
    if kind < 0.93:
        return [_line((x, low), (x - random.uniform(0.0, 0.15), low + random.uniform(0.08, 0.28)))]
    slashes = [_line((x + random.uniform(0.1, 0.45), -0.1), (x - 0.1, random.uniform(0.8, 1.2)))]
    return slashes + [slashes[0] + [random.uniform(0.1, 0.3), 0]] * int(random.integers(0, 2))


def is_bare_slash(lines: list[Line]) -> bool:
    """Tell whether a closing mark could be taken for a digit 1 by anybody."""
    return len(lines) == 1 and float(np.ptp(lines[0][:, 1])) > 0.6


def opening(random: np.random.Generator, x: float) -> list[Line]:
    """Draw what stands before an amount: a dash, an equals sign, a currency sign, a dot.

    Args:
        random: source of all draws.
        x: where it ends.
    """
    kind = random.random()
    if kind < 0.6:
        y, length = random.uniform(0.3, 0.9), random.uniform(0.1, 0.9)
        dash = _line((x - length, y), (x, y + random.normal(0, 0.1) * length))
        return [dash] if random.random() < 0.6 else [dash, dash + [0, random.uniform(0.12, 0.3)]]
    if kind < 0.85:
        return [_dot(random, x - 0.05, random.normal(0.9, 0.1))]
    turns = np.linspace(-0.3 * np.pi, 1.7 * np.pi, 12)
    wide = random.uniform(0.16, 0.28)
    curve = np.stack([np.cos(turns) * np.where(turns < 0.7 * np.pi, -1, 1), np.linspace(-1, 1, 12)], axis=1)
    curve = curve * [wide, 0.5] + [x - 1.4 * wide, 0.5]
    stem = _line((x - 1.4 * wide, random.uniform(-0.35, -0.15)), (x - 1.5 * wide, random.uniform(1.15, 1.35)))
    return [curve, stem]
