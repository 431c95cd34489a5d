"""The digits 0 to 4 in the shapes of several schools, for train/synthesis/writing/strokes.py."""

from __future__ import annotations

from math import pi

from train.synthesis.writing.strokes import Draws, Points, Shape, arc


def _zero(u: Draws) -> list[Points]:
    return [arc(0, 0.5, u(0.24, 0.46), 0.5, -pi / 2 + u(-0.7, 0.9), -2 * pi * u(0.93, 1.12), 10)]


def _zero_tailed(u: Draws) -> list[Points]:
    wide = u(0.26, 0.5)
    oval = arc(0, 0.5, wide, 0.5, -pi / 2 + u(-0.2, 0.5), -2 * pi * u(0.95, 1.04), 9)
    return [[*oval, (wide * u(0.4, 0.9), u(0.0, 0.2)), (wide * u(1.2, 2.2), u(-0.1, 0.15))]]


def _zero_clockwise(u: Draws) -> list[Points]:
    return [arc(0, 0.5, u(0.25, 0.45), 0.5, -pi / 2 + u(-1.5, 0.3), 2 * pi * u(0.92, 1.1), 10)]


def _zero_overrun(u: Draws) -> list[Points]:
    wide = u(0.25, 0.46)
    oval = arc(0, 0.5, wide, 0.5, -pi / 2 + u(-0.4, 0.9), -2 * pi * u(0.95, 1.1), 9)
    return [[*oval, (oval[-1][0] * u(0.2, 0.9), u(0.15, 0.45))]]


def zero_chain(count: int) -> Shape:
    """Return the shape of zeros written in one go, each joined to the next at the top.

    Args:
        count: how many zeros.
    """

    def shape(u: Draws) -> list[Points]:
        wide, late, pitch, dip = u(0.28, 0.5), u(-0.3, 0.8), u(1.9, 2.9), u(-0.06, 0.2)
        points: Points = []
        for i in range(count):
            middle = wide * pitch * i
            if points:
                points.append((middle - wide * pitch * 0.45, dip))
            points += arc(middle, 0.5, wide, 0.5 * u(0.85, 1.0), -pi / 2 + late, -2 * pi * u(0.88, 1.02), 8)
        return [[*points, (points[-1][0] + wide * u(0.1, 1.2), u(-0.05, 0.15))]]

    return shape


def _one(u: Draws) -> list[Points]:
    reach, drop, foot = u(0.08, 0.6), u(0.12, 0.95), u(-0.12, 0.06)
    up = [(0.0, drop), (reach * u(0.45, 0.7), drop * u(0.35, 0.6)), (reach, 0.0)]
    return [up, [(reach, 0.0), (reach + foot * 0.5, 0.5), (reach + foot, 1.0)]]


def _one_short(u: Draws) -> list[Points]:
    reach = u(0.08, 0.28)
    return [[(0.0, reach * u(0.5, 1.5)), (reach, 0.0)], [(reach, 0.0), (reach + u(-0.06, 0.04), 1.0)]]


def _one_plain(u: Draws) -> list[Points]:
    return [[(u(-0.03, 0.1), 0.0), (u(-0.03, 0.05), 0.5), (u(-0.06, 0.04), 1.0)]]


def _one_footed(u: Draws) -> list[Points]:
    left, right, y = u(0.12, 0.35), u(0.15, 0.4), u(0.94, 1.04)
    return [*_one(u), [(u(0.15, 0.3) - left, y), (0.25 + right, y + u(-0.05, 0.03))]]


def _one_arched(u: Draws) -> list[Points]:
    reach = u(0.1, 0.4)
    back = u(-0.12, 0.06)
    return [[(0.0, u(0.35, 1.0)), (reach * 0.65, 0.25), (reach, 0.0), (reach + back * 0.4, 0.4), (reach + back, 1.0)]]


def _one_hooked(u: Draws) -> list[Points]:
    reach, stem = u(0.05, 0.35), u(-0.08, 0.05)
    up = [(0.0, u(0.1, 0.6)), (reach, 0.0)]
    down = [(reach, 0.0), (reach + 0.5 * stem, 0.5), (reach + stem, 0.92), (reach - u(0.0, 0.2), 1.0)]
    return [up, [*down, (reach - u(0.15, 0.4), u(0.82, 1.0))]]


def _two(u: Draws) -> list[Points]:
    wide, foot = u(0.4, 0.7), u(0.94, 1.03)
    return [
        [
            (u(0.0, 0.08), u(0.1, 0.35)),
            (wide * 0.45, 0.0),
            (wide, u(0.15, 0.3)),
            (wide * u(0.5, 0.75), 0.6),
            (0.0, foot),
        ]
    ] + [[(0.0, foot), (u(0.25, 0.4), foot + u(-0.08, 0.03)), (wide * u(0.9, 1.5), u(0.88, 1.02))]]


def _two_looped(u: Draws) -> list[Points]:
    wide, loop = u(0.4, 0.65), u(0.06, 0.2)
    bowl = [(u(0.0, 0.1), u(0.12, 0.35)), (wide * 0.4, 0.0), (wide, u(0.12, 0.25)), (wide * u(0.55, 0.8), 0.55)]
    foot = [(wide * 0.15, 0.94), (u(-0.1, 0.0), 0.97 - loop * 0.5), (wide * 0.2, 0.95 - loop)]
    return [[*bowl, *foot, (wide * 0.7, u(0.85, 0.98)), (wide * u(1.0, 1.7), u(0.8, 1.0))]]


def _two_curled(u: Draws) -> list[Points]:
    wide, curl = u(0.4, 0.6), u(0.22, 0.42)
    head = [(wide * u(0.35, 0.9), curl), (0.06, curl * u(0.8, 1.0)), (u(-0.02, 0.08), 0.12), (wide * 0.5, 0.0)]
    body = [
        (wide, u(0.15, 0.28)),
        (wide * 0.75, 0.58),
        (0.08, 0.95),
        (u(-0.1, 0.0), u(0.84, 0.93)),
        (0.14, u(0.76, 0.85)),
    ]
    return [[*head, *body, (wide * 0.75, u(0.9, 1.0)), (wide * u(1.0, 1.5), u(0.82, 1.0))]]


def _two_like_nine(u: Draws) -> list[Points]:
    wide, curl = u(0.38, 0.62), u(0.3, 0.56)
    head = [
        (wide * u(0.8, 1.02), curl * u(0.55, 0.9)),
        (wide * 0.45, curl),
        (u(-0.02, 0.06), curl * 0.55),
        (wide * 0.45, 0.0),
    ]
    body = [(wide, u(0.14, 0.3)), (wide * u(0.65, 0.95), 0.62), (wide * u(0.15, 0.45), u(0.93, 1.0))]
    return [[*head, *body, (wide * 0.75, u(0.86, 1.0)), (wide * u(1.0, 1.7), u(0.84, 1.02))]]


def _two_swan(u: Draws) -> list[Points]:
    wide = u(0.35, 0.6)
    return [
        [(u(0.0, 0.15), u(0.15, 0.4)), (wide * 0.3, 0.03), (wide * 0.85, 0.06), (wide, 0.32), (wide * 0.5, 0.75)]
        + [(u(0.0, 0.1), u(0.97, 1.03)), (wide * 0.6, u(0.92, 1.0)), (wide * u(0.9, 1.4), u(0.9, 1.02))]
    ]


def _three(u: Draws) -> list[Points]:
    wide, waist = u(0.38, 0.6), u(0.38, 0.52)
    top = [(u(0.0, 0.1), u(0.06, 0.22)), (wide * 0.5, 0.0), (wide * 0.95, u(0.12, 0.25)), (wide * u(0.25, 0.5), waist)]
    low = [(wide, u(0.62, 0.78)), (wide * 0.45, 1.0), (u(-0.12, 0.05), u(0.8, 0.96))]
    return [[*top, (wide * u(0.35, 0.6), waist + 0.03), *low]]


def _three_flat(u: Draws) -> list[Points]:
    wide, waist = u(0.4, 0.62), u(0.32, 0.48)
    return [
        [(0.0, u(-0.02, 0.1)), (wide * 0.5, u(-0.02, 0.05)), (wide, 0.0), (wide * u(0.3, 0.55), waist)],
        [(wide * 0.4, waist), (wide * 0.9, waist + 0.1), (wide * u(0.9, 1.1), 0.76), (wide * 0.4, 1.0)]
        + [(u(-0.12, 0.05), u(0.82, 0.98))],
    ]


def _four_open(u: Draws) -> list[Points]:
    bar, right = u(0.42, 0.7), u(0.34, 0.6)
    left = [(u(0.05, 0.3), 0.0), (u(0.02, 0.12), bar * 0.6), (u(-0.03, 0.06), bar), (0.3, bar + u(-0.06, 0.05))]
    return [
        [*left, (right + u(0.05, 0.35), bar - u(-0.04, 0.12))],
        [(right, u(0.0, 0.45)), (right - u(0.0, 0.14), 1.0)],
    ]


def _four_round(u: Draws) -> list[Points]:
    right, low = u(0.38, 0.62), u(0.42, 0.66)
    bowl = [(u(0.0, 0.08), 0.0), (u(-0.02, 0.06), low * 0.65), (right * 0.4, low), (right * 0.85, low * u(0.7, 0.95))]
    return [[*bowl, (right, u(0.0, 0.2))], [(right, u(-0.02, 0.2)), (right - 0.03, 0.6), (right - u(0.0, 0.12), 1.0)]]


def _four_single(u: Draws) -> list[Points]:
    right, low = u(0.35, 0.55), u(0.5, 0.66)
    return [
        [(u(0.0, 0.2), 0.0), (u(-0.03, 0.05), low * 0.8), (right * 0.35, low), (right, u(0.2, 0.45))],
        [(right, u(0.2, 0.42)), (right - u(-0.02, 0.06), 0.7), (right - u(0.0, 0.15), 1.0)],
    ]


def _four_h(u: Draws) -> list[Points]:
    right, low = u(0.3, 0.5), u(0.5, 0.75)
    tall = [(u(0.1, 0.3), 0.0), (u(0.0, 0.1), low), (0.04, low + u(0.0, 0.1))]
    return [[*tall, (right * 0.5, u(0.42, 0.56)), (right, u(0.45, 0.6)), (right - u(-0.06, 0.08), 1.0)]]


def _four_closed(u: Draws) -> list[Points]:
    right, bar = u(0.35, 0.55), u(0.52, 0.72)
    return [
        [(right, 0.0), (right * 0.45, bar * 0.55), (0.0, bar)],
        [(0.0, bar), (right, bar + u(-0.08, 0.04)), (right * u(1.2, 1.7), bar + u(-0.1, 0.04))],
        [(right, 0.0), (right - 0.02, 0.5), (right - u(0.0, 0.1), 1.0)],
    ]


# A shape that stands twice is drawn twice as often.
LOW_SHAPES: dict[int, tuple[Shape, ...]] = {
    0: (_zero, _zero, _zero_tailed, _zero_clockwise, _zero_overrun),
    1: (_one, _one, _one, _one_short, _one_plain, _one_plain, _one_footed, _one_arched, _one_hooked),
    2: (_two, _two_looped, _two_looped, _two_curled, _two_like_nine, _two_like_nine, _two_swan),
    3: (_three, _three, _three_flat),
    4: (_four_open, _four_open, _four_round, _four_single, _four_h, _four_closed),
}
