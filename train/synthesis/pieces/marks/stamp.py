"""Stamps: small pictures with a perforated edge and a face value."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.pieces.address.text import Token
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.printer import Print, print_line
from train.synthesis.pieces.sheet import Sheet
from train.synthesis.writing.typeset import random_word

SIZES_MM = ((21, 25), (25, 21), (26, 32), (33, 28), (40, 30), (30, 40))
_VALUES = ("85", "95", "1,60", "0,85", "110", "1.20", "68c", "2,00", "75", "1st", "50", "4.20", "0.95", "160", "14 kr")
_TEETH = 13  # along the longer side


def stick_stamp(
    random: np.random.Generator, sheet: Sheet, font: Path, x: float, y: float, size_mm: tuple[int, int]
) -> None:
    """Stick a stamp on a sheet.

    Args:
        random: source of all draws.
        sheet: that it is stuck on; what is below is hidden.
        font: of its face value.
        x: of its left edge, px.
        y: of its top, px.
        size_mm: width and height.
    """
    size = (max(8, round(sheet.mm(size_mm[0]))), max(8, round(sheet.mm(size_mm[1]))))
    picture = _picture(random, size)
    sheet.paste(picture, _perforated(size), x, y)
    # The face value in a corner, and the country's name along the other edge.
    light = random.random() < 0.5
    color = (250, 250, 250) if light else (20, 20, 25)
    value = any_of(random, _VALUES)
    mark, _ = print_line((Token(value, "amount"),), Print(font, max(4.0, size[1] * random.uniform(0.12, 0.24))))
    inset = 0.14 * min(size)
    place = (inset if random.random() < 0.5 else max(inset, size[0] - inset - mark.size[0]), inset)
    sheet.put(mark, x + place[0], y + place[1], color)
    name, _ = print_line((Token(random_word(random, 8).upper()),), Print(font, max(3.0, 0.07 * size[1])))
    sheet.put(name, x + inset, y + size[1] - inset - name.size[1], color)


def _picture(random: np.random.Generator, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture of clouds and shapes with a white edge, uint8 [h, w, 3], RGB."""
    width, height = size
    # Between two colours of one printing, by a smooth random share.
    pale, deep = random.uniform(150, 240, 3), random.uniform(20, 150, 3)
    share = cv2.resize(random.uniform(0, 1, (5, 4, 1)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    picture = (pale + (deep - pale) * np.clip(share, 0, 1)[:, :, None]).astype(np.uint8)
    for _ in range(int(random.integers(2, 6))):
        color = (
            (pale + (deep - pale) * random.uniform(0, 1) + random.normal(0, 20, 3)).clip(0, 255).astype(int).tolist()
        )
        center = (random.uniform(0.2, 0.8, 2) * size).astype(int).tolist()
        axes = (random.uniform(0.05, 0.35, 2) * size).astype(int).tolist()
        cv2.ellipse(picture, center, axes, float(random.uniform(0, 180)), 0, 360, color, -1, cv2.LINE_AA)
    edge = max(1, round(0.07 * min(width, height)))
    cv2.rectangle(picture, (0, 0), (width - 1, height - 1), (246, 244, 238), 2 * edge)
    return picture


def _perforated(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Where the stamp is, uint8 [h, w] of 0 and 255, with teeth along its edge."""
    width, height = size
    mask = np.full((height, width), 255, np.uint8)
    pitch = max(size) / _TEETH
    radius = max(1, round(0.3 * pitch))
    for x in np.arange(pitch / 2, width, pitch):
        for y in (0, height - 1):
            cv2.circle(mask, (round(x), y), radius, 0, -1)
    for y in np.arange(pitch / 2, height, pitch):
        for x in (0, width - 1):
            cv2.circle(mask, (x, round(y)), radius, 0, -1)
    return mask
