"""Cards: a message beside or above the destination, with a stamp."""

from __future__ import annotations

import cv2

from train.synthesis.pieces.address import names, numbers
from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.kinds.addressing import destination
from train.synthesis.pieces.kinds.extras import frank
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.kinds.sender import add_sender
from train.synthesis.pieces.sheet import Sheet

_TRAIN, _TEST = ("divided", "address only", "ruled"), ("message above", "divided without rule")
_RULE_COLOR = (120, 120, 125)


def _draw(desk: Desk, plan: Plan, sheet: Sheet, layout: str) -> str | None:
    random = desk.random
    width, height = sheet.size
    group, code = destination(desk, plan, sheet, 0.44 * width)
    wide, tall = group.size
    alone = layout == "address only"
    left = (0.25 if alone else 0.52) * width + random.uniform(0.0, 0.05) * width
    left = min(left, width - wide - sheet.mm(3))
    low = min(random.uniform(0.55, 0.7) * height + tall / 2, height - sheet.mm(5))
    rect = (left, low - tall, left + wide, low)
    sheet.put_group(group, *rect[:2], "destination")
    if layout in ("divided", "ruled"):
        _rules(desk, sheet, ruled=layout == "ruled", below=(rect[1], rect[3]))
    if alone:
        add_sender(desk, plan, sheet, "top left", rect)
    else:
        room = (0.9 * width, 0.32 * height) if layout == "message above" else (0.44 * width, 0.85 * height)
        _message(desk, plan, sheet, room)
    frank(desk, plan, sheet, "right")
    return code


def _rules(desk: Desk, sheet: Sheet, *, ruled: bool, below: tuple[float, float]) -> None:
    """The line between message and address, and lines below the address."""
    width, height = sheet.size
    middle = round(0.5 * width)
    thick = max(1, round(sheet.mm(0.25)))
    cv2.line(sheet.image, (middle, round(0.1 * height)), (middle, round(0.92 * height)), _RULE_COLOR, thick)
    if ruled:
        step = max(4.0, sheet.mm(desk.random.uniform(7, 9)))
        for number in range(4):
            y = round(below[1] - number * step)
            if y > 0.35 * height:
                cv2.line(sheet.image, (round(0.53 * width), y), (round(0.96 * width), y), _RULE_COLOR, thick)


def _message(desk: Desk, plan: Plan, sheet: Sheet, room: tuple[float, float]) -> None:
    """A message in the upper left, with a date and at times another number."""
    random = desk.random
    digit_px = desk.small_px(sheet, plan, 2.6, 3.8)
    lines: list[Line] = []
    if random.random() < 0.6:
        lines.append((Token(f"{names.sentence(random, 4)} "), numbers.date(random)))
    for _ in range(int(random.integers(3, 9))):
        lines.append((Token(names.sentence(random, int(random.integers(12, 22)))),))
    if random.random() < 0.3:
        lines.append(numbers.phone(random))
    by_hand = plan.writing == "hand" or random.random() < 0.6
    if by_hand:
        block = desk.written(tuple(lines), plan, digit_px, room[0])
    else:
        block = desk.printed(tuple(lines), desk.style(0.8 * digit_px), room[0])
    x, y = sheet.mm(random.uniform(3, 7)), sheet.mm(random.uniform(4, 9))
    if block.size[1] < room[1] and sheet.is_free((x, y, x + block.size[0], y + block.size[1])):
        sheet.put(block, x, y, plan.pen if by_hand else plan.ink, "other")


CARD = Kind(
    "card",
    0.10,
    ((148, 105), (148, 105), (165, 118), (140, 90)),
    {"train": _TRAIN, "test": _TEST},
    {"print": 0.6, "hand": 0.32, "code by hand": 0.0, "boxes": 0.08},
    ("white", "cream", "recycled", "colored"),
    _draw,
)
