"""Signs that a pen makes between digits, and lines through what is wrong."""

from __future__ import annotations

import numpy as np

from train.synthesis.writing.strokes import Line, spline

# From 0, the top of a digit, to 1, its baseline.
_SIGNS = {
    "-": [[(0.0, 0.55), (0.35, 0.52)]],
    "/": [[(0.3, -0.1), (0.0, 1.1)]],
    ".": [[(0.0, 0.97), (0.04, 1.0)]],
    ",": [[(0.06, 0.95), (0.0, 1.18)]],
    ":": [[(0.0, 0.5), (0.03, 0.53)], [(0.0, 0.97), (0.03, 1.0)]],
    "+": [[(0.0, 0.55), (0.5, 0.55)], [(0.25, 0.3), (0.25, 0.8)]],
    "(": [[(0.2, -0.05), (0.0, 0.5), (0.2, 1.1)]],
    ")": [[(0.0, -0.05), (0.2, 0.5), (0.0, 1.1)]],
}


def sign_lines(run: str, random: np.random.Generator) -> list[Line] | None:
    """The lines of a single sign.

    Args:
        run: a sign, or anything else.
        random: source of all draws.

    Returns:
        float64 [n, 2] each; None for what is no sign.
    """
    if run not in _SIGNS:
        return None
    return [spline(np.array(part) + random.normal(0, 0.03, (len(part), 2))) for part in _SIGNS[run]]


def strike_lines(random: np.random.Generator, width: float, height: float) -> list[Line]:
    """Lines through a number: one or two strokes, or a zigzag.

    Args:
        random: source of all draws.
        width: of the number, px.
        height: of the number, px.

    Returns:
        float64 [n, 2] each, from (0, 0), the number's top left corner.
    """
    scale = np.array([width, height])
    if random.random() < 0.3:
        count = int(random.integers(5, 10))
        y = np.where(np.arange(count) % 2, 0.2, 0.8) + random.normal(0, 0.08, count)
        return [spline(np.stack([np.linspace(-0.03, 1.03, count), y], axis=1) * scale)]
    lines = []
    for _ in range(int(random.integers(1, 3))):
        start, end = random.uniform(0.2, 0.8, 2)
        middle = (start + end) / 2 + random.normal(0, 0.05)
        lines.append(spline(np.array([(-0.06, start), (0.5, middle), (1.06, end)]) * scale))
    return lines
