"""Parcel labels: sections below each other, with bars, services and large print, on a parcel."""

from __future__ import annotations

import cv2

from device_runtime.types import Role
from train.synthesis.pieces.address import numbers
from train.synthesis.pieces.address.numbers import digits
from train.synthesis.pieces.address.text import Line, Token, fill
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.inked import Inked
from train.synthesis.pieces.ink.printer import Print
from train.synthesis.pieces.kinds.addressing import destination
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.kinds.sender import has_sender, sender_lines
from train.synthesis.pieces.marks import codes
from train.synthesis.pieces.sheet import Group, Layer, Sheet

_TRAIN = {
    "service first": ("service", "sender", "destination", "bars"),
    "bars first": ("bars", "destination", "sender", "details"),
    "plain": ("sender", "destination", "details", "bars"),
}
_TEST = {
    "destination first": ("destination", "sender", "service", "bars"),
    "details first": ("details", "sender", "bars", "destination"),
    "service last": ("sender", "bars", "destination", "service"),
}
_SERVICES = ("EXPRESS", "PAKET", "COLIS", "STANDARD", "Parcel Plus", "24H", "PRIO", "ECONOMY", "Home Delivery")
_DETAILS = (
    ("Gewicht: {n} kg", "#.##"), ("Weight {n} kg", "##.#"), ("Paket {n} von 2", "#"), ("Ref. {n}", "######"),
    ("Depot {n}", "0###"), ("Tour {n}", "####"), ("Route {n}", "##-###"), ("Order {n}", "#######"), ("Zone {n}", "#"),
)  # fmt: skip
_ROUTED_SHARE = 0.25  # of labels that show the code once more, large


def _draw(desk: Desk, plan: Plan, sheet: Sheet, layout: str) -> str | None:
    width = sheet.size[0]
    group, code = destination(desk, plan, sheet, 0.84 * width, (2.8, 4.6))
    sections: list[Group] = []
    for name in (_TRAIN | _TEST)[layout]:
        if name == "destination":
            sections.append(group)
        elif name == "sender":
            if has_sender(desk, plan):
                style = desk.style(desk.small_px(sheet, plan, 1.6, 2.4))
                sections.append(_single(desk.printed(sender_lines(desk, plan), style, 0.7 * width), plan))
        elif name == "bars":
            sections.append(_bars(desk, plan, sheet))
        elif name == "service":
            sections.append(_service(desk, plan, sheet, code))
        else:
            sections.append(_details(desk, plan, sheet))
    _stack(desk, plan, sheet, sections, group)
    return code


def _stack(desk: Desk, plan: Plan, sheet: Sheet, sections: list[Group], destined: Group) -> None:
    """Put the sections below each other, evenly, with rules between them; what does not fit is left out."""
    random = desk.random
    width, height = sheet.size
    edge, least = sheet.mm(random.uniform(4, 9)), sheet.mm(1.5)
    while sum(s.size[1] + least for s in sections) > height - 2 * edge and len(sections) > 1:
        sections.pop(next(i for i, s in enumerate(sections) if s is not destined))
    spare = max(height - 2 * edge - sum(section.size[1] for section in sections), 0.0) / (len(sections) + 1)
    ruled, framed = random.random() < 0.6, random.random() < 0.5
    thick = max(1, round(sheet.mm(0.4)))
    y = edge + spare
    for index, section in enumerate(sections):
        sheet.put_group(section, edge + random.uniform(0, 0.06) * width, y, _role(section, destined))
        y += section.size[1]
        if ruled and index + 1 < len(sections):
            at = round(y + spare / 2)
            cv2.line(sheet.image, (round(edge / 2), at), (round(width - edge / 2), at), plan.ink, thick)
        y += spare
    if framed:
        corner = round(edge / 2)
        cv2.rectangle(sheet.image, (corner, corner), (width - corner, height - corner), plan.ink, thick)


def _role(section: Group, destined: Group) -> Role:
    if section is destined:
        return "destination"
    roles = {number.token.role for layer in section.layers for number in layer.inked.numbers}
    return "sender" if "sender" in roles else "other"


def _single(inked: Inked, plan: Plan) -> Group:
    return Group((Layer(inked, 0, 0, plan.ink),))


def _bars(desk: Desk, plan: Plan, sheet: Sheet) -> Group:
    random = desk.random
    token = numbers.tracking(random, longer_than=9)
    digit_px = desk.small_px(sheet, plan, 2.0, 3.2)
    size = (random.uniform(0.5, 0.8) * sheet.size[0], sheet.mm(random.uniform(12, 24)))
    return _single(codes.numbered_bars(random, *size, (token,), desk.font(), digit_px), plan)


def _service(desk: Desk, plan: Plan, sheet: Sheet, code: str | None) -> Group:
    """A service's name in large print, at times with the code once more, large, or a square of modules."""
    random = desk.random
    digit_px = desk.small_px(sheet, plan, 4.0, 6.5)
    line: Line = (Token(any_of(random, _SERVICES)),)
    if code is not None and plan.writing == "print" and random.random() < _ROUTED_SHARE:
        line = (*line, Token("  "), Token(code, "destination", "destination"))
    style = Print(desk.font(), digit_px)
    layers = [Layer(desk.printed((line,), style, 0.8 * sheet.size[0]), 0, 0, plan.ink)]
    if random.random() < 0.35:
        square = codes.matrix(random, sheet.mm(random.uniform(10, 18)))
        layers.append(Layer(square, layers[0].inked.size[0] + sheet.mm(3), 0, plan.ink))
        if layers[-1].x + square.size[0] > 0.9 * sheet.size[0]:
            layers.pop()
    return Group(tuple(layers))


def _details(desk: Desk, plan: Plan, sheet: Sheet) -> Group:
    random = desk.random
    lines: list[Line] = []
    for _ in range(int(random.integers(1, 4))):
        template, form = any_of(random, _DETAILS)
        lines.append(fill(template, {"n": Token(digits(random, form), "other")}))
    if random.random() < 0.6:
        lines.append((Token("Datum "), numbers.date(random)))
    style = desk.style(desk.small_px(sheet, plan, 1.8, 2.8))
    return _single(desk.printed(tuple(lines), style, 0.8 * sheet.size[0]), plan)


LABEL = Kind(
    "parcel label",
    0.15,
    ((100, 150), (105, 148), (100, 100), (150, 100), (120, 80)),
    {"train": tuple(_TRAIN), "test": tuple(_TEST)},
    {"print": 0.97, "hand": 0.03, "code by hand": 0.0, "boxes": 0.0},
    ("white",),
    _draw,
)
