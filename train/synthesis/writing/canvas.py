"""A string in the making, and what is done to its ink as a whole: its extent, its slant, the edge of its strokes."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from train.synthesis.writing.pen import Ink
from train.synthesis.writing.strokes import Line, spline
from train.synthesis.writing.style import HandStyle

Box = tuple[int, int, int, int]  # left, top, right, bottom
Span = tuple[float, float]  # left, right


@dataclass
class Written:
    """A string in the making.

    Attributes:
        lines: of the pen, float64 [n, 2] each, in digit heights.
        images: of digits: x and y of the top left corner in digit heights, and the ink, uint8 [h, w].
        right: where the string ends, in digit heights.
        spans: where each digit, or chain of zeros, begins and ends, in digit heights.
    """

    lines: list[Line]
    images: list[tuple[float, float, Ink]]
    right: float = 0.0
    spans: list[Span] = field(default_factory=list)

    def extent(self, height_px: float) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all that is written, in digit heights of so many px."""
        corners = [np.array([[0.0, 0.0], [0.3, 1.0]]), *self.lines]
        corners += [
            np.array([[x, y], [x + ink.shape[1] / height_px, y + ink.shape[0] / height_px]])
            for x, y, ink in self.images
        ]
        points = np.concatenate(corners)
        return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def ligature(before: list[Line], after: list[Line], random: np.random.Generator) -> list[Line]:
    """Draw a stroke from the rightmost end of one digit to the leftmost end of the next, unless they are far apart.

    Args:
        before: lines of the one digit, in digit heights.
        after: those of the next.
        random: source of all draws.
    """
    ends = np.concatenate([line[[0, -1]] for line in before])
    starts = np.concatenate([line[[0, -1]] for line in after])
    a, b = ends[ends[:, 0].argmax()], starts[starts[:, 0].argmin()]
    if np.hypot(*(b - a)) > 0.8:
        return []
    sag = (a + b) / 2 + [0, random.uniform(-0.06, 0.12)]
    return [spline(np.stack([a, sag, b]))]


def slanted(ink: Ink, box: Box, slant: float) -> tuple[Ink, Box]:
    """Shear a canvas about its bottom.

    Args:
        ink: uint8 [H, W].
        box: a box in it.
        slant: columns to the right a row up.

    Returns:
        The canvas, uint8 [H, W'], made wider for it, and the box around the sheared box.
    """
    rows, columns = ink.shape
    wider = round(abs(slant) * rows)
    matrix = np.array([[1, -slant, max(slant, 0.0) * rows], [0, 1, 0]], np.float64)
    sheared = np.asarray(cv2.warpAffine(ink, matrix, (columns + wider, rows)), np.uint8)
    # The x of the box's corners, float64 [4], after the shear.
    corners = np.array([[x, y] for x in box[::2] for y in box[1::2]], np.float64)
    ends = (matrix[:, :2] @ corners.T).T[:, 0] + matrix[0, 2]
    return sheared, (int(ends.min()), box[1], int(ends.max()), box[3])


def edged(ink: Ink, style: HandStyle) -> Ink:
    """Give strokes their edge: soft where the gain is low, thinner where the level is high.

    Args:
        ink: uint8 [H, W].
        style: of the string.

    Returns:
        uint8 [H, W].
    """
    soft = cv2.GaussianBlur(ink, (0, 0), style.blur_px)
    level = min(style.level, 0.6 * float(soft.max()) / 255)  # a hairline must not vanish altogether
    # (soft / 255 - level) * gain + 1/2, in 0..1, as ink
    return np.asarray(cv2.addWeighted(soft, style.gain, soft, 0, 127.5 - 255 * level * style.gain), np.uint8)
