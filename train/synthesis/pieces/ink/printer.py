"""Print: lines and blocks of text in one font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.ink.faces import face, writable
from train.synthesis.pieces.ink.inked import Inked, Placed, bounds, box_quad, stacked

_EDGE_PX = 1  # of a layer, around its ink


@dataclass(frozen=True)
class Print:
    """How a block is printed.

    Attributes:
        font: file.
        digit_px: height of its digits.
        leading: from one baseline to the next, in digit heights.
        spacing: between characters beyond the font's, in digit heights.
        align: of the lines.
    """

    font: Path
    digit_px: float
    leading: float = 1.7
    spacing: float = 0.0
    align: Literal["left", "middle", "right"] = "left"


def print_line(line: Line, style: Print) -> tuple[Inked, float]:
    """Set one line.

    Returns:
        The layer, cut to the ink, and where the baseline is below its top.
    """
    font = face(style.font, style.digit_px)
    spacing = style.spacing * style.digit_px
    ink_boxes: list[tuple[Token, tuple[float, float, float, float]]] = []
    parts: list[tuple[Inked, float, float]] = []
    pen = 0.0
    for token in line:
        text = writable(style.font, token.text)
        runs = text if spacing else [text]
        boxes = []
        for run in runs:
            mask, (left, top) = font.getmask2(run, mode="L", anchor="ls")
            width, height = mask.size
            if width and height:
                ink = np.array(mask, np.uint8).reshape(height, width)
                parts.append((Inked(ink), pen + left, float(top)))
                boxes.append(box_quad(pen + left, top, pen + left + width, top + height))
            pen += font.getlength(run) + (spacing if spacing else 0.0)
        if boxes:
            ink_boxes.append((token, bounds(boxes)))
    if not parts:
        return Inked(np.zeros((1, 1), np.uint8)), 0.0
    origin = (min(x for _, x, _ in parts), min(y for _, _, y in parts))
    whole = stacked(parts)
    around = box_quad(0, 0, *whole.size)
    numbers = tuple(Placed(token, box_quad(*box) - origin, hand=False) for token, box in ink_boxes if token.kind)
    return Inked(whole.ink, (around,), numbers), -origin[1]


def print_block(lines: Sequence[Line], style: Print) -> Inked:
    """Set lines below each other; the layer has a pixel of room around the ink."""
    set_lines = [print_line(line, style) for line in lines]
    widest = max(part.size[0] for part, _ in set_lines)
    share = {"left": 0.0, "middle": 0.5, "right": 1.0}[style.align]
    step = style.leading * style.digit_px
    laid = [
        (part, share * (widest - part.size[0]), number * step - base) for number, (part, base) in enumerate(set_lines)
    ]
    block = stacked(laid)
    ink = np.pad(block.ink, _EDGE_PX)
    shift = np.array([_EDGE_PX, _EDGE_PX], np.float64)
    numbers = tuple(Placed(n.token, n.quad + shift, n.hand) for n in block.numbers)
    return Inked(ink, tuple(q + shift for q in block.lines), numbers)
