"""Envelopes: a destination, mostly a sender, franking, and what else firms print on them."""

from __future__ import annotations

import numpy as np

from train.synthesis.pieces.address.address import address
from train.synthesis.pieces.address.text import Line, Token, plain
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.ink.inked import Inked, turned
from train.synthesis.pieces.kinds.layouts import Layout
from train.synthesis.pieces.sheet import Color, Rect, Sheet

SIZES_MM = ((220, 110), (220, 110), (162, 114), (229, 162), (324, 229), (190, 135))  # DL twice, C6, C5, C4, E6
SENDER_SHARE = 0.7


def envelope(desk: Desk, plan: Plan, sheet: Sheet, layout: Layout) -> str | None:
    """Draw an envelope.

    Args:
        desk: what it is made with.
        plan: what is decided about it.
        sheet: blank paper of one of SIZES_MM.
        layout: where things stand.

    Returns:
        The destination's code; None where it has none.
    """
    random = desk.random
    color = desk.print_color(sheet.conditions["paper"] == "dark")[1]
    to = address(random, plan.country, "destination", coded=plan.coded)
    style = desk.print_style(sheet, plan, 2.3, 4.0)
    block = desk.printed(to.lines, style, 0.9 * sheet.size[0])
    rect = place_destination(random, sheet, block, layout)
    sheet.put(block, *rect[:2], color, "destination")
    if random.random() < SENDER_SHARE:
        add_sender(desk, plan, sheet, layout, rect, color)
    return to.code if plan.coded else None


def place_destination(random: np.random.Generator, sheet: Sheet, block: Inked, layout: Layout) -> Rect:
    """Draw where the destination stands."""
    width, height = sheet.size
    room = sheet.mm(5)
    left = random.uniform(*layout.left) * width
    if layout.align == "middle":
        left = 0.5 * (width - block.size[0]) + random.normal(0, 0.02) * width
    left = max(room, min(left, width - room - block.size[0]))
    top = random.uniform(*layout.middle) * height - block.size[1] / 2
    top = max(room, min(top, height - room - block.size[1]))
    return left, top, left + block.size[0], top + block.size[1]


def add_sender(desk: Desk, plan: Plan, sheet: Sheet, layout: Layout, below: Rect, color: Color) -> None:
    """Print the sender where the layout has it, if there is room.

    Args:
        desk: what it is made with.
        plan: of the piece.
        sheet: of the piece, with its destination.
        layout: where the sender stands.
        below: where the destination stands.
        color: of the ink.
    """
    random = desk.random
    country = plan.country if random.random() < 0.75 else sender_country(desk)
    sender = address(random, country, "sender", coded=plan.coded)
    lines = one_line(sender.lines) if layout.sender in ("line above", "flap") else sender.lines
    style = desk.print_style(sheet, plan, 1.4, 2.6)
    small = min(style.digit_px, sheet.mm(random.uniform(1.5, 2.4)))
    style = type(style)(style.font, max(small, 6.0 * plan.reduced), style.leading, style.spacing)
    width, height = sheet.size
    block = desk.printed(lines, style, 0.45 * width)
    if layout.sender == "left edge":
        block = turned(block, -90)
    x, y = _sender_corner(random, sheet, layout, below, block)
    if sheet.is_free((x, y, x + block.size[0], y + block.size[1]), sheet.mm(1)):
        sheet.put(block, x, y, color, "sender")


def sender_country(desk: Desk) -> str:
    """Draw where mail from abroad comes from."""
    names = (*desk.supplies.countries, "NL")
    return names[int(desk.random.integers(len(names)))]


def one_line(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Lines joined to one, as above a window."""
    joined: list[Token] = []
    for line in lines:
        if joined:
            joined.append(Token(" · "))
        joined += line
    return (tuple(joined),) if plain(tuple(joined)) else ()


def _sender_corner(
    random: np.random.Generator, sheet: Sheet, layout: Layout, below: Rect, block: Inked
) -> tuple[float, float]:
    width, height = sheet.size
    wide, tall = block.size
    edge = sheet.mm(random.uniform(4, 10))
    if layout.sender == "line above":
        return below[0], below[1] - tall - sheet.mm(random.uniform(2, 6))
    if layout.sender == "flap":
        return (width - wide) / 2, sheet.mm(random.uniform(2, 5)) if random.random() < 0.5 else height - tall - edge
    if layout.sender == "top middle":
        return (width - wide) / 2 - random.uniform(0, 0.15) * width, edge
    if layout.sender == "bottom left":
        return edge, height - tall - edge
    if layout.sender == "bottom right":
        return width - wide - edge, height - tall - edge
    if layout.sender == "left edge":
        return edge, (height - tall) / 2
    return edge, edge
