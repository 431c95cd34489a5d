"""The sender: a small block in a corner, a line above a window, along an edge."""

from __future__ import annotations

from typing import Literal

from train.synthesis.pieces.address.address import address
from train.synthesis.pieces.address.numbers import phone
from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.inked import Inked, turned
from train.synthesis.pieces.marks.logo import brand, brand_color
from train.synthesis.pieces.sheet import Rect, Sheet

SenderPlace = Literal["top left", "top middle", "line above", "flap", "bottom left", "left edge", "bottom right"]
# Of the pieces that may have a sender; with those that may not or have no room for one, 70 % of all have a sender.
SENDER_SHARE = 0.88
ABROAD_SHARE, BRAND_SHARE, PHONE_SHARE, BY_HAND_SHARE = 0.22, 0.3, 0.15, 0.75
_SEPARATORS = (" · ", " - ", ", ", " | ", " * ")


def add_sender(desk: Desk, plan: Plan, sheet: Sheet, place: SenderPlace, below: Rect) -> None:
    """Write the sender where the layout has it, if the piece has one and there is room.

    Args:
        desk: what it is made with.
        plan: of the piece.
        sheet: of the piece, with its destination.
        place: where the sender stands.
        below: where the destination stands.
    """
    if not has_sender(desk, plan):
        return
    lines = sender_lines(desk, plan)
    if place in ("line above", "flap"):
        lines = (one_line(desk, lines),)
    by_hand = plan.writing == "hand" and desk.random.random() < BY_HAND_SHARE
    if by_hand:
        block = desk.written(lines, plan, desk.small_px(sheet, plan, 2.2, 4.0), 0.42 * sheet.size[0])
    else:
        style = desk.style(desk.small_px(sheet, plan, 1.4, 2.3))
        block = desk.printed(lines, style, (0.6 if len(lines) == 1 else 0.4) * sheet.size[0])
    if place == "left edge":
        block = turned(block, -90)
    x, y = _corner(desk, sheet, place, below, block)
    if not sheet.is_free((x, y, x + block.size[0], y + block.size[1]), sheet.mm(0.8)):
        return
    sheet.put(block, x, y, plan.pen if by_hand else plan.ink, "sender")
    if place == "top left" and not by_hand and desk.random.random() < BRAND_SHARE:
        name = brand(desk.random, desk.font(), desk.small_px(sheet, plan, 3.0, 6.0))
        top = y + block.size[1] + sheet.mm(2)
        if sheet.is_free((x, top, x + name.size[0], top + name.size[1]), sheet.mm(1)):
            sheet.put(name, x, top, brand_color(desk.random), "other")


def has_sender(desk: Desk, plan: Plan) -> bool:
    """Draw whether a piece has a sender; one with the sender's code alone has."""
    return plan.codes == "sender" or desk.random.random() < SENDER_SHARE


def sender_lines(desk: Desk, plan: Plan) -> tuple[Line, ...]:
    """Draw a sender's address, mostly of the destination's country."""
    random = desk.random
    abroad = random.random() < ABROAD_SHARE
    country = any_of(random, (*desk.supplies.countries, "NL", "NL")) if abroad else plan.country
    lines = address(random, country, "sender", coded=plan.sender_coded).lines
    return (*lines, phone(random)) if random.random() < PHONE_SHARE else lines


def one_line(desk: Desk, lines: tuple[Line, ...]) -> Line:
    """Lines joined to one, as above a window."""
    separator = Token(any_of(desk.random, _SEPARATORS))
    joined: list[Token] = []
    for line in lines:
        joined += [separator, *line] if joined else line
    return tuple(joined)


def _corner(desk: Desk, sheet: Sheet, place: SenderPlace, below: Rect, block: Inked) -> tuple[float, float]:
    random = desk.random
    width, height = sheet.size
    wide, tall = block.size
    edge = sheet.mm(random.uniform(4, 10))
    if place == "line above":
        return max(0.0, min(below[0], width - wide - edge)), below[1] - tall - sheet.mm(random.uniform(2, 6))
    if place == "flap":
        at_top = random.random() < 0.5
        return (width - wide) / 2, sheet.mm(random.uniform(2, 5)) if at_top else height - tall - edge
    if place == "top middle":
        return (width - wide) / 2 - random.uniform(0, 0.15) * width, edge
    if place == "bottom left":
        return edge, height - tall - edge
    if place == "bottom right":
        return width - wide - edge, height - tall - edge
    if place == "left edge":
        return edge, (height - tall) / 2
    return edge, edge
