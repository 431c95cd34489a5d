"""Preprinted boxes, combs and dots for the characters of a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.sheet import Color
from train.synthesis.writing.pen import Ink

BOX_COLORS: dict[str, Color] = {
    "orange": (238, 132, 40), "red": (205, 45, 45), "green": (50, 140, 70), "blue": (70, 105, 190),
    "gray": (150, 150, 150), "black": (35, 35, 35),
}  # fmt: skip
BOX_STYLES = ("apart", "joined", "comb", "dotted")
_SHIFT = 4  # bits of a pixel's fraction in OpenCV's coordinates

BoxStyle = Literal["apart", "joined", "comb", "dotted"]


@dataclass(frozen=True)
class Boxes:
    """A row of boxes.

    Attributes:
        ink: of the boxes, uint8 [h, w], bright.
        cells: left, top, width and height of each box, px of the ink.
        style: one of BOX_STYLES.
        color: a name of BOX_COLORS.
    """

    ink: Ink
    cells: tuple[tuple[float, float, float, float], ...]
    style: str
    color: str


def draw_boxes(random: np.random.Generator, code: str, cell_px: float, line_px: float) -> Boxes:
    """Draw a row of boxes for a code.

    Args:
        random: source of all draws.
        code: with its separators, for which there is a wider gap; what stands between the boxes is not drawn.
        cell_px: height of a box.
        line_px: width of its lines.
    """
    style = any_of(random, BOX_STYLES)
    wide = cell_px * random.uniform(0.62, 0.95)
    gap = cell_px * random.uniform(0.08, 0.3) if style in ("apart", "dotted") else 0.0
    edge = 2 + line_px
    cells, pen = [], edge
    for char in code:
        if char.isdigit():
            cells.append((pen, edge, wide, cell_px))
            pen += wide + gap
        else:
            pen += 0.4 * cell_px
    ink = np.zeros((int(np.ceil(cell_px + 2 * edge)), int(np.ceil(pen + edge))), np.uint8)
    level = int(random.integers(150, 256))
    for cell in cells:
        _draw_cell(ink, cell, style, level, line_px)
    return Boxes(ink, tuple(cells), style, any_of(random, tuple(BOX_COLORS)))


def _draw_cell(ink: Ink, cell: tuple[float, float, float, float], style: str, level: int, line_px: float) -> None:
    left, top, wide, tall = cell
    right, bottom = left + wide, top + tall
    thick = max(1, round(line_px))
    if style == "dotted":
        step = max(3 * line_px, 4.0)
        for x in np.arange(left, right + 1, step):
            for y in (top, bottom):
                cv2.circle(ink, _fixed(x, y), round(line_px * 8), level, -1, cv2.LINE_AA, _SHIFT)
        for y in np.arange(top, bottom + 1, step):
            for x in (left, right):
                cv2.circle(ink, _fixed(x, y), round(line_px * 8), level, -1, cv2.LINE_AA, _SHIFT)
    elif style == "comb":
        cv2.line(ink, _fixed(left, bottom), _fixed(right, bottom), level, thick, cv2.LINE_AA, _SHIFT)
        for x in (left, right):
            cv2.line(ink, _fixed(x, bottom - 0.4 * tall), _fixed(x, bottom), level, thick, cv2.LINE_AA, _SHIFT)
    else:
        cv2.rectangle(ink, _fixed(left, top), _fixed(right, bottom), level, thick, cv2.LINE_AA, _SHIFT)


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << _SHIFT)), round(y * (1 << _SHIFT))
