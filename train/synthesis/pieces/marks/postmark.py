"""Postmarks: rings with a town along them and a date within, with waves, bars or a slogan beside."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.pieces.address import numbers
from train.synthesis.pieces.address.names import sentence
from train.synthesis.pieces.address.text import Token
from train.synthesis.pieces.ink.inked import Inked, stacked, turned
from train.synthesis.pieces.ink.printer import Print, print_block, print_line
from train.synthesis.writing.pen import Ink
from train.synthesis.writing.typeset import random_word

DIAMETERS_MM = (22, 34)
_WAVES_MM = (35, 60)  # length of what stands beside the ring


def postmark(random: np.random.Generator, px_per_mm: float, font: Path) -> Inked:
    """Draw a postmark, unevenly inked and turned a little.

    Args:
        random: source of all draws.
        px_per_mm: scale.
        font: of its words.
    """
    radius = random.uniform(*DIAMETERS_MM) * px_per_mm / 2
    line_px = max(1, round(0.35 * px_per_mm * random.uniform(0.7, 1.6)))
    ring, clear = _ring(random, radius, line_px, font)
    parts = [(ring, 0.0, 0.0)]
    beside = random.random()
    if beside < 0.6:
        tail = _waves(random, px_per_mm, radius, line_px) if beside < 0.42 else _slogan(random, px_per_mm, font)
        side = 2 * radius + 2 if random.random() < 0.8 else -tail.size[0] - 2
        parts.append((tail, side, radius - tail.size[1] / 2))
    date, _ = print_line((numbers.date(random),), Print(font, max(3.0, 0.24 * clear)))
    hour, _ = print_line((Token(f"-{random.integers(6, 22)}"),), Print(font, max(3.0, 0.2 * clear)))
    parts.append((date, radius - date.size[0] / 2, radius - date.size[1] / 2))
    if random.random() < 0.5:
        parts.append((hour, radius - hour.size[0] / 2, radius + 0.45 * clear))
    whole = turned(stacked(parts), float(random.normal(0, 12)))
    return Inked(_uneven(random, whole.ink), (), whole.numbers)


def _ring(random: np.random.Generator, radius: float, line_px: int, font: Path) -> tuple[Inked, float]:
    """One or two circles with a town between them, and the radius of what is clear within."""
    side = 2 * round(radius)
    ink = np.zeros((side, side), np.uint8)
    center = (side // 2, side // 2)
    outer = side // 2 - line_px
    inner = round(outer * random.uniform(0.55, 0.7))
    cv2.circle(ink, center, outer, 255, line_px, cv2.LINE_AA)
    if random.random() < 0.7:
        cv2.circle(ink, center, inner, 255, line_px, cv2.LINE_AA)
    tall = max(3.0, 0.6 * (outer - inner))
    word, _ = print_line(
        (Token(random_word(random, int(random.integers(5, 11))).upper()),), Print(font, tall, spacing=0.3)
    )
    np.maximum(ink, _around(word.ink, side, outer - line_px - 1), out=ink)
    return Inked(ink), float(inner)


def _around(word: Ink, side: int, outer: int) -> Ink:
    """A word bent along the upper half of a circle: uint8 [side, side]."""
    rows, columns = word.shape
    around = max(round(2 * np.pi * outer), columns + 2)
    # A polar picture, uint8 [angle, radius]: the word's columns are angles from the left over the top.
    polar = np.zeros((around, max(outer, rows + 1)), np.uint8)
    first = max(0, round(0.75 * around) - columns // 2)
    fitted = word[:, : around - first]
    polar[first : first + fitted.shape[1], polar.shape[1] - rows :] = fitted[::-1].T
    flags = cv2.WARP_INVERSE_MAP | cv2.WARP_FILL_OUTLIERS | cv2.INTER_LINEAR
    return np.asarray(cv2.warpPolar(polar, (side, side), (side / 2, side / 2), outer, flags), np.uint8)


def _waves(random: np.random.Generator, px_per_mm: float, radius: float, line_px: int) -> Inked:
    """Wavy lines or straight bars."""
    length, height = random.uniform(*_WAVES_MM) * px_per_mm, 1.5 * radius
    ink = np.zeros((round(height) + 8, round(length)), np.uint8)
    x = np.arange(0, length, max(1.0, length / 80))
    swing = 0.0 if random.random() < 0.3 else 0.05 * height
    wave = swing * np.sin(2 * np.pi * x / (random.uniform(8, 14) * px_per_mm))
    for y in np.linspace(swing + 2, height - swing, int(random.integers(4, 8))):
        points = np.stack([x, y + wave], axis=1).round().astype(np.int32)
        cv2.polylines(ink, [points], False, 255, line_px, cv2.LINE_AA)
    return Inked(ink)


def _slogan(random: np.random.Generator, px_per_mm: float, font: Path) -> Inked:
    """A machine's slogan in a frame."""
    words = [sentence(random, 9).upper()[:16] for _ in range(int(random.integers(2, 4)))]
    block = print_block([(Token(line),) for line in words], Print(font, max(3.0, 2.2 * px_per_mm), 1.5, align="middle"))
    ink = np.pad(block.ink, max(2, round(px_per_mm)))
    if random.random() < 0.6:
        cv2.rectangle(ink, (0, 0), (ink.shape[1] - 1, ink.shape[0] - 1), 255, max(1, round(0.3 * px_per_mm)))
    return Inked(ink)


def _uneven(random: np.random.Generator, ink: Ink) -> Ink:
    """Ink as a rubber stamp leaves it: patches with less."""
    coarse = np.clip(random.normal(0.75, 0.3, (5, 8)), 0.1, 1).astype(np.float32)
    share: NDArray[np.float32] = cv2.resize(coarse, ink.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(ink * np.clip(share, 0.05, 1), 0, 255), np.uint8)
