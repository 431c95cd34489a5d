"""Forms: fields with their names, filled in by hand or print, the code mostly in boxes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from train.synthesis.pieces.address import names, numbers
from train.synthesis.pieces.address.address import address, code_of
from train.synthesis.pieces.address.countries import FORMATS
from train.synthesis.pieces.address.numbers import digits
from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.printer import Print, print_line
from train.synthesis.pieces.kinds.addressing import boxed
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.kinds.sender import has_sender, one_line, sender_lines
from train.synthesis.pieces.sheet import Color, Group, Layer, Rect, Sheet

_TRAIN, _TEST = ("rows", "two columns"), ("framed", "wide rows")
_RULES: tuple[Color, ...] = ((90, 90, 95), (70, 105, 190), (50, 140, 70), (205, 95, 60))
_CODE_NAMES = ("PLZ", "Postal code", "Code postal", "CAP", "ZIP", "Postnr.", "Postcode", "Kod pocztowy", "CEP", "PSČ")
_FIELDS = (
    ("Name", "name"), ("Straße, Nr.", "street"), ("Ort", "town"), ("Datum", "date"), ("Telefon", "phone"),
    ("Kundennummer", "customer"), ("Betrag", "amount"), ("Adresse", "street"), ("Ville", "town"),
    ("Geburtsdatum", "date"), ("Seriennr.", "long"), ("Unterschrift", "name"),
)  # fmt: skip
_EMPTY_SHARE = 0.2  # of fields


@dataclass(frozen=True)
class _Form:
    """A form that is being filled in.

    Attributes:
        desk: what it is made with.
        plan: of the piece.
        sheet: that it is on.
        rule: colour of its rules and names.
        names: how its names are printed.
        framed: whether each field has a frame, or else a rule below.
    """

    desk: Desk
    plan: Plan
    sheet: Sheet
    rule: Color
    names: Print
    framed: bool


def _draw(desk: Desk, plan: Plan, sheet: Sheet, layout: str) -> str | None:
    random = desk.random
    width, height = sheet.size
    named = Print(desk.font(), desk.small_px(sheet, plan, 1.5, 2.0))
    form = _Form(desk, plan, sheet, any_of(random, _RULES), named, layout == "framed")
    top = _title(form)
    columns = 2 if layout in ("two columns", "framed") else 1
    step = max(sheet.mm(random.uniform(13, 18)), 34.0 * plan.reduced)
    edge = sheet.mm(random.uniform(8, 14))
    rows = max(2, int((height - top - edge) / step))
    cell = (width - 2 * edge) / columns
    code = code_of(random, plan.country)
    wanted = int(random.integers(0, rows * columns))
    for index in range(rows * columns):
        x, y = edge + index % columns * cell, top + index // columns * step
        room = (x, y, x + cell - sheet.mm(4), y + step)
        if index == wanted:
            _code_field(form, room, code)
        else:
            _field(form, room)
    return code if plan.coded else None


def _title(form: _Form) -> float:
    """The form's head with its number and the line of its sender; returns where the fields begin."""
    desk, plan, sheet = form.desk, form.plan, form.sheet
    random = desk.random
    edge = sheet.mm(random.uniform(6, 10))
    number = Token(digits(random, any_of(random, ("##", "### ###", "#####"))), "other")
    title = (Token(names.sentence(random, 14).title() + "  "), number)
    block = print_line(title, Print(desk.font(), desk.small_px(sheet, plan, 3.0, 4.5)))[0]
    sheet.put(block, edge, edge, form.rule, "other")
    low = edge + block.size[1] + sheet.mm(2)
    if has_sender(desk, plan):
        style = desk.style(desk.small_px(sheet, plan, 1.4, 2.0))
        line = desk.printed((one_line(desk, sender_lines(desk, plan)),), style, 0.85 * sheet.size[0])
        sheet.put(line, edge, low, plan.ink, "sender")
        low += line.size[1] + sheet.mm(2)
    return low + sheet.mm(3)


def _begin(form: _Form, room: Rect, name: str, *, boxed_in: bool) -> float:
    """Print a field's name and its frame or rule; returns where its name ends, below."""
    x, y, right, low = room
    sheet = form.sheet
    thick = max(1, round(sheet.mm(0.25)))
    if form.framed:
        start, end = (round(x - sheet.mm(1)), round(y)), (round(right), round(low - sheet.mm(1)))
        cv2.rectangle(sheet.image, start, end, form.rule, thick)
    elif not boxed_in:
        cv2.line(sheet.image, (round(x), round(low)), (round(right), round(low)), form.rule, thick)
    block = print_line((Token(name),), form.names)[0]
    top = y + sheet.mm(0.8)
    sheet.put(block, x, top, form.rule, "other")
    return top + block.size[1]


def _code_field(form: _Form, room: Rect, code: str) -> None:
    """The field of the code, in boxes or on a line, with a town beside it; empty on a piece without a code."""
    desk, plan, sheet = form.desk, form.plan, form.sheet
    random = desk.random
    x, _, right, low = room
    in_boxes = plan.writing == "boxes"
    top = _begin(form, room, any_of(random, _CODE_NAMES), boxed_in=in_boxes)
    digit_px = min(desk.hand_px(sheet, plan), (0.52 if in_boxes else 0.75) * (low - top))
    digit_px = max(digit_px, 11.0 * plan.reduced)
    if in_boxes:
        layers = boxed(desk, plan, sheet, code if plan.coded else "", code, digit_px, 0.0)
    elif plan.coded:
        layers = [_filled(form, (Token(code, "destination", "destination"),), digit_px, right - x)]
    else:
        return
    group = Group(tuple(layers))
    rect = sheet.put_group(group, x + sheet.mm(1), max(top, low - group.size[1] - sheet.mm(1)), "destination")
    town = _filled(form, (Token(any_of(random, FORMATS[plan.country].towns)),), 0.8 * digit_px, 0.4 * (right - x))
    left = rect[2] + sheet.mm(4)
    if left + town.inked.size[0] < right:
        sheet.put_group(Group((town,)), left, rect[3] - town.inked.size[1] - 2, "destination")


def _field(form: _Form, room: Rect) -> None:
    """Any other field, most of them filled in."""
    desk, plan, sheet = form.desk, form.plan, form.sheet
    random = desk.random
    x, _, right, low = room
    name, what = any_of(random, _FIELDS)
    top = _begin(form, room, name, boxed_in=False)
    if random.random() < _EMPTY_SHARE:
        return
    digit_px = min(desk.small_px(sheet, plan, 2.4, 4.5), 0.75 * (low - top))
    layer = _filled(form, _value(desk, plan, what), digit_px, right - x - sheet.mm(2))
    left, y = x + sheet.mm(random.uniform(1, 4)), max(top + 1, low - layer.inked.size[1] - sheet.mm(0.8))
    if sheet.is_free((left, y, left + layer.inked.size[0], y + layer.inked.size[1])):
        sheet.put_group(Group((layer,)), left, y, "other")


def _value(desk: Desk, plan: Plan, what: str) -> Line:
    """What is filled in."""
    random = desk.random
    if what == "name":
        return (Token(names.person(random)),)
    if what == "street":
        lines = address(random, plan.country, "destination", coded=False).lines
        return next((line for line in lines if any(token.kind == "house" for token in line)), lines[0])
    if what == "town":
        return (Token(any_of(random, FORMATS[plan.country].towns)),)
    if what == "date":
        return (numbers.date(random),)
    if what == "amount":
        return (numbers.amount(random),)
    if what == "phone":
        return tuple(token for token in numbers.phone(random) if token.kind)
    form = "########" if what == "long" else any_of(random, ("####", "#####", "######", "### ###"))
    return (Token(digits(random, form), "customer"),)


def _filled(form: _Form, line: Line, digit_px: float, widest_px: float) -> Layer:
    """What is written in a field: by hand, or in print."""
    desk, plan = form.desk, form.plan
    if plan.writing == "print":
        return Layer(desk.printed((line,), desk.style(0.8 * digit_px), widest_px), 0, 0, plan.ink)
    return Layer(desk.written((line,), plan, digit_px, widest_px), 0, 0, plan.pen)


FORM = Kind(
    "form",
    0.06,
    ((210, 148), (210, 105), (148, 105)),
    {"train": _TRAIN, "test": _TEST},
    {"print": 0.4, "hand": 0.2, "code by hand": 0.0, "boxes": 0.4},
    ("white", "cream", "recycled", "colored"),
    _draw,
)
