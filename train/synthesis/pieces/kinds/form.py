"""Forms: fields with their names, filled in by hand or print, the code mostly in boxes."""

from __future__ import annotations

import cv2

from train.synthesis.pieces.address import names, numbers
from train.synthesis.pieces.address.address import address, code_of
from train.synthesis.pieces.address.countries import FORMATS
from train.synthesis.pieces.address.numbers import any_of, digits
from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.ink.inked import Inked
from train.synthesis.pieces.ink.printer import Print, print_line
from train.synthesis.pieces.kinds.addressing import HAND_MM, boxed
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.kinds.sender import SENDER_SHARE, one_line, sender_lines
from train.synthesis.pieces.sheet import Color, Group, Layer, Sheet

_TRAIN, _TEST = ("rows", "two columns"), ("framed", "wide rows")
_RULES: tuple[Color, ...] = ((90, 90, 95), (70, 105, 190), (50, 140, 70), (205, 95, 60))
_CODE_NAMES = ("PLZ", "Postal code", "Code postal", "CAP", "ZIP", "Postnr.", "Postcode", "Kod pocztowy", "CEP", "PSČ")
_FIELDS = (
    ("Name", "name"), ("Straße, Nr.", "street"), ("Ort", "town"), ("Datum", "date"), ("Telefon", "phone"),
    ("Kundennummer", "customer"), ("Betrag", "amount"), ("Adresse", "street"), ("Ville", "town"), ("Geburtsdatum", "date"),
    ("Seriennr.", "long"), ("Unterschrift", "name"),
)  # fmt: skip


def _draw(desk: Desk, plan: Plan, sheet: Sheet, layout: str) -> str | None:
    random = desk.random
    width, height = sheet.size
    rule = any_of(random, _RULES)
    top = _title(desk, plan, sheet, rule)
    columns = 2 if layout in ("two columns", "framed") else 1
    step = max(sheet.mm(random.uniform(13, 18)), 34.0 * plan.reduced)
    edge = sheet.mm(random.uniform(8, 14))
    rows = max(2, int((height - top - edge) / step))
    code = code_of(random, plan.country)
    at = int(random.integers(0, rows * columns))
    cell = (width - 2 * edge) / columns
    for index in range(rows * columns):
        x, y = edge + index % columns * cell, top + index // columns * step
        room = (x, y, x + cell - sheet.mm(4), y + step)
        if layout == "framed":
            corners = ((round(x - sheet.mm(1)), round(y)), (round(room[2]), round(y + 0.96 * step)))
            cv2.rectangle(sheet.image, *corners, rule, max(1, round(sheet.mm(0.25))))
        if index == at:
            _code_field(desk, plan, sheet, room, rule, code)
        else:
            _field(desk, plan, sheet, room, rule, framed=layout == "framed")
    return code if plan.coded else None


def _title(desk: Desk, plan: Plan, sheet: Sheet, color: Color) -> float:
    """The form's head with its sender's line and a number of the form; returns where the fields begin."""
    random = desk.random
    edge = sheet.mm(random.uniform(6, 10))
    title = (
        Token(names.sentence(random, 14).title() + "  "),
        Token(digits(random, any_of(random, ("##", "### ###", "#####"))), "other"),
    )
    block = print_line(title, Print(desk.font(), desk.small_px(sheet, plan, 3.0, 4.5)))[0]
    sheet.put(block, edge, edge, color, "other")
    low = edge + block.size[1] + sheet.mm(2)
    if random.random() < SENDER_SHARE:
        style = desk.style(desk.small_px(sheet, plan, 1.4, 2.0))
        line = desk.printed((one_line(desk, sender_lines(desk, plan)),), style, 0.85 * sheet.size[0])
        sheet.put(line, edge, low, plan.ink, "sender")
        low += line.size[1] + sheet.mm(2)
    return low + sheet.mm(3)


def _named(desk: Desk, plan: Plan, sheet: Sheet, name: str, x: float, y: float, color: Color) -> Inked:
    """Print a field's name."""
    block = print_line((Token(name),), Print(desk.font(), desk.small_px(sheet, plan, 1.5, 2.0)))[0]
    sheet.put(block, x, y, color, "other")
    return block


def _code_field(
    desk: Desk, plan: Plan, sheet: Sheet, room: tuple[float, float, float, float], rule: Color, code: str
) -> None:
    """The field of the code, in boxes or on a line, with the town beside it; empty on a piece without a code."""
    random = desk.random
    x, y, right, low = room
    name = _named(desk, plan, sheet, any_of(random, _CODE_NAMES), x, y + sheet.mm(0.6), rule)
    digit_px = min(desk.code_px(sheet, plan, *HAND_MM), 0.62 * (low - y - name.size[1]))
    digit_px = max(digit_px, 11.0 * plan.reduced)
    shown = code if plan.coded else ""
    if plan.writing == "boxes":
        layers = boxed(desk, plan, sheet, shown, code, digit_px, 0.0)
    elif shown:
        layers = [_filled(desk, plan, (Token(code, "destination", "destination"),), digit_px, right - x)]
    else:
        layers = []
    if layers:
        group = Group(tuple(layers))
        top = max(y + name.size[1] + sheet.mm(1), low - group.size[1] - sheet.mm(1))
        rect = sheet.put_group(group, x + sheet.mm(1), top, "destination")
        town = any_of(random, FORMATS[plan.country].towns)
        beside = _filled(desk, plan, (Token(town),), 0.8 * digit_px, 0.4 * (right - x))
        if rect[2] + sheet.mm(4) + beside.inked.size[0] < right:
            sheet.put_group(Group((beside,)), rect[2] + sheet.mm(4), rect[3] - beside.inked.size[1] - 2, "destination")
    if plan.writing != "boxes":
        _line(sheet, x, right, low, rule)


def _field(
    desk: Desk, plan: Plan, sheet: Sheet, room: tuple[float, float, float, float], rule: Color, *, framed: bool
) -> None:
    """Any other field, filled in most of them."""
    random = desk.random
    x, y, right, low = room
    name, what = any_of(random, _FIELDS)
    label = _named(desk, plan, sheet, name, x, y + sheet.mm(0.6), rule)
    if not framed:
        _line(sheet, x, right, low, rule)
    if random.random() < 0.2:
        return
    digit_px = desk.small_px(sheet, plan, 2.4, 4.5)
    layer = _filled(desk, plan, _value(desk, plan, what), digit_px, right - x - sheet.mm(2))
    top = max(y + label.size[1] + sheet.mm(0.8), low - layer.inked.size[1] - sheet.mm(0.8))
    place = (x + sheet.mm(random.uniform(1, 4)), top)
    rect = (*place, place[0] + layer.inked.size[0], place[1] + layer.inked.size[1])
    if sheet.is_free(rect):
        sheet.put_group(Group((layer,)), *place, "other")


def _value(desk: Desk, plan: Plan, what: str) -> Line:
    random = desk.random
    lines = address(random, plan.country, "destination", coded=False).lines
    if what == "name":
        return (Token(names.person(random)),)
    if what == "street":
        return next((line for line in lines if any(t.kind == "house" for t in line)), lines[0])
    if what == "town":
        return (Token(any_of(random, FORMATS[plan.country].towns)),)
    if what == "date":
        return (numbers.date(random),)
    if what == "amount":
        return (numbers.amount(random),)
    if what == "phone":
        return tuple(t for t in numbers.phone(random) if t.kind)
    form = "########" if what == "long" else any_of(random, ("####", "#####", "######", "### ###"))
    return (Token(digits(random, form), "customer"),)


def _filled(desk: Desk, plan: Plan, line: Line, digit_px: float, widest_px: float) -> Layer:
    """What is written in a field: by hand, or in print."""
    if plan.writing == "print":
        return Layer(desk.printed((line,), desk.style(0.8 * digit_px), widest_px), 0, 0, plan.ink)
    return Layer(desk.written((line,), plan, digit_px, widest_px), 0, 0, plan.pen)


def _line(sheet: Sheet, left: float, right: float, y: float, color: Color) -> None:
    cv2.line(sheet.image, (round(left), round(y)), (round(right), round(y)), color, max(1, round(sheet.mm(0.25))))


FORM = Kind(
    "form",
    0.06,
    ((210, 148), (210, 105), (148, 105)),
    {"train": _TRAIN, "test": _TEST},
    {"print": 0.4, "hand": 0.2, "code by hand": 0.0, "boxes": 0.4},
    ("white", "cream", "recycled", "colored"),
    _draw,
)
