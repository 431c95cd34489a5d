"""Register pages: a table with rules, filled in by hand, in which one entry has the code."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.pieces.address import names
from train.synthesis.pieces.address.address import code_of
from train.synthesis.pieces.address.numbers import digits
from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.printer import Print
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.sheet import Sheet

_MONTHS = ("Januar", "Mars", "Maj", "Juni", "Juli", "August", "Oktbr.", "Decbr.")


@dataclass(frozen=True)
class _Layout:
    """A table.

    Attributes:
        columns: where its columns end, shares of the width.
        wanted: the column that has the code.
        tall_mm: height of a row.
        double: whether the rules between columns are double.
    """

    columns: tuple[float, ...]
    wanted: int
    tall_mm: float
    double: bool


_TRAIN = {
    "ledger": _Layout((0.12, 0.5, 0.78, 1.0), 2, 16, True),
    "two columns": _Layout((0.3, 1.0), 0, 24, False),
}
_TEST = {"cells": _Layout((0.26, 0.52, 0.76, 1.0), 1, 20, False), "margin": _Layout((0.22, 0.62, 1.0), 2, 18, True)}


def _draw(desk: Desk, plan: Plan, sheet: Sheet, layout_name: str) -> str | None:
    random = desk.random
    layout = (_TRAIN | _TEST)[layout_name]
    width, height = sheet.size
    step = max(sheet.mm(layout.tall_mm), 40.0 * plan.reduced)
    top = sheet.mm(random.uniform(2, 14))
    ink = random.integers(60, 150)
    color = (int(ink), int(ink), int(ink + random.integers(0, 40)))
    lefts = [round(share * width) for share in (0.0, *layout.columns[:-1])]
    rights = [round(share * width) for share in layout.columns]
    _rules(random, sheet, lefts[1:], np.arange(top, height, step), color, double=layout.double)
    rows = max(1, int((height - top) / step))
    code = code_of(random, plan.country)
    row_of_code = int(random.integers(rows)) if plan.coded else -1
    for row in range(rows):
        for column, (left, right) in enumerate(zip(lefts, rights, strict=True)):
            wanted = row == row_of_code and column == layout.wanted
            if not wanted and random.random() < 0.25:
                continue
            lines = _code_lines(desk, code) if wanted else _other_lines(desk, column)
            room = (left, top + row * step, right, top + (row + 1) * step)
            _entry(desk, plan, sheet, lines, room, wanted=wanted)
    return code if plan.coded else None


def _rules(
    random: np.random.Generator,
    sheet: Sheet,
    xs: list[int],
    ys: NDArray[np.float64],
    color: tuple[int, int, int],
    *,
    double: bool,
) -> None:
    width, height = sheet.size
    thick = max(1, round(sheet.mm(random.uniform(0.15, 0.4))))
    for y in ys.round().astype(int).tolist():
        cv2.line(sheet.image, (0, y), (width, y + int(random.integers(-1, 2))), color, thick, cv2.LINE_AA)
    for x in xs:
        for aside in (0, round(sheet.mm(1.2))) if double else (0,):
            cv2.line(sheet.image, (x + aside, 0), (x + aside, height), color, thick, cv2.LINE_AA)


def _code_lines(desk: Desk, code: str) -> tuple[Line, ...]:
    """The entry with the code: behind a day and a month, below them, or alone."""
    random = desk.random
    token = Token(code, "destination", "destination")
    day, month = Token(str(random.integers(1, 32)), "date"), any_of(random, _MONTHS)
    kind = random.random()
    if kind < 0.4:
        return ((token,),)
    if kind < 0.7:
        return ((day, Token(f" {month}")), (token,))
    return ((Token(f"{month} "), token),)


def _other_lines(desk: Desk, column: int) -> tuple[Line, ...]:
    """Any other entry: words, or a short number."""
    random = desk.random
    if column == 0 or random.random() < 0.2:
        return ((Token(digits(random, any_of(random, ("N", "N#", "N##"))), "other"),),)
    if random.random() < 0.3:
        day = Token(str(random.integers(1, 32)), "date")
        return ((day, Token(f" {any_of(random, _MONTHS)}")),)
    return ((Token(names.person(random)),),)


def _entry(
    desk: Desk,
    plan: Plan,
    sheet: Sheet,
    lines: tuple[Line, ...],
    room: tuple[float, float, float, float],
    *,
    wanted: bool,
) -> None:
    """Write an entry in its cell; its ink may touch the rules."""
    random = desk.random
    left, top, right, low = room
    digit_px = min(desk.hand_px(sheet, plan), 0.8 * (low - top) / (len(lines) * 1.4))
    if plan.writing == "print":
        block = desk.printed(lines, Print(desk.font(), 0.8 * digit_px, 1.5), 0.86 * (right - left))
    else:
        block = desk.written(lines, plan, digit_px, 0.9 * (right - left))
    x = left + random.uniform(0.02, 0.2) * max(right - left - block.size[0], 0)
    y = top + random.uniform(0.2, 0.85) * max(low - top - block.size[1], 0)
    sheet.put(block, x, y, plan.ink if plan.writing == "print" else plan.pen, "destination" if wanted else "other")


REGISTER = Kind(
    "register page",
    0.04,
    ((200, 110), (160, 100), (180, 130)),
    {"train": tuple(_TRAIN), "test": tuple(_TEST)},
    {"print": 0.1, "hand": 0.9, "code by hand": 0.0, "boxes": 0.0},
    ("white", "cream", "recycled"),
    _draw,
)
