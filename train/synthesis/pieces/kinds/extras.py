"""What stands on a piece beside its addresses: franking, postmarks, bar codes, logos, advertising, labels."""

from __future__ import annotations

import numpy as np

from train.synthesis.pieces.address import numbers
from train.synthesis.pieces.address.text import Token
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.ink.inked import Inked, box_quad
from train.synthesis.pieces.marks import codes, logo
from train.synthesis.pieces.marks.franking import COLORS, franking
from train.synthesis.pieces.marks.postmark import postmark
from train.synthesis.pieces.marks.stamp import SIZES_MM, stick_stamp
from train.synthesis.pieces.sheet import Color, Group, Layer, Sheet

STAMP_SHARE, FRANKING_SHARE, POSTMARK_SHARE, ACROSS_SHARE = 0.45, 0.35, 0.7, 0.12
_TRIES = 6
_POSTMARK_COLORS: tuple[Color, ...] = ((40, 40, 45), (30, 30, 32), (60, 65, 90), (120, 45, 50))


def frank(desk: Desk, plan: Plan, sheet: Sheet, corner: str) -> None:
    """Frank a piece with stamps or print in an upper corner, and mark it, at times across the code.

    Args:
        desk: what it is made with.
        plan: of the piece.
        sheet: with its addresses; its conditions gain the postmark.
        corner: "right" or "left".
    """
    random = desk.random
    sheet.conditions["postmark"] = "no"
    kind = random.random()
    edge = sheet.mm(random.uniform(3, 9))
    width = sheet.size[0]
    if kind < STAMP_SHARE:
        inner = edge
        for _ in range(1 + (random.random() < 0.25)):
            size = SIZES_MM[int(random.integers(len(SIZES_MM)))]
            x = width - inner - sheet.mm(size[0]) if corner == "right" else inner
            rect = (x, edge, x + sheet.mm(size[0]), edge + sheet.mm(size[1]))
            if sheet.is_free(rect, 1.0):
                stick_stamp(random, sheet, desk.font(), x, edge, size)
            inner += sheet.mm(size[0] + 1)
    elif kind < STAMP_SHARE + FRANKING_SHARE:
        mark = franking(random, sheet.px_per_mm, desk.font())
        x = width - edge - mark.size[0] if corner == "right" else edge
        rect = (x, edge, x + mark.size[0], edge + mark.size[1])
        if sheet.is_free(rect, 1.0):
            if sheet.conditions["paper"] == "dark":  # such ink is printed on a label
                stick_label(desk, sheet, rect, sheet.mm(2))
            sheet.put(mark, x, edge, COLORS[int(random.integers(len(COLORS)))], "other")
        return
    if random.random() < POSTMARK_SHARE:
        _cancel(desk, sheet, corner, edge)


def _cancel(desk: Desk, sheet: Sheet, corner: str, edge: float) -> None:
    """Put a postmark on the stamps; at times it goes across the destination's code."""
    random = desk.random
    mark = postmark(random, sheet.px_per_mm, desk.font())
    wide, tall = mark.size
    code = next((n for n in sheet.numbers if n.token.kind == "destination"), None)
    if code is not None and random.random() < ACROSS_SHARE:
        middle = code.quad.mean(axis=0) + random.normal(0, 0.2, 2) * [wide, tall]
        x, y = middle - np.array([wide, tall]) / 2
        sheet.conditions["postmark"] = "across the code"
    else:
        x = (
            sheet.size[0] - edge - wide * random.uniform(0.7, 1.1)
            if corner == "right"
            else edge * random.uniform(0.2, 2)
        )
        y = random.uniform(0, 12) * sheet.px_per_mm
        sheet.conditions["postmark"] = "on the stamp"
    color = _POSTMARK_COLORS[int(random.integers(len(_POSTMARK_COLORS)))]
    sheet.put_group(Group((Layer(mark, 0, 0, color, random.uniform(0.35, 0.95)),)), float(x), float(y))


def decorate(desk: Desk, plan: Plan, sheet: Sheet, count: int) -> None:
    """Put logos, advertising, bar codes and labels where there is room.

    Args:
        desk: what it is made with.
        plan: of the piece.
        sheet: with all else on it.
        count: how many are tried.
    """
    random = desk.random
    for _ in range(count):
        mark, color = _extra(desk, plan, sheet)
        if mark.numbers and sheet.conditions["paper"] == "dark":
            color = plan.ink
        put_where_free(random, sheet, mark, color)


def put_where_free(random: np.random.Generator, sheet: Sheet, mark: Inked, color: Color) -> None:
    """Put a mark anywhere on the sheet where nothing is, if a few tries find such a place."""
    width, height = sheet.size
    wide, tall = mark.size
    if wide >= width or tall >= height:
        return
    for _ in range(_TRIES):
        x, y = random.uniform(0.02 * width, 0.98 * width - wide), random.uniform(0.03 * height, 0.97 * height - tall)
        if sheet.is_free((x, y, x + wide, y + tall), sheet.mm(1.5)):
            sheet.put(mark, x, y, color, "other")
            return


def _extra(desk: Desk, plan: Plan, sheet: Sheet) -> tuple[Inked, Color]:
    """Draw something that stands beside the addresses, and its colour."""
    random, mm = desk.random, sheet.px_per_mm
    kind = random.random()
    digit_px = desk.small_px(sheet, plan, 1.5, 4.0)
    if kind < 0.22:
        return logo.logo(random, random.uniform(8, 20) * mm), logo.brand_color(random)
    if kind < 0.38:
        return logo.brand(random, desk.font(), random.uniform(1.2, 2.6) * digit_px), logo.brand_color(random)
    if kind < 0.62:
        color = logo.brand_color(random) if random.random() < 0.5 else plan.ink
        return logo.advert(random, desk.font(), digit_px), color
    if kind < 0.76:
        line = (numbers.tracking(random),)
        size = (random.uniform(28, 60) * mm, random.uniform(5, 13) * mm)
        return codes.numbered_bars(random, *size, line, desk.font(), 0.7 * digit_px), plan.ink
    if kind < 0.86:
        return codes.four_state(random, mm), plan.ink if random.random() < 0.6 else (235, 110, 60)
    return codes.matrix(random, random.uniform(7, 16) * mm), plan.ink


def stick_label(desk: Desk, sheet: Sheet, rect: tuple[float, float, float, float], room_px: float) -> None:
    """Stick a blank white label on the sheet, so much larger than a place on it."""
    left, top, right, bottom = rect
    size = (round(right - left + 2 * room_px), round(bottom - top + 2 * room_px))
    label = desk.stationery.sheet(desk.stationery.stock("white"), size)
    sheet.paste(label, np.full(size[::-1], 255, np.uint8), left - room_px, top - room_px)
    sheet.taken.pop()  # it is there to be written on
    sheet.covers[-1] = (len(sheet.numbers), box_quad(left - room_px, top - room_px, right + room_px, bottom + room_px))


def registered_label(desk: Desk, plan: Plan, sheet: Sheet) -> None:
    """Stick a label of registered mail where there is room: a letter, bars and a number."""
    random, mm = desk.random, sheet.px_per_mm
    token = Token(numbers.digits(random, "RR ### ### ### DE"), "tracking")
    mark = codes.numbered_bars(random, 34 * mm, 6 * mm, (token,), desk.font(), max(5.0 * plan.reduced, 1.8 * mm))
    width, height = sheet.size
    wide, tall = mark.size
    for _ in range(_TRIES):
        x, y = random.uniform(0.02, 0.6) * width, random.uniform(0.03, 0.8) * height
        rect = (x, y, x + wide, y + tall)
        if sheet.is_free(rect, sheet.mm(3)):
            stick_label(desk, sheet, rect, sheet.mm(1.5))
            sheet.put(mark, x, y, (20, 20, 20), "other")
            return
