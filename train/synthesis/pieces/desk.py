"""What pieces are made with, and what is decided about a piece before its kind draws it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from train.synthesis.paper import Paper
from train.synthesis.pieces.address.text import Line
from train.synthesis.pieces.draws import any_of, by_share
from train.synthesis.pieces.ink.inked import Inked
from train.synthesis.pieces.ink.printer import Print, print_block
from train.synthesis.pieces.ink.scribe import Hand, Scribe
from train.synthesis.pieces.parts import Supplies
from train.synthesis.pieces.sheet import Color, Sheet
from train.synthesis.pieces.stationery import Stationery

LEAST_CODE_PX, MOST_CODE_PX = 12.0, 45.0  # heights of the destination's printed digits in a whole frame
LEAST_HAND_PX, MOST_HAND_PX = 14.0, 36.0  # of those by hand, of which some are much taller than others
LEAST_OTHER_PX = 6.5  # of other print
WEAR_SHARE = 0.3
_HAND_MM = (3.4, 7.0)
_WORN_FROM_PX = 18.0  # smaller print would be lost
# "code by hand": a printed address whose code is by hand; "boxes": its code by hand in preprinted boxes.
Writing = Literal["print", "hand", "code by hand", "boxes"]
# Which codes stand on a piece. "destination": the destination's, and the sender's if it has one. "none": neither, and
# the destination may be abroad. "lookalike": neither, and the number of the destination's box or house has as many
# digits as a code. "sender": the sender's alone; such a destination is uncoded, a name, or missing.
Codes = Literal["destination", "none", "lookalike", "sender"]
_PENS: dict[str, tuple[float, Color]] = {
    "blue": (0.45, (35, 45, 130)),
    "black": (0.33, (25, 25, 30)),
    "pencil": (0.1, (95, 95, 98)),
    "green": (0.07, (20, 95, 55)),
    "red": (0.05, (175, 30, 35)),
}
_LIGHT_PENS: dict[str, Color] = {"white": (240, 240, 236), "silver": (190, 192, 196), "gold": (205, 175, 95)}


@dataclass(frozen=True)
class Plan:
    """What is decided about a piece.

    Attributes:
        country: ISO code of its grammar.
        codes: which codes stand on it.
        writing: how the destination is written.
        reduced: how much smaller all is than in a whole frame, 0..1.
        ink: of the printer.
        hand: whose writing is on it.
        pen: colour of the hand's ink.
    """

    country: str
    codes: Codes
    writing: Writing
    reduced: float
    ink: Color
    hand: Hand
    pen: Color

    @property
    def coded(self) -> bool:
        """Whether the destination has a code."""
        return self.codes == "destination"

    @property
    def sender_coded(self) -> bool:
        """Whether the sender has one."""
        return self.codes in ("destination", "sender")


@dataclass
class Desk:
    """What pieces are made with.

    Attributes:
        random: source of all draws.
        supplies: fonts and countries.
        stationery: papers.
        wear: what makes print look worn.
        scribe: writes by hand.
    """

    random: np.random.Generator
    supplies: Supplies
    stationery: Stationery
    wear: Paper
    scribe: Scribe

    def font(self) -> Path:
        """Draw a font for print."""
        return any_of(self.random, self.supplies.print_fonts)

    def code_px(self, sheet: Sheet, plan: Plan, low_mm: float, high_mm: float) -> float:
        """Draw the height of the destination's digits, such that a camera can read them.

        Args:
            sheet: that they will be put on.
            plan: of the piece.
            low_mm: least height of the digits.
            high_mm: greatest height.
        """
        tall = sheet.mm(self.random.uniform(low_mm, high_mm))
        return float(min(max(tall, LEAST_CODE_PX * plan.reduced), MOST_CODE_PX * plan.reduced))

    def hand_px(self, sheet: Sheet, plan: Plan) -> float:
        """Draw the height of the destination's digits by hand; arguments as of `code_px`."""
        tall = sheet.mm(self.random.uniform(*_HAND_MM))
        return float(min(max(tall, LEAST_HAND_PX * plan.reduced), MOST_HAND_PX * plan.reduced))

    def small_px(self, sheet: Sheet, plan: Plan, low_mm: float, high_mm: float) -> float:
        """Draw the height of the digits of other print; arguments as of `code_px`."""
        tall = sheet.mm(self.random.uniform(low_mm, high_mm))
        return float(min(max(tall, LEAST_OTHER_PX * plan.reduced), MOST_CODE_PX * plan.reduced))

    def style(self, digit_px: float) -> Print:
        """Draw how a block is printed."""
        random = self.random
        spacing = random.uniform(0.0, 0.18) if random.random() < 0.15 else 0.0
        return Print(self.font(), digit_px, random.uniform(1.5, 2.1), spacing)

    def printed(self, lines: tuple[Line, ...], style: Print, widest_px: float) -> Inked:
        """Print a block, worn at times, and smaller where it would be too wide.

        Args:
            lines: of text.
            style: of the print.
            widest_px: that it may be.
        """
        block = print_block(lines, style)
        if block.size[0] > widest_px:
            block = print_block(lines, replace(style, digit_px=style.digit_px * widest_px / block.size[0]))
        if style.digit_px >= _WORN_FROM_PX and self.random.random() < WEAR_SHARE:
            worn = self.wear.wear(block.ink, style.digit_px)
            block = Inked(worn, block.lines, block.numbers)
        return block

    def written(self, lines: tuple[Line, ...], plan: Plan, digit_px: float, widest_px: float) -> Inked:
        """Write a block in the piece's hand, smaller where it would be too wide; arguments as of `printed`."""
        block = self.scribe.block(lines, plan.hand, digit_px)
        if block.size[0] > widest_px:
            block = self.scribe.block(lines, plan.hand, digit_px * widest_px / block.size[0])
        return block

    def print_ink(self, dark_paper: bool) -> tuple[str, Color]:
        """Draw a printer's ink: its name and colour."""
        level = int(self.random.integers(5, 75))
        if dark_paper:
            return "white", (255 - level // 2,) * 3
        if self.random.random() < 0.08:
            return "blue", (level // 2, level, 90 + level)
        return "black", (level,) * 3

    def pen(self, dark_paper: bool) -> tuple[str, Color]:
        """Draw a pen's ink: its name and colour."""
        random = self.random
        if dark_paper:
            name = any_of(random, tuple(_LIGHT_PENS))
            return name, _LIGHT_PENS[name]
        name = by_share(random, {name: share for name, (share, _) in _PENS.items()})
        r, g, b = (int(min(max(level + random.integers(-18, 30), 0), 255)) for level in _PENS[name][1])
        return name, (r, g, b)
