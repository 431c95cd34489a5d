"""Fields of a digit each in preprinted boxes: separate, joined or a comb, mostly in a colour that can be taken out."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.target import Target
from train.synthesis.field import Field
from train.synthesis.paper import Paper
from train.synthesis.writing.handwriter import Handwriter
from train.synthesis.writing.pen import Ink
from train.synthesis.writing.style import School, random_style

# Of boxes on forms: orange, pink, red, green, blue, brown and greys.
_COLORS = (
    (225, 110, 40), (235, 150, 90), (235, 130, 150), (210, 40, 40), (60, 130, 60),
    (120, 180, 120), (60, 120, 205), (205, 120, 60), (110, 110, 110), (60, 60, 60),
)  # fmt: skip
_INKS = ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (1.0, 0.85, 0.4), (1.0, 0.95, 0.7))  # how much of each channel a pen takes
_LONGEST = 8  # digits


class BoxedFields:
    """Writes digits into boxes.

    Args:
        handwriter: writes them.
        school: of the writers.
        paper: that they stand on.
        random: source of all draws.
    """

    def __init__(self, handwriter: Handwriter, school: School, paper: Paper, random: np.random.Generator) -> None:
        self._handwriter, self._school, self._paper, self.random = handwriter, school, paper, random

    def field(self, digits: str) -> Field:
        """Make a field of digits in boxes, in colour.

        Args:
            digits: what is written; the first eight of them.
        """
        random, digits = self.random, digits[:_LONGEST]
        style = replace(random_style(random, digits, self._school), marks=0.0, skew=random.normal(0, 0.01))
        style = replace(style, slant=0.6 * style.slant, drift=0.04)
        tall, writer = style.height_px, self._handwriter.any_writer()
        room = random.uniform(1.15, 1.7)  # of a box, in heights of a digit, across and down
        box = (int(tall * room * random.uniform(0.62, 1.0)), int(tall * room))
        gap = 0 if random.random() < 0.45 else int(tall * random.uniform(0.08, 0.4))
        edge = int(tall * random.uniform(0.15, 0.5))
        shape = (box[1] + 2 * edge, len(digits) * (box[0] + gap) - gap + 2 * edge)
        ink, print_ = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        fill, level, wide = random.random() < 0.12, int(random.uniform(120, 255)), int(random.integers(1, 4))
        comb = gap == 0 and random.random() < 0.3
        for place, digit in enumerate(digits):
            left = edge + place * (box[0] + gap)
            corner, opposite = (left, edge), (left + box[0], edge + box[1])
            if comb:
                top = edge + int(box[1] * random.uniform(0.5, 0.6))
                cv2.polylines(print_, [_comb(left, top, *opposite)], False, level, wide)
            else:
                cv2.rectangle(print_, corner, opposite, level, wide)
            if fill:
                cv2.rectangle(print_, corner, opposite, level // 4, cv2.FILLED)
            drawn, (x0, y0, x1, y1) = self._handwriter.write(digit, style, writer=writer)
            x = left + box[0] / 2 - (x0 + x1) / 2 + random.normal(0, 0.07) * tall
            y = edge + box[1] / 2 - (y0 + y1) / 2 + random.normal(0, 0.06) * tall
            _pasted(ink, drawn, int(x), int(y))
        photo = self._paper.photograph(ink, printed=True)
        return Field(self._in_color(photo, print_), digits, Target.with_marks(digits).text, ink=ink)

    def _in_color(self, photo: NDArray[np.uint8], boxes: Ink) -> NDArray[np.uint8]:
        """The photograph of a pen's ink with boxes printed below it: uint8 [H, W, 3] in RGB.

        Args:
            photo: uint8 [H, W], grey.
            boxes: uint8 [H, W], bright.
        """
        random = self.random
        color = np.array(_COLORS[int(random.integers(len(_COLORS)))], np.float32)
        pen = np.array(_INKS[int(random.integers(len(_INKS)))], np.float32)
        paper = np.float32(np.median(photo))
        soft = cv2.GaussianBlur(boxes, (0, 0), random.uniform(0.3, 0.9)).astype(np.float32)[:, :, None] / 255
        tinted = paper * (1 - soft * (1 - np.clip(color + random.normal(0, 12, 3), 0, 255).astype(np.float32) / 255))
        # Ink lets as much of the print through as of the paper.
        through = np.clip(photo.astype(np.float32)[:, :, None] / max(paper, np.float32(1)), 0, 1.3)
        image = np.clip(tinted * (1 - pen * (1 - through)), 0, 255).astype(np.uint8)
        return self._paper.compressed(image) if random.random() < 0.3 else image


def _comb(left: int, top: int, right: int, bottom: int) -> NDArray[np.int32]:
    return np.array([(left, top), (left, bottom), (right, bottom), (right, top)], np.int32)


def _pasted(ink: Ink, drawn: Ink, left: int, top: int) -> None:
    """Add a drawing to the ink where it belongs, as far as there is room.

    Args:
        ink: uint8 [H, W]; it is drawn into.
        drawn: uint8 [h, w].
        left: column of the drawing's corner, maybe outside.
        top: row of it.
    """
    rows, columns = slice(max(top, 0), top + drawn.shape[0]), slice(max(left, 0), left + drawn.shape[1])
    view = ink[rows, columns]
    part = drawn[max(-top, 0) :, max(-left, 0) :][: view.shape[0], : view.shape[1]]
    np.maximum(view, part, out=view)
