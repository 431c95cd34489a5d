"""More shapes of the digits that are misread most, for train/synthesis/writing/strokes.py: 1, 9, 4, 7, 5 and 0."""

from __future__ import annotations

from math import pi

from train.synthesis.writing.strokes import Draws, Points, Shape, arc


def _zero_slashed(u: Draws) -> list[Points]:
    wide, reach = u(0.28, 0.46), u(0.75, 1.35)
    oval = arc(0, 0.5, wide, 0.5, -pi / 2 + u(-0.6, 0.6), -2 * pi * u(0.95, 1.08), 10)
    return [oval, [(-wide * reach, 0.5 + 0.42 * reach), (wide * reach, 0.5 - 0.42 * reach)]]


def _zero_slashed_back(u: Draws) -> list[Points]:
    wide, reach = u(0.28, 0.46), u(0.65, 1.1)
    oval = arc(0, 0.5, wide, 0.5, -pi / 2 + u(-0.6, 0.6), -2 * pi * u(0.95, 1.08), 10)
    return [oval, [(-wide * reach, 0.5 - 0.4 * reach), (wide * reach, 0.5 + 0.4 * reach)]]


def _zero_entered(u: Draws) -> list[Points]:
    wide, start = u(0.25, 0.44), -pi / 2 + u(-0.5, 0.3)
    oval = arc(0, 0.5, wide, 0.5, start, -2 * pi * u(0.95, 1.1), 9)
    return [[(wide * u(0.3, 1.0), u(0.05, 0.3)), *oval, (wide * u(0.4, 1.3), u(-0.06, 0.15))]]


def _zero_open(u: Draws) -> list[Points]:
    turn = -1 if u(0, 1) < 0.6 else 1
    return [arc(0, 0.5, u(0.25, 0.45), 0.5, -pi / 2 + u(-1.1, 1.0), turn * 2 * pi * u(0.74, 0.9), 9)]


def _one_lambda(u: Draws) -> list[Points]:
    reach, drop, foot = u(0.2, 0.6), u(0.65, 1.04), u(-0.1, 0.1)
    up = [(0.0, drop), (reach * u(0.35, 0.55), drop * u(0.45, 0.7)), (reach, 0.0)]
    return [up, [(reach, 0.0), (reach + foot * 0.5, 0.5), (reach + foot, 1.0)]]


def _one_round(u: Draws) -> list[Points]:
    reach, foot = u(0.18, 0.5), u(-0.12, 0.08)
    arch = [(0.0, u(0.5, 1.0)), (reach * 0.4, u(0.25, 0.45)), (reach * 0.85, u(0.0, 0.08)), (reach, u(0.0, 0.05))]
    return [[*arch, (reach + u(0.0, 0.05), 0.22), (reach + foot, 1.0)]]


def _one_flagged(u: Draws) -> list[Points]:
    reach, low = u(0.15, 0.42), u(0.25, 0.55)
    flag = [(u(0.0, 0.1), low + u(0.04, 0.14)), (u(-0.08, 0.0), low), (reach * 0.5, low * u(0.4, 0.7)), (reach, 0.0)]
    return [flag, [(reach, 0.0), (reach + u(-0.06, 0.05), 0.5), (reach + u(-0.18, 0.05), 1.0)]]


def _one_looped(u: Draws) -> list[Points]:
    wide = u(0.06, 0.16)
    loop = [(u(-0.2, 0.0), u(0.6, 1.0)), (wide, 0.34), (wide * 1.2, 0.05), (wide * 0.4, 0.0)]
    return [[*loop, (0.0, 0.25), (u(-0.06, 0.03), 0.7), (u(-0.05, 0.08), 1.0)]]


def _one_slashed_base(u: Draws) -> list[Points]:
    reach, left, right = u(0.0, 0.35), u(0.14, 0.4), u(0.14, 0.42)
    tilt = u(-0.03, 0.1)
    stem = [(reach, 0.0), (reach + u(-0.08, 0.02), 1.0)]
    return [
        [(0.0, u(0.15, 0.5)), (reach, 0.0)],
        stem,
        [(stem[1][0] - left, u(0.96, 1.04)), (stem[1][0] + right, u(0.96, 1.04) - tilt)],
    ]


def _one_hooked_right(u: Draws) -> list[Points]:
    reach = u(0.05, 0.4)
    down = [(reach, 0.0), (reach + u(-0.05, 0.02), 0.82), (reach + u(0.05, 0.12), 1.0)]
    return [[(0.0, u(0.2, 0.9)), (reach, 0.0)], [*down, (reach + u(0.16, 0.34), u(0.88, 1.0))]]


def _four_angled(u: Draws) -> list[Points]:
    low, stem = u(0.48, 0.75), u(0.3, 0.5)
    angle = [(u(0.02, 0.25), 0.0), (u(-0.02, 0.05), low), (stem * u(0.7, 0.95), low + u(-0.05, 0.04))]
    return [
        [*angle, (stem * u(1.15, 1.7), low - u(-0.04, 0.12))],
        [(stem, low - u(0.12, 0.35)), (stem - u(-0.03, 0.1), 1.0)],
    ]


def _four_bolt(u: Draws) -> list[Points]:
    low = u(0.5, 0.78)
    bolt = [(u(0.3, 0.58), 0.0), (u(-0.03, 0.05), low), (u(0.5, 0.9), low + u(-0.08, 0.06))]
    return [bolt, [(u(0.3, 0.48), low - u(0.06, 0.22)), (u(0.25, 0.48), 1.0)]]


def _four_cup(u: Draws) -> list[Points]:
    right, low = u(0.3, 0.55), u(0.42, 0.65)
    cup = [(u(-0.02, 0.06), 0.0), (u(-0.03, 0.03), low * 0.7), (right * 0.4, low), (right * 0.9, low * u(0.6, 0.8))]
    return [[*cup, (right, u(0.0, 0.15)), (right - u(-0.02, 0.06), 0.6), (right - u(0.0, 0.12), 1.0)]]


def _four_looped(u: Draws) -> list[Points]:
    right, bar = u(0.35, 0.55), u(0.5, 0.7)
    return [
        [(right, u(0.0, 0.06)), (right * 0.4, bar * 0.6), (u(-0.04, 0.04), bar), (u(0.02, 0.1), bar + u(0.02, 0.08))]
        + [(right, bar - u(0.0, 0.1)), (right * u(1.3, 1.8), bar - u(0.02, 0.14))],
        [(right * u(0.9, 1.05), u(0.05, 0.3)), (right - 0.02, 0.6), (right - u(0.0, 0.14), 1.0)],
    ]


def _five_detached(u: Draws) -> list[Points]:
    belly, neck, gap = u(0.38, 0.58), u(0.36, 0.5), u(0.04, 0.16)
    body = [(u(0.05, 0.18), u(0.08, 0.2)), (u(0.0, 0.1), neck), (belly * 0.65, neck + u(-0.04, 0.05))]
    left = u(0.12, 0.3)
    bar = [(left, u(-0.06, 0.02) - 0.5 * gap), (left + u(0.3, 0.7), u(-0.14, 0.0) - 0.5 * gap)]
    return [[*body, (belly, u(0.62, 0.75)), (belly * 0.5, 1.0), (u(-0.15, 0.02), u(0.84, 0.98))], bar]


def _five_like_r(u: Draws) -> list[Points]:
    stem = [(u(0.0, 0.12), u(0.12, 0.35)), (u(0.04, 0.14), 1.0)]
    return [[*stem, (u(0.1, 0.24), u(0.4, 0.6)), (u(0.22, 0.4), u(0.06, 0.2)), (u(0.45, 0.85), u(-0.05, 0.08))]]


def _five_like_s(u: Draws) -> list[Points]:
    wide = u(0.36, 0.58)
    top = [(wide * u(0.85, 1.5), u(-0.05, 0.1)), (wide * 0.4, 0.03), (u(0.02, 0.1), u(0.2, 0.3)), (wide * 0.45, 0.46)]
    return [[*top, (wide, u(0.6, 0.75)), (wide * 0.5, 1.0), (u(-0.18, 0.0), u(0.84, 1.0))]]


def _seven_plus(u: Draws) -> list[Points]:
    stem, bar, left, right = u(0.16, 0.34), u(0.36, 0.55), u(0.2, 0.4), u(0.2, 0.46)
    top = [(u(-0.05, 0.08), u(0.08, 0.24)), (stem * 0.6, u(0.0, 0.06)), (stem, u(-0.02, 0.03))]
    return [
        [*top, (stem - u(0.0, 0.08), 0.5), (stem - u(0.0, 0.18), 1.0)],
        [(stem - left, bar + u(-0.04, 0.08)), (stem + right, bar - u(-0.04, 0.08))],
    ]


def _seven_serif(u: Draws) -> list[Points]:
    wide, foot = u(0.38, 0.62), u(0.02, 0.34)
    top = [(u(-0.06, 0.02), u(0.14, 0.36)), (0.0, u(0.0, 0.08)), (wide * 0.5, u(-0.02, 0.07)), (wide, u(-0.03, 0.04))]
    return [top, [(wide, 0.0), (wide * u(0.5, 0.85), u(0.38, 0.5)), (foot, 1.0)]]


def _seven_waved(u: Draws) -> list[Points]:
    wide, bar = u(0.34, 0.56), u(0.42, 0.6)
    body = [(0.0, u(0.1, 0.28)), (wide * 0.35, u(-0.02, 0.08)), (wide * 0.7, u(0.06, 0.16)), (wide, u(-0.02, 0.06))]
    middle = wide * 0.65
    cross = [(middle - u(0.14, 0.32), bar + u(-0.03, 0.09)), (middle + u(0.12, 0.34), bar - u(-0.03, 0.09))]
    return [[*body, (wide * 0.7, 0.5), (u(0.02, 0.24), 1.0)], *([cross] if u(0, 1) < 0.7 else [])]


def _nine_rho(u: Draws) -> list[Points]:
    wide, low, stem = u(0.28, 0.5), u(0.36, 0.55), u(-0.05, 0.12)
    up = [(stem - u(-0.05, 0.14), 1.0), (stem, 0.6), (stem + u(-0.04, 0.04), 0.2), (wide * 0.4, 0.0)]
    return [[*up, (wide, low * 0.45), (wide * 0.5, low), (stem - u(-0.02, 0.1), low * u(0.75, 1.05))]]


def _nine_curled(u: Draws) -> list[Points]:
    wide, head = u(0.3, 0.5), u(0.35, 0.5)
    ring = [(wide, 0.12), (wide * 0.5, 0.0), (0.0, head * 0.5), (wide * 0.45, head), (wide, head * 0.4)]
    tail = [(wide, u(0.0, 0.1)), (wide * 0.95, 0.6), (wide * 0.5, 1.0), (u(-0.1, 0.08), u(0.76, 0.94))]
    return [ring, [*tail, (wide * u(0.5, 1.0), u(0.66, 0.8))]]


def _nine_cup(u: Draws) -> list[Points]:
    """A 9 whose head is an open cup."""
    wide, low = u(0.34, 0.55), u(0.36, 0.54)
    cup = [(u(0.02, 0.14), u(0.0, 0.1)), (u(-0.03, 0.04), low * 0.6), (wide * 0.45, low), (wide * 0.95, low * 0.6)]
    return [[*cup, (wide, u(0.0, 0.12)), (wide * u(0.9, 1.02), 0.55), (wide - u(0.0, 0.3), 1.0)]]


def _nine_snail(u: Draws) -> list[Points]:
    """A 9 in one go from within its head, which closes over the start."""
    wide, head = u(0.36, 0.56), u(0.38, 0.54)
    loop = [(wide * u(0.5, 0.9), head * u(0.4, 0.7)), (wide * 0.5, head), (0.0, head * 0.55), (wide * 0.5, 0.0)]
    return [[*loop, (wide, u(0.15, 0.28)), (wide * u(0.85, 1.0), 0.6), (wide * u(0.2, 0.8), 1.0)]]


# A shape that stands twice is drawn twice as often.
MORE_SHAPES: dict[int, tuple[Shape, ...]] = {
    0: (_zero_slashed, _zero_slashed_back, _zero_entered, _zero_entered, _zero_open),
    1: (_one_lambda, _one_lambda, _one_lambda, _one_round, _one_round, _one_flagged, _one_flagged)
    + (_one_looped, _one_slashed_base, _one_slashed_base, _one_hooked_right),
    4: (_four_angled, _four_angled, _four_bolt, _four_cup, _four_cup, _four_looped),
    5: (_five_detached, _five_detached, _five_like_r, _five_like_s, _five_like_s),
    7: (_seven_plus, _seven_plus, _seven_serif, _seven_waved),
    9: (_nine_rho, _nine_rho, _nine_curled, _nine_cup, _nine_cup, _nine_snail),
}
