"""Fields with digits in preprinted boxes or on combs, drawn with everything but the code at random."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
PAPER = (238, 240, 245)
PEN = (25, 25, 60)


@dataclass(frozen=True)
class Form:
    """A row of boxes.

    Attributes:
        kind: "separate", "joined" or "comb".
        count: of the boxes.
        color: of their lines, red, green and blue.
        turn: by how many degrees the field is turned.
        width_px: of the lines.
        drawn: False for the same writing without the lines.
    """

    kind: str
    count: int = 5
    color: tuple[int, int, int] = (40, 40, 40)
    turn: float = 0.0
    width_px: int = 2
    drawn: bool = True


def field(code: str, form: Form, pen: tuple[int, int, int] = PEN, seed: int = 0, noise: float = 3.0) -> Image:
    """Digits in a form, uint8 [H, W, 3] in RGB."""
    pitch, gap, top, high, left = 52, 10 if form.kind == "separate" else 0, 40, 70, 40
    image = np.full((150, 2 * left + form.count * pitch, 3), PAPER, np.uint8)
    for number in range(form.count + 1 if form.drawn else 0):
        x = left + number * pitch
        if form.kind == "comb":
            cv2.line(image, (x, top + high), (x, top + high - 22), form.color, form.width_px, cv2.LINE_AA)
        elif number < form.count:
            corner = (x + pitch - gap, top + high)
            cv2.rectangle(image, (x, top), corner, form.color, form.width_px, cv2.LINE_AA)
    if form.kind == "comb" and form.drawn:
        end = (left + form.count * pitch, top + high)
        cv2.line(image, (left, top + high), end, form.color, form.width_px, cv2.LINE_AA)
    for number, digit in enumerate(code):
        at = (left + number * pitch + (pitch - gap) // 2 - 15, top + high - 12)
        cv2.putText(image, digit, at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, pen, 3, cv2.LINE_AA)
    if form.turn:
        rows, columns = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), form.turn, 1)
        image = np.asarray(cv2.warpAffine(image, matrix, (columns, rows), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    random = np.random.default_rng(seed)
    return np.rint((image + random.normal(0, noise, image.shape)).clip(0, 255)).astype(np.uint8)
