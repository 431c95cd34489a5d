"""Window letters: what a window shows of a letter, and the upper part of a letter itself."""

from __future__ import annotations

import cv2
import numpy as np

from train.synthesis.pieces.address import names, numbers
from train.synthesis.pieces.address.text import Line, Token, fill
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.printer import Print
from train.synthesis.pieces.kinds.addressing import destination
from train.synthesis.pieces.kinds.extras import decorate, frank
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.kinds.sender import add_sender, has_sender, one_line, sender_lines
from train.synthesis.pieces.marks.logo import brand, brand_color, logo
from train.synthesis.pieces.sheet import Sheet

_TRAIN, _TEST = ("left window", "low window", "letter"), ("right window", "letter, address right")
_WINDOW_MM = ((90, 45), (100, 45), (85, 38), (114, 52))
_ABOVE_SHARE, _BESIDE_SHARE = 0.4, 0.35


def _draw(desk: Desk, plan: Plan, sheet: Sheet, layout: str) -> str | None:
    return _letter(desk, plan, sheet, layout) if layout.startswith("letter") else _window(desk, plan, sheet, layout)


def _window(desk: Desk, plan: Plan, sheet: Sheet, layout: str) -> str | None:
    """An envelope with a window, behind it the letter's address and what stands near it."""
    random = desk.random
    width, height = sheet.size
    window_mm = any_of(random, _WINDOW_MM)
    wide, tall = min(sheet.mm(window_mm[0]), 0.8 * width), min(sheet.mm(window_mm[1]), 0.6 * height)
    edge = sheet.mm(random.uniform(12, 22))
    left = width - wide - edge if layout == "right window" else edge
    top = (
        height - tall - sheet.mm(random.uniform(8, 20))
        if layout == "low window"
        else 0.5 * (height - tall) + sheet.mm(7)
    )
    _cut_window(desk, sheet, (round(left), round(top), round(wide), round(tall)))
    # All that stands behind the window, from the top, then shifted as the letter slid in its envelope.
    inner, code = destination(desk, plan, sheet, 0.86 * wide)
    while inner.size[1] > 0.9 * tall:
        tall = inner.size[1] / 0.9  # the lower lines would be hidden: another window
        _cut_window(desk, sheet, (round(left), round(top), round(wide), round(tall)))
    x = left + random.uniform(0.04, 0.1) * wide
    y = top + random.uniform(0.35, 0.9) * (tall - inner.size[1])
    role_of_line = random.random()
    if role_of_line < _ABOVE_SHARE and has_sender(desk, plan):
        style = desk.style(desk.small_px(sheet, plan, 1.2, 1.7))
        line = desk.printed((one_line(desk, sender_lines(desk, plan)),), style, 0.88 * wide)
        if y - line.size[1] - sheet.mm(2) > top:
            sheet.put(line, x, y - line.size[1] - sheet.mm(1.5), plan.ink, "sender")
    sheet.put_group(inner, x, y, "destination")
    rect = (x, y, x + inner.size[0], y + inner.size[1])
    if random.random() < _BESIDE_SHARE:
        _beside(desk, plan, sheet, (left, top, left + wide, top + tall))
    sheet.taken.append((left, top, left + wide, top + tall))
    add_sender(desk, plan, sheet, "top left", rect)
    frank(desk, plan, sheet, "right")
    decorate(desk, plan, sheet, int(random.integers(0, 3)))
    return code


def _cut_window(desk: Desk, sheet: Sheet, box: tuple[int, int, int, int]) -> None:
    """Show white paper behind a window with a soft dark edge."""
    left, top, wide, tall = box
    letter = desk.stationery.sheet(desk.stationery.stock("white"), (wide, tall))
    radius = max(2, round(sheet.mm(3)))
    mask = np.zeros((tall, wide), np.uint8)
    cv2.rectangle(mask, (radius, 0), (wide - radius, tall), 255, -1)
    cv2.rectangle(mask, (0, radius), (wide, tall - radius), 255, -1)
    for x in (radius, wide - radius - 1):
        for y in (radius, tall - radius - 1):
            cv2.circle(mask, (x, y), radius, 255, -1)
    # The envelope's shadow on the letter: darker towards the edge, most at the top left.
    shade = cv2.GaussianBlur(np.pad(mask, 1)[1:-1, 1:-1], (0, 0), max(1.0, sheet.mm(0.8)))
    shaded = (letter * (0.75 + 0.25 * (shade[:, :, None] / np.float32(255)))).astype(np.uint8)
    sheet.paste(shaded, mask, left, top)
    sheet.taken.pop()


def _beside(desk: Desk, plan: Plan, sheet: Sheet, window: tuple[float, float, float, float]) -> None:
    """A number of the letter that shows in the window: customer, account, date, page."""
    random = desk.random
    kind = random.random()
    line: Line = numbers.customer(random) if kind < 0.5 else (Token("Datum "), numbers.date(random))
    if kind > 0.8:
        line = fill("Seite {n}", {"n": Token(str(random.integers(1, 9)), "page")})
    block = desk.printed((line,), desk.style(desk.small_px(sheet, plan, 1.6, 2.6)), 0.4 * (window[2] - window[0]))
    for _ in range(5):
        x = random.uniform(window[0], window[2] - block.size[0])
        y = random.uniform(window[1], window[3] - block.size[1])
        if sheet.is_free((x, y, x + block.size[0], y + block.size[1]), sheet.mm(1)):
            sheet.put(block, x, y, plan.ink, "other")
            return


def _letter(desk: Desk, plan: Plan, sheet: Sheet, layout: str) -> str | None:
    """The upper part of a letter: letterhead, address, references, date, text, an account at the foot."""
    random = desk.random
    width, height = sheet.size
    right = layout == "letter, address right"
    # The letterhead.
    edge = sheet.mm(random.uniform(15, 25))
    head = brand(random, desk.font(), desk.small_px(sheet, plan, 3.5, 6.0))
    color = brand_color(random)
    head_x = edge if right or random.random() < 0.3 else width - edge - head.size[0]
    sheet.put(head, head_x, sheet.mm(random.uniform(6, 12)), color, "other")
    if random.random() < 0.4:
        mark = logo(random, sheet.mm(random.uniform(8, 16)))
        x = max(sheet.mm(3), head_x - mark.size[0] - sheet.mm(3))
        if sheet.is_free((x, sheet.mm(5), x + mark.size[0], sheet.mm(5) + mark.size[1]), 2):
            sheet.put(mark, x, sheet.mm(5), color)
    # The address, with the sender's line above it.
    block, code = destination(desk, plan, sheet, 0.42 * width)
    x = 0.56 * width if right else edge
    y = max(sheet.mm(random.uniform(28, 40)), 0.0)
    rect = (x, y, x + block.size[0], y + block.size[1])
    sheet.put_group(block, x, y, "destination")
    add_sender(desk, plan, sheet, "line above" if random.random() < 0.6 else "top left", rect)
    # References and the date at the side, the text below, the account at the foot.
    side = edge if right else 0.6 * width
    references = tuple(numbers.customer(random) for _ in range(int(random.integers(1, 4))))
    lines = (*references, numbers.phone(random), (Token("Datum: "), numbers.date(random)))
    _put_if_free(desk, plan, sheet, lines, side, y + sheet.mm(random.uniform(-4, 6)), 0.34 * width)
    low = y + block.size[1] + sheet.mm(random.uniform(8, 14))
    _put_if_free(desk, plan, sheet, _body(desk), edge, low, width - 2 * edge)
    foot = (numbers.account(random), numbers.phone(random)) if random.random() < 0.5 else (numbers.account(random),)
    _put_if_free(desk, plan, sheet, foot, edge, height - sheet.mm(random.uniform(8, 14)), 0.6 * width)
    return code


def _body(desk: Desk) -> tuple[Line, ...]:
    """The lines of a letter's text, some with a date, an amount or an account."""
    random = desk.random
    lines: list[Line] = [(Token(names.sentence(random, 28)),), (Token(" "),)]
    for _ in range(int(random.integers(4, 14))):
        kind = random.random()
        start = Token(names.sentence(random, int(random.integers(30, 50))) + " ")
        if kind < 0.15:
            lines.append((start, numbers.date(random), Token(" " + names.sentence(random, 15))))
        elif kind < 0.3:
            lines.append(
                (
                    start,
                    numbers.amount(random),
                    Token(any_of(random, (" EUR", " €", " CHF", ""))),
                )
            )
        elif kind < 0.38:
            lines.append(numbers.account(random))
        elif kind < 0.45:
            lines.append((start, *numbers.customer(random)))
        else:
            lines.append((start, Token(names.sentence(random, 20))))
    return tuple(lines)


def _put_if_free(
    desk: Desk, plan: Plan, sheet: Sheet, lines: tuple[Line, ...], x: float, y: float, widest_px: float
) -> None:
    """Print lines if there is room for them, the last ones left out where the sheet ends."""
    style = Print(desk.font(), desk.small_px(sheet, plan, 1.7, 2.4), desk.random.uniform(1.6, 2.1))
    room = sheet.size[1] - sheet.mm(3) - y
    kept = lines[: max(0, int(room / (style.leading * style.digit_px)))]
    if not kept:
        return
    block = desk.printed(kept, style, widest_px)
    if sheet.is_free((x, y, x + block.size[0], y + block.size[1]), 1):
        sheet.put(block, x, y, plan.ink, "other")


WINDOW = Kind(
    "window letter",
    0.20,
    ((220, 110), (220, 110), (229, 162), (162, 114), (210, 148), (210, 105)),
    {"train": _TRAIN, "test": _TEST},
    {"print": 0.98, "hand": 0.0, "code by hand": 0.01, "boxes": 0.01},
    ("white", "cream", "recycled", "colored"),
    _draw,
)
