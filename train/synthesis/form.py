"""What stands around writing on forms and envelopes: lines, cells, lines above and below, postmarks, and the crop."""

from __future__ import annotations

import numpy as np

from train.synthesis.field import Field
from train.synthesis.paper import Paper
from train.synthesis.writing.canvas import Box
from train.synthesis.writing.pen import Ink
from train.synthesis.writing.typeset import Typesetter, margin_px, random_word


class Form:
    """Puts writing on forms and cuts fields out.

    Args:
        paper: that the writing stands on.
        setter: sets the handwritten lines above and below.
        random: source of all draws.
    """

    def __init__(self, paper: Paper, setter: Typesetter, random: np.random.Generator) -> None:
        self.paper, self.setter, self.random = paper, setter, random

    def field(self, ink: Ink, box: Box, height_px: float, digits: str, target: str) -> Field:
        """Make the field that a camera sees of handwriting on a form.

        Args:
            ink: uint8 [H, W], bright; it is drawn into.
            box: around the writing.
            height_px: of its digits.
            digits: what stands there.
            target: of the field.
        """
        random = self.random
        if random.random() < 0.03:
            self.paper.cells(ink, box)
        else:
            self.paper.rule(ink, box)
        if random.random() < 0.06:
            self.neighbor_lines(self.setter, ink, box, height_px)
        if random.random() < 0.03:
            self.paper.postmark(ink)
        return Field(self.paper.photograph(self.crop(ink, box), printed=False), digits, target)

    def neighbor_lines(self, setter: Typesetter, ink: Ink, box: Box, height: float) -> None:
        """Let the lines above and below reach into the crop.

        Args:
            setter: sets those lines.
            ink: uint8 [H, W]; it is drawn into.
            box: around the writing.
            height: of the digits in px.
        """
        random = self.random
        for above in (True, False):
            if random.random() < 0.5:
                continue
            other = setter.set_line(random_word(random, 12) + " " + random_word(random, 9), height)
            other = other[margin_px(height) : -margin_px(height)][:, : ink.shape[1]]
            reach = int(height * random.uniform(0.05, 0.3))
            gap = int(height * random.uniform(0.12, 0.4))
            edge = box[1] - gap if above else box[3] + gap
            part = other[-reach:] if above else other[:reach]
            y = edge - reach if above else edge
            if y < 0 or y + part.shape[0] > ink.shape[0] or part.shape[0] == 0:
                continue
            view = ink[y : y + part.shape[0], : part.shape[1]]
            np.maximum(view, part, out=view)

    def crop(self, ink: Ink, box: Box) -> Ink:
        """Cut the field out as loosely or tightly as people and locators do."""
        random = self.random
        left, top, right, bottom = box
        tall = bottom - top
        x0, x1 = left - random.uniform(-0.04, 0.5) * tall, right + random.uniform(-0.03, 0.5) * tall
        y0, y1 = top - random.uniform(-0.05, 0.35) * tall, bottom + random.uniform(-0.05, 0.4) * tall
        rows, cols = ink.shape
        y0, y1, x0, x1 = max(0, int(y0)), min(rows, int(y1)), max(0, int(x0)), min(cols, int(x1))
        return ink[y0 : max(y1, y0 + 8), x0 : max(x1, x0 + 8)]
