"""Digit shapes that MNIST's American writers rarely use, drawn as pen strokes.

Each shape is a few polylines in a box one unit high (y down), with random control points; splines smooth them.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Stroke = list[tuple[float, float]]
Random = np.random.Generator


def _one_upstroke(u: Callable[[float, float], float]) -> list[Stroke]:
    reach, drop = u(0.15, 0.6), u(0.15, 0.75)
    shape = [[(0.0, drop), (reach * 0.6, drop * 0.45), (reach, 0.0)], [(reach, 0.0), (reach + u(-0.08, 0.05), 1.0)]]
    if u(0, 1) < 0.12:
        shape.append([(reach - 0.2, 1.0), (reach + 0.2, 1.0)])
    return shape


def _one_plain(u: Callable[[float, float], float]) -> list[Stroke]:
    return [[(u(0.0, 0.1), 0.0), (u(-0.03, 0.05), 0.5), (u(-0.05, 0.03), 1.0)]]


def _two_looped(u: Callable[[float, float], float]) -> list[Stroke]:
    loop = u(0.06, 0.16)
    return [
        [(0.02, u(0.12, 0.3)), (0.2, 0.0), (u(0.45, 0.6), 0.16), (0.38, 0.55), (0.1, 0.93), (-0.02, 0.9 - loop / 2)]
        + [(0.1, 0.9 - loop), (0.32, u(0.85, 0.98)), (u(0.55, 0.85), u(0.8, 1.0))]
    ]


def _two_flat(u: Callable[[float, float], float]) -> list[Stroke]:
    return [
        [(u(0.0, 0.08), u(0.05, 0.25)), (0.3, 0.0), (0.52, u(0.1, 0.25)), (0.35, 0.6), (0.0, 1.0)],
        [(0.0, 1.0), (u(0.4, 0.75), u(0.95, 1.03))],
    ]


def _three_flat_top(u: Callable[[float, float], float]) -> list[Stroke]:
    return [
        [(0.03, u(0.0, 0.08)), (u(0.45, 0.6), 0.0), (0.2, u(0.35, 0.45))],
        [(0.2, 0.4), (0.5, 0.5), (u(0.5, 0.62), 0.75), (0.3, 1.0), (u(-0.08, 0.05), u(0.8, 0.95))],
    ]


def _four_open(u: Callable[[float, float], float]) -> list[Stroke]:
    bar = u(0.45, 0.68)
    right = u(0.36, 0.55)
    return [
        [(u(0.05, 0.25), 0.0), (0.05, bar * 0.6), (u(-0.02, 0.06), bar)]
        + [(0.35, bar + u(-0.05, 0.05)), (u(0.5, 0.75), bar - u(0.0, 0.1))],
        [(right, u(0.05, 0.4)), (right - 0.03, 0.6), (right - u(0.0, 0.1), 1.0)],
    ]


def _four_round(u: Callable[[float, float], float]) -> list[Stroke]:
    right = u(0.42, 0.58)
    return [
        [(0.02, 0.02), (u(0.0, 0.04), 0.35), (0.15, u(0.48, 0.6)), (right * 0.8, 0.5), (right, 0.05)],
        [(right, u(0.0, 0.1)), (right - u(0.0, 0.06), 1.0)],
    ]


def _five_tick(u: Callable[[float, float], float]) -> list[Stroke]:
    return [
        [(0.15, 0.05), (0.08, 0.42), (0.3, 0.38), (u(0.42, 0.55), 0.62), (0.35, 0.92), (u(-0.1, 0.05), u(0.88, 1.0))],
        [(0.15, 0.05), (u(0.35, 0.5), u(0.0, 0.06)), (u(0.6, 0.95), u(-0.06, 0.05))],
    ]


def _five_single(u: Callable[[float, float], float]) -> list[Stroke]:
    return [
        [(u(0.45, 0.65), 0.0), (0.18, u(0.02, 0.1)), (0.1, 0.4), (0.38, u(0.42, 0.55))]
        + [(0.4, 0.82), (0.15, 1.0), (u(-0.1, 0.02), 0.92)]
    ]


def _seven_barred(u: Callable[[float, float], float]) -> list[Stroke]:
    foot, bar = u(0.1, 0.3), u(0.42, 0.6)
    shape = [
        [(0.0, u(0.0, 0.14)), (u(0.25, 0.35), u(0.0, 0.08)), (u(0.5, 0.62), 0.0)],
        [(0.58, 0.0), (0.4, 0.45), (foot, 1.0)],
        [(foot + u(-0.1, 0.05), bar + u(-0.02, 0.06)), (u(0.5, 0.68), bar - u(0.0, 0.06))],
    ]
    if u(0, 1) < 0.35:
        shape.append([(0.0, 0.05), (u(-0.06, 0.02), u(0.14, 0.24))])
    return shape


def _nine_p(u: Callable[[float, float], float]) -> list[Stroke]:
    head = u(0.35, 0.55)
    return [
        [(0.45, u(0.05, 0.12)), (0.2, 0.0), (0.0, head * 0.5), (0.18, head), (0.42, head * 0.6), (0.46, 0.06)],
        [(0.46, u(0.0, 0.1)), (u(0.4, 0.46), 0.5), (u(0.3, 0.44), 1.0)],
    ]


def _nine_hooked(u: Callable[[float, float], float]) -> list[Stroke]:
    head = u(0.4, 0.6)
    return [
        [(0.48, 0.12), (0.25, 0.0), (0.02, head * 0.5), (0.2, head), (0.45, head * 0.5), (0.5, 0.1)]
        + [(0.5, 0.6), (0.38, 0.95), (0.12, 1.0), (u(-0.05, 0.06), u(0.8, 0.92))]
    ]


def _nine_open(u: Callable[[float, float], float]) -> list[Stroke]:
    gap = u(0.06, 0.2)
    return [
        [(0.46 - gap, 0.02), (0.12, 0.06), (0.02, 0.28), (0.2, 0.45), (0.46, u(0.3, 0.4)), (0.5, 0.1)]
        + [(0.46, 0.6), (u(0.25, 0.42), 1.0)]
    ]


def _zero_tailed(u: Callable[[float, float], float]) -> list[Stroke]:
    wide = u(0.45, 0.85)
    return [
        [(wide * 0.6, u(0.0, 0.15)), (wide * 0.25, 0.04), (0.0, 0.5), (wide * 0.4, 1.0), (wide, 0.55)]
        + [(wide * 0.65, 0.04), (wide * 0.9, u(0.0, 0.2)), (wide * u(1.05, 1.5), u(-0.05, 0.15))]
    ]


def _eight_open(u: Callable[[float, float], float]) -> list[Stroke]:
    return [
        [(u(0.42, 0.55), u(0.02, 0.15)), (0.25, 0.0), (0.05, 0.2), (0.28, 0.46), (0.5, 0.75), (0.25, 1.0)]
        + [(0.02, 0.78), (0.26, 0.48), (u(0.42, 0.6), u(0.0, 0.12))]
    ]


def _six_straight(u: Callable[[float, float], float]) -> list[Stroke]:
    return [
        [(u(0.2, 0.5), 0.0), (0.08, 0.45), (0.02, 0.78), (0.2, 1.0), (0.45, 0.82), (0.35, u(0.5, 0.62)), (0.05, 0.75)]
    ]


VARIANTS: dict[int, tuple[Callable[[Callable[[float, float], float]], list[Stroke]], ...]] = {
    0: (_zero_tailed,),
    1: (_one_upstroke, _one_upstroke, _one_plain),
    2: (_two_looped, _two_flat),
    3: (_three_flat_top,),
    4: (_four_open, _four_round),
    5: (_five_tick, _five_single),
    6: (_six_straight,),
    7: (_seven_barred,),
    8: (_eight_open,),
    9: (_nine_p, _nine_hooked, _nine_open),
}


def draw(
    shape: list[Stroke], thickness: float, jitter: float, random: Random, height_px: int = 40
) -> NDArray[np.uint8]:
    """Draw a shape's strokes with a round pen, uint8 [h, w], ink bright; thickness in pixels of that height."""
    curves = [_spline(np.asarray(s) + random.normal(0, jitter, (len(s), 2))) for s in shape]
    points = np.concatenate(curves)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = np.array([height_px * random.uniform(0.8, 1.25), height_px])
    width, height = (np.ceil((high - low) * scale).astype(int) + 10).tolist()
    canvas = np.zeros((height, width), np.uint8)
    for curve in curves:
        fixed = np.rint(((curve - low) * scale + 5) * 8).astype(np.int32)
        cv2.polylines(canvas, [fixed], False, 255, max(1, round(thickness)), cv2.LINE_AA, 3)
    return canvas


def _spline(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Catmull-Rom curve through the points, eight steps a span."""
    if len(points) < 3:
        return points
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = padded[:-3, None], padded[1:-2, None], padded[2:-1, None], padded[3:, None]
    t = (np.arange(8) / 8)[None, :, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])
