"""What pieces are made with, and what is decided about a piece before its kind draws it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.synthesis.paper import Paper
from train.synthesis.pieces.address.numbers import any_of
from train.synthesis.pieces.address.text import Line
from train.synthesis.pieces.ink.inked import Inked
from train.synthesis.pieces.ink.printer import Print, print_block
from train.synthesis.pieces.parts import Supplies
from train.synthesis.pieces.sheet import Color, Sheet
from train.synthesis.pieces.stationery import Stationery

LEAST_CODE_PX, MOST_CODE_PX = 12.0, 45.0  # heights of the destination's digits in a whole frame
WEAR_SHARE = 0.3
_WORN_FROM_PX = 18.0  # smaller print would be lost


@dataclass(frozen=True)
class Plan:
    """What is decided about a piece.

    Attributes:
        country: ISO code of its grammar.
        coded: whether the destination has a code.
        hand: whether the destination is written by hand.
        reduced: how much smaller all is than in a whole frame, 0..1.
    """

    country: str
    coded: bool
    hand: bool
    reduced: float


@dataclass
class Desk:
    """What pieces are made with.

    Attributes:
        random: source of all draws.
        supplies: fonts and countries.
        stationery: papers.
        wear: what makes print look worn.
    """

    random: np.random.Generator
    supplies: Supplies
    stationery: Stationery
    wear: Paper

    def font(self) -> Path:
        """Draw a font for print."""
        return any_of(self.random, self.supplies.print_fonts)

    def print_style(self, sheet: Sheet, plan: Plan, low_mm: float, high_mm: float) -> Print:
        """Draw how a block is printed, its digits as tall as a camera needs.

        Args:
            sheet: that it will be put on.
            plan: of the piece.
            low_mm: least height of the digits.
            high_mm: greatest height.
        """
        random = self.random
        tall = sheet.mm(random.uniform(low_mm, high_mm))
        digit_px = min(max(tall, LEAST_CODE_PX * plan.reduced), MOST_CODE_PX * plan.reduced)
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
            smaller = style.digit_px * widest_px / block.size[0]
            block = print_block(lines, Print(style.font, smaller, style.leading, style.spacing, style.align))
        if style.digit_px >= _WORN_FROM_PX and self.random.random() < WEAR_SHARE:
            worn = self.wear.wear(block.ink, style.digit_px)
            block = Inked(worn, block.lines, block.numbers)
        return block

    def print_color(self, dark_paper: bool) -> tuple[str, Color]:
        """Draw a printer's ink: its name and colour."""
        level = int(self.random.integers(5, 75))
        if dark_paper:
            return "white", (255 - level // 2,) * 3
        if self.random.random() < 0.08:
            return "blue", (level // 2, level, 90 + level)
        return "black", (level,) * 3
