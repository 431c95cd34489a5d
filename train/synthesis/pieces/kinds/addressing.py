"""The destination as it is written: in print, by hand, in print with the code by hand, with the code in boxes."""

from __future__ import annotations

from device_runtime.types import Role
from train.synthesis.pieces.address import names
from train.synthesis.pieces.address.address import Address, address, code_of
from train.synthesis.pieces.address.countries import FORMATS, LETTERED
from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.inked import Inked, Placed, bounds, box_quad, stacked
from train.synthesis.pieces.ink.printer import print_line
from train.synthesis.pieces.marks.boxes import BOX_COLORS, draw_boxes
from train.synthesis.pieces.sheet import Group, Layer, Sheet

FOREIGN_SHARE = 0.2  # of pieces without a code: sent to a country whose codes have another length
UNADDRESSED_SHARE, NAMELESS_SHARE = 0.5, 0.6  # of pieces with the sender's code alone; of these
STRUCK_SHARE = 0.06  # of codes by hand: a wrong one is struck out before
PRINT_MM = (2.4, 4.2)


def destination(
    desk: Desk, plan: Plan, sheet: Sheet, widest_px: float, print_mm: tuple[float, float] = PRINT_MM
) -> tuple[Group, str | None]:
    """Write the destination.

    Args:
        desk: what it is made with.
        plan: of the piece.
        sheet: that it will be put on; its conditions gain the boxes.
        widest_px: that it may be.
        print_mm: heights of printed digits, from and to.

    Returns:
        The block, empty where the piece has no destination, and its code; None where it has none.
    """
    random = desk.random
    if plan.codes == "sender" and random.random() < UNADDRESSED_SHARE:
        return _unaddressed(desk, plan, sheet, widest_px, print_mm), None
    inside = plan.writing in ("print", "hand")
    digits_alike = min(_lengths(plan.country)) if plan.codes == "lookalike" else None
    to = address(random, plan.country, "destination", coded=plan.coded and inside, digits_alike=digits_alike)
    if plan.codes == "none" and inside and random.random() < FOREIGN_SHARE:
        to = _abroad(desk, plan) or to
    if plan.writing == "hand":
        lines = _corrected(desk, plan, to.lines) if plan.coded else to.lines
        block = desk.written(lines, plan, desk.hand_px(sheet, plan), widest_px)
        return Group((Layer(block, 0, 0, plan.pen),)), to.code if plan.coded else None
    style = desk.style(desk.code_px(sheet, plan, *print_mm))
    block = desk.printed(to.lines, style, widest_px)
    layers = [Layer(block, 0, 0, plan.ink)]
    below = block.size[1] + style.digit_px * random.uniform(0.2, 0.9)
    digit_px = desk.hand_px(sheet, plan)
    if plan.writing == "code by hand" and plan.coded:
        line = _corrected(desk, plan, ((Token(to.code, "destination", "destination"),),))
        layers.append(Layer(desk.written(line, plan, digit_px, widest_px), 0, below, plan.pen))
    elif plan.writing == "boxes":
        layers += boxed(desk, plan, sheet, to.code if plan.coded else "", to.code, digit_px, below)
    return Group(tuple(layers)), to.code if plan.coded else None


def boxed(
    desk: Desk, plan: Plan, sheet: Sheet, code: str, form: str, digit_px: float, y: float, role: Role = "destination"
) -> list[Layer]:
    """Write a code in preprinted boxes.

    Args:
        desk: what it is made with.
        plan: of the piece.
        sheet: that it will be put on; its conditions gain the boxes.
        code: "" leaves the boxes empty.
        form: a code that the boxes are for.
        digit_px: height of the digits.
        y: of the boxes in their group.
        role: of the code.
    """
    random = desk.random
    boxes = draw_boxes(random, form, digit_px / random.uniform(0.6, 0.85), max(1.0, digit_px / random.uniform(14, 30)))
    sheet.conditions["boxes"], sheet.conditions["box_color"] = boxes.style, boxes.color
    layers = [Layer(Inked(boxes.ink), 0, y, BOX_COLORS[boxes.color], random.uniform(0.7, 1.0))]
    if code:
        digits, x, top = in_cells(desk, plan, code, boxes.cells, digit_px, role)
        layers.append(Layer(digits, x, y + top, plan.pen))
    return layers


def in_cells(
    desk: Desk,
    plan: Plan,
    code: str,
    cells: tuple[tuple[float, float, float, float], ...],
    digit_px: float,
    role: Role,
    *,
    by_hand: bool = True,
) -> tuple[Inked, float, float]:
    """Write one digit in each cell.

    Args:
        desk: what it is made with.
        plan: of the piece.
        code: with its separators, which are not written.
        cells: left, top, width and height of each, px.
        digit_px: height of the digits.
        role: of the code.
        by_hand: or else in print.

    Returns:
        The digits as one line, and the left and top of its layer.
    """
    random = desk.random
    style = desk.style(digit_px)
    parts = []
    for char, (left, top, wide, tall) in zip((c for c in code if c.isdigit()), cells, strict=True):
        token = (Token(char),)
        part, _ = desk.scribe.line(token, plan.hand, digit_px) if by_hand else print_line(token, style)
        aside, down = random.normal(0, 0.05, 2) if by_hand else (0.0, 0.0)
        x = left + (wide - part.size[0]) / 2 + aside * wide
        parts.append((part, x, top + (tall - part.size[1]) / 2 + down * tall))
    whole = stacked(parts)
    around = box_quad(*bounds([*whole.lines]))
    placed = Placed(Token(code, role if role != "other" else "customer", role), around, hand=by_hand)
    return Inked(whole.ink, (around,), (placed,)), min(x for _, x, _ in parts), min(y for _, _, y in parts)


def _unaddressed(desk: Desk, plan: Plan, sheet: Sheet, widest_px: float, print_mm: tuple[float, float]) -> Group:
    """What stands for the destination of a piece that has none: a name, or nothing."""
    if desk.random.random() < NAMELESS_SHARE:
        return Group(())
    name = ((Token(names.person(desk.random)),),)
    if plan.writing == "print":
        style = desk.style(desk.code_px(sheet, plan, *print_mm))
        return Group((Layer(desk.printed(name, style, widest_px), 0, 0, plan.ink),))
    return Group((Layer(desk.written(name, plan, desk.hand_px(sheet, plan), widest_px), 0, 0, plan.pen),))


def _abroad(desk: Desk, plan: Plan) -> Address | None:
    """An address of a country whose codes are longer or shorter; None where none is drawn soon."""
    lengths = _lengths(plan.country)
    for _ in range(5):
        country = any_of(desk.random, (*desk.supplies.countries, *LETTERED))
        if not lengths & _lengths(country):
            there = address(desk.random, country, "destination")
            lines = (tuple(_foreign(token) for token in line) for line in there.lines)
            return Address(tuple(lines), there.code)
    return None


def _foreign(token: Token) -> Token:
    return Token(token.text, "foreign", "other") if token.kind == "destination" else token


def _lengths(country: str) -> set[int]:
    """How many digits a country's codes have."""
    return {sum(char in "N#0" for char in form) for form in FORMATS[country].codes}


def _corrected(desk: Desk, plan: Plan, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with a wrong code struck out beside or above the right one, at times."""
    random = desk.random
    if random.random() >= STRUCK_SHARE:
        return lines
    wrong = Token(code_of(random, plan.country), "struck")
    beside = random.random() < 0.5
    result: list[Line] = []
    for line in lines:
        at = next((i for i, token in enumerate(line) if token.kind == "destination"), None)
        if at is None:
            result.append(line)
        elif beside:
            result.append((*line[:at], wrong, Token("  "), *line[at:]))
        else:
            result += [(wrong,), line]
    return tuple(result)
