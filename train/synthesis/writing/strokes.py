"""Digits drawn as pen strokes, in the shapes of several schools: what MNIST's American writers rarely do.

A shape is a function that asks for random numbers and returns strokes: lists of control points in a box one unit high
(y down). A Habit keeps a writer's answers, so that the same digit comes out nearly alike each time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

Points = list[tuple[float, float]]
Draws = Callable[[float, float], float]
Shape = Callable[[Draws], list[Points]]
Line = NDArray[np.float64]  # [n, 2]: x, y
_NUMBERS = 48


class Habit:
    """One writer's way with one shape.

    Args:
        shape: what is drawn.
        random: source of the writer's numbers and of the change from one drawing to the next.
        looseness: standard deviation of that change, against numbers in 0..1.
    """

    def __init__(self, shape: Shape, random: np.random.Generator, looseness: float = 0.12) -> None:
        self.shape = shape
        self.random = random
        self.looseness = looseness
        self._numbers = random.random(_NUMBERS)
        self._offsets = random.normal(0, 0.028, (_NUMBERS, 2))

    def draw(self) -> list[Line]:
        """Draw the shape once more.

        Returns:
            Smooth lines, float64 [n, 2] each, at most about one unit high.
        """
        random = self.random
        numbers = np.abs(self._numbers + random.normal(0, self.looseness, _NUMBERS))
        numbers = 1 - np.abs(1 - numbers)  # reflected into 0..1
        asked = 0

        def draws(low: float, high: float) -> float:
            nonlocal asked
            asked += 1
            return low + (high - low) * float(numbers[(asked - 1) % _NUMBERS])

        offsets = self._offsets + random.normal(0, 0.15 * self.looseness, (_NUMBERS, 2))
        lines, first = [], 0
        for points in self.shape(draws):
            rows = np.arange(first, first + len(points)) % _NUMBERS
            lines.append(spline(np.asarray(points) + offsets[rows]))
            first += len(points)
        return lines


def spline(points: Line, steps: int = 5) -> Line:
    """Draw a Catmull-Rom curve through points.

    Args:
        points: float64 [n, 2].
        steps: points of the curve for each point given.

    Returns:
        float64 [(n - 1) * steps + 1, 2]; the points themselves when there are fewer than three.

    Source: E. Catmull and R. Rom, "A class of local interpolating splines", 1974.
    """
    if len(points) < 3:
        return points
    curve: Line = _spline_weights(len(points), steps) @ points
    return curve


@cache
def _spline_weights(count: int, steps: int) -> NDArray[np.float64]:
    """What each of `count` points adds to each point of the curve, which is linear in them."""
    # A point before the first and one after the last, by reflection: [count + 2, count].
    points = np.eye(count)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = padded[:-3, None], padded[1:-2, None], padded[2:-1, None], padded[3:, None]
    # The cubic of each segment at `steps` places: [count - 1, steps, count].
    t = (np.arange(steps) / steps)[None, :, None]
    curve = start + 0.5 * t * (
        end - before + t * (2 * before - 5 * start + 4 * end - after + t * (3 * (start - end) + after - before))
    )
    return np.concatenate([curve.reshape(-1, count), points[-1:]])


def arc(x: float, y: float, rx: float, ry: float, start: float, turn: float, points: int) -> Points:
    """Place points on an ellipse.

    Args:
        x: of the centre.
        y: of the centre, down.
        rx: half its width.
        ry: half its height.
        start: angle of the first point in radians, 0 = right, pi / 2 = down.
        turn: angle from the first point to the last.
        points: how many.
    """
    angles = [start + turn * i / (points - 1) for i in range(points)]
    return [(x + rx * cos(a), y + ry * sin(a)) for a in angles]
