"""Printed franking: a frame with words, a date, an amount and a number, at times with a code of modules."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from train.synthesis.pieces.address import numbers
from train.synthesis.pieces.address.numbers import digits
from train.synthesis.pieces.address.text import Line, Token, fill
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.inked import Inked, Placed, stacked
from train.synthesis.pieces.ink.printer import Print, print_block
from train.synthesis.pieces.marks.codes import matrix

_PAID = ("PORT PAYÉ", "P.P.", "ENTGELT BEZAHLT", "POSTAGE PAID", "TAXE PERÇUE", "PORTO BETALT", "Permit No. {n}")
_CURRENCIES = ("EUR {n}", "€ {n}", "{n} EUR", "$ {n}", "kr {n}", "R$ {n}", "CHF {n}")
COLORS = ((200, 40, 55), (40, 60, 160), (30, 30, 30), (25, 25, 25))


def franking(random: np.random.Generator, px_per_mm: float, font: Path) -> Inked:
    """Draw a printed franking about 30 to 55 mm wide.

    Args:
        random: source of all draws.
        px_per_mm: scale.
        font: of its words.
    """
    digit_px = max(3.5, random.uniform(1.6, 2.6) * px_per_mm)
    block = print_block(_lines(random), Print(font, digit_px, 1.6, align="middle" if random.random() < 0.5 else "left"))
    room = max(2, round(1.2 * px_per_mm))
    parts = [(block, 0.0, 0.0)]
    if random.random() < 0.5:
        code = matrix(random, random.uniform(9, 15) * px_per_mm)
        side = -code.size[0] - room if random.random() < 0.6 else block.size[0] + room
        parts.append((code, side, (block.size[1] - code.size[1]) / 2))
    whole = stacked(parts)
    if random.random() < 0.6:
        framed = np.pad(whole.ink, room)
        edge = (framed.shape[1] - 1, framed.shape[0] - 1)
        cv2.rectangle(framed, (0, 0), edge, 255, max(1, round(0.3 * px_per_mm)))
        placed = tuple(Placed(n.token, n.quad + room, n.hand) for n in whole.numbers)
        whole = Inked(framed, tuple(quad + room for quad in whole.lines), placed)
    return whole


def _lines(random: np.random.Generator) -> tuple[Line, ...]:
    number = Token(digits(random, any_of(random, ("#####", "####", "######"))), "customer")
    lines = [fill(any_of(random, _PAID), {"n": number})]
    if random.random() < 0.6:
        lines.append((numbers.date(random),))
    if random.random() < 0.7:
        lines.append(fill(any_of(random, _CURRENCIES), {"n": numbers.amount(random)}))
    if random.random() < 0.5:
        serial = digits(
            random, any_of(random, ("3D#######", "F###### ##", "FR ######", "#D #### ####", "A#### ### ###"))
        )
        lines.append((Token(serial, "tracking"),))
    return tuple(lines)
