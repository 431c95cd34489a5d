"""The digits 5 to 9 in the shapes of several schools, for train/synthesis/writing/strokes.py."""

from __future__ import annotations

from math import pi

from train.synthesis.writing.strokes import Draws, Points, Shape, arc


def _five(u: Draws) -> list[Points]:
    neck, belly = u(0.3, 0.5), u(0.4, 0.62)
    body = [(u(0.04, 0.22), 0.03), (u(0.0, 0.12), neck), (belly * 0.6, neck - u(-0.02, 0.08)), (belly, u(0.6, 0.72))]
    bar = [(u(0.02, 0.2), u(0.0, 0.1)), (0.35, u(-0.03, 0.06)), (u(0.45, 0.95), u(-0.1, 0.08))]
    return [[*body, (belly * 0.6, u(0.93, 1.0)), (u(-0.15, 0.05), u(0.84, 1.0))], bar]


def _five_tick(u: Draws) -> list[Points]:
    down = [(u(0.12, 0.3), u(0.0, 0.1)), (u(0.08, 0.2), u(0.4, 0.6)), (u(0.1, 0.3), u(0.85, 1.0))]
    hook = [(u(0.0, 0.12), 1.0), (u(-0.2, 0.0), u(0.78, 0.95))]
    return [[*down, *hook], [(u(0.12, 0.25), 0.03), (0.4, u(-0.02, 0.06)), (u(0.5, 0.95), u(-0.1, 0.08))]]


def _five_check(u: Draws) -> list[Points]:
    low, top = u(0.15, 0.3), u(0.25, 0.45)
    return [
        [(0.0, u(0.3, 0.65)), (low * 0.6, u(0.55, 0.75)), (low, 1.0), (low + u(0.02, 0.1), 0.5), (top, u(0.0, 0.08))],
        [(top, u(0.0, 0.06)), (top + u(0.25, 0.6), u(-0.06, 0.08))],
    ]


def _five_single(u: Draws) -> list[Points]:
    belly, neck = u(0.38, 0.58), u(0.36, 0.5)
    head = [
        (u(0.4, 0.8), u(-0.03, 0.08)),
        (u(0.12, 0.22), u(0.02, 0.1)),
        (u(0.02, 0.14), neck),
        (belly * 0.7, neck + 0.03),
    ]
    return [[*head, (belly, u(0.62, 0.76)), (belly * 0.5, 1.0), (u(-0.15, 0.05), u(0.82, 0.97))]]


def _six(u: Draws) -> list[Points]:
    wide, loop = u(0.35, 0.6), u(0.45, 0.66)
    back = [(u(0.15, 0.6), 0.0), (u(0.02, 0.16), 0.35), (-0.02, 0.72), (wide * 0.45, 1.0)]
    return [[*back, (wide, u(0.7, 0.84)), (wide * 0.6, loop), (wide * u(0.05, 0.3), u(0.64, 0.85))]]


def _six_curled(u: Draws) -> list[Points]:
    wide = u(0.4, 0.65)
    back = [(wide * u(0.8, 1.1), u(0.02, 0.18)), (wide * 0.6, 0.0), (0.08, 0.3), (0.0, 0.7), (wide * 0.5, 1.0)]
    return [[*back, (wide, 0.75), (wide * 0.55, u(0.48, 0.6)), (wide * u(0.0, 0.25), u(0.66, 0.8))]]


def _seven(u: Draws) -> list[Points]:
    wide, foot = u(0.4, 0.68), u(0.02, 0.4)
    top = [(0.0, u(-0.02, 0.12)), (wide * 0.5, u(-0.03, 0.08)), (wide, u(-0.03, 0.04))]
    return [top, [(wide, 0.0), (wide * u(0.5, 0.9), u(0.35, 0.5)), (foot, 1.0)]]


def _seven_barred(u: Draws) -> list[Points]:
    wide, foot, bar = u(0.35, 0.65), u(0.05, 0.4), u(0.38, 0.64)
    middle, half = wide + (foot - wide) * bar, u(0.14, 0.36)
    flag = [(u(-0.06, 0.03), u(0.08, 0.26)), (0.02, u(0.0, 0.08))] if u(0, 1) < 0.4 else [(0.0, u(0.0, 0.12))]
    return [
        [*flag, (wide * 0.5, u(0.0, 0.09)), (wide, u(-0.03, 0.04))],
        [(wide, 0.0), (wide * u(0.55, 0.85), 0.45), (foot, 1.0)],
        [(middle - half, bar + u(-0.04, 0.1)), (middle + half * u(0.7, 1.2), bar - u(-0.04, 0.1))],
    ]


def _seven_crossed(u: Draws) -> list[Points]:
    stem, bar = u(0.25, 0.4), u(0.4, 0.6)
    top = [(u(-0.05, 0.1), u(0.05, 0.22)), (0.12, u(0.0, 0.08)), (stem, 0.0)]
    left, right = u(0.15, 0.35), u(0.18, 0.4)
    return [
        [*top, (stem + u(-0.08, 0.02), 0.45), (stem - u(0.0, 0.2), 1.0)],
        [(stem - left, bar + u(-0.03, 0.06)), (stem + right, bar - u(-0.03, 0.06))],
    ]


def _eight(u: Draws) -> list[Points]:
    top, low, waist = u(0.16, 0.28), u(0.2, 0.34), u(0.38, 0.52)
    start = [(0.25 + top * u(0.6, 1.2), u(0.06, 0.24)), (0.25, 0.0), (0.25 - top, waist * 0.45), (0.25, waist)]
    bottom = [(0.25 + low, (1 + waist) / 2), (0.25, 1.0), (0.25 - low, (1 + waist) / 2 + 0.03)]
    return [[*start, *bottom, (0.25, waist), (0.25 + top * u(0.7, 1.4), u(0.0, 0.26))]]


def _eight_rings(u: Draws) -> list[Points]:
    waist, slant = u(0.38, 0.54), u(-0.06, 0.12)
    upper = arc(0.25 + slant, waist / 2, u(0.14, 0.28), waist / 2, u(0.5, 2.6), -2 * pi * u(0.9, 1.1), 8)
    lower = arc(0.25, (1 + waist) / 2, u(0.2, 0.34), (1 - waist) / 2, -pi / 2 + u(-0.5, 0.5), 2 * pi * u(0.92, 1.1), 8)
    return [upper, lower]


def _eight_crossed(u: Draws) -> list[Points]:
    wide = u(0.4, 0.65)
    return [
        [(wide * u(0.85, 1.15), u(0.0, 0.15)), (wide * 0.4, 0.0), (0.02, 0.2), (wide * 0.5, 0.48), (wide, 0.78)]
        + [(wide * 0.45, 1.0), (0.0, u(0.75, 0.88)), (wide * 0.5, u(0.45, 0.55)), (wide * u(0.9, 1.4), u(-0.08, 0.15))]
    ]


def _nine_p(u: Draws) -> list[Points]:
    wide, low, stem = u(0.3, 0.55), u(0.36, 0.56), u(-0.04, 0.14)
    loop = [(stem, low * u(0.7, 1.1)), (stem - u(0.0, 0.1), low * 0.35), (wide * 0.45, 0.0), (wide, low * 0.4)]
    return [
        [*loop, (wide * 0.55, low), (stem, low * u(0.7, 1.0))],
        [(stem, low * u(0.1, 0.8)), (stem - u(-0.05, 0.14), 1.0)],
    ]


def _nine_middle(u: Draws) -> list[Points]:
    wide, low, at = u(0.32, 0.55), u(0.4, 0.58), u(0.25, 0.85)
    ring = arc(wide / 2, low / 2, wide / 2, low / 2, u(0, 2 * pi), -2 * pi * u(0.9, 1.08), 9)
    return [ring, [(wide * at, low * u(0.8, 1.0)), (wide * at * u(0.7, 1.0), 0.75), (wide * at - u(-0.05, 0.25), 1.0)]]


def _nine_over(u: Draws) -> list[Points]:
    wide, low = u(0.32, 0.55), u(0.4, 0.58)
    loop = [(wide * u(0.3, 0.7), low), (0.0, low * 0.55), (wide * 0.45, 0.0), (wide, low * 0.5), (wide * 0.55, low)]
    return [
        [*loop, (wide * u(0.0, 0.35), low * u(0.65, 1.0)), (wide * u(0.4, 0.8), low * 1.15), (wide * u(0.1, 0.7), 1.0)]
    ]


def _nine(u: Draws) -> list[Points]:
    wide, head = u(0.38, 0.58), u(0.36, 0.56)
    loop = [(wide, u(0.04, 0.16)), (wide * 0.5, 0.0), (0.0, head * 0.5), (wide * 0.4, head), (wide * 0.95, head * 0.55)]
    return [[*loop, (wide + u(-0.02, 0.04), u(0.0, 0.14)), (wide, 0.5), (wide - u(-0.04, 0.2), 1.0)]]


def _nine_hooked(u: Draws) -> list[Points]:
    wide, head = u(0.4, 0.58), u(0.38, 0.58)
    loop = [(wide * 0.95, 0.12), (wide * 0.5, 0.0), (0.02, head * 0.5), (wide * 0.4, head), (wide * 0.9, head * 0.5)]
    return [[*loop, (wide, 0.1), (wide, 0.62), (wide * 0.7, 0.97), (wide * 0.25, 1.0), (u(-0.12, 0.05), u(0.78, 0.94))]]


def _nine_open(u: Draws) -> list[Points]:
    wide, gap = u(0.4, 0.58), u(0.05, 0.25)
    bowl = [
        (wide - gap, u(0.0, 0.08)),
        (0.12, 0.05),
        (0.0, 0.28),
        (wide * 0.45, u(0.42, 0.5)),
        (wide * 0.95, u(0.25, 0.4)),
    ]
    return [[*bowl, (wide, u(0.0, 0.2))], [(wide, u(-0.02, 0.15)), (wide - 0.02, 0.6), (wide - u(0.0, 0.25), 1.0)]]


# A shape that stands twice is drawn twice as often.
HIGH_SHAPES: dict[int, tuple[Shape, ...]] = {
    5: (_five, _five, _five_tick, _five_check, _five_single),
    6: (_six, _six, _six_curled),
    7: (_seven, _seven_barred, _seven_barred, _seven_crossed),
    8: (_eight, _eight, _eight_rings, _eight_crossed),
    9: (_nine, _nine_p, _nine_middle, _nine_over, _nine_hooked, _nine_open),
}
