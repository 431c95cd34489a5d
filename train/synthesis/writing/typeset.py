"""Printed text in freely licensed fonts: codes alone, and codes inside address lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from device_runtime.grammar.grammar import DIGITS

_DRAWN_PX = (26, 40)  # heights of digits in which characters are drawn, to be scaled down from there
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxyz", "aeiou"
_LIKE_DIGITS = ("bszglqt", "oia")  # in capitals
_FALSE_DIGITS = "SSSSBBOOGIZJTLQDAK"
_TITLES = ("JALAN", "Jln", "Str.", "No.", "NO", "LOT", "Block", "P.O. Box", "Taman", "Rua", "Via", "Weg", "TEL:", "#")


def margin_px(height_px: float) -> int:
    """The room that a line has on every side of its ink, from the height of its digits."""
    return round(0.6 * height_px)


class Typesetter:
    """Sets lines of text in random fonts, from characters that are drawn once in a few sizes."""

    def __init__(self, fonts: list[Path], random: np.random.Generator) -> None:
        self.random = random
        self._fonts = fonts

    def set_line(self, text: str, height_px: float) -> NDArray[np.uint8]:
        """Draw a line of text, uint8, ink bright, with digits about `height_px` tall and `margin_px` around."""
        random = self.random
        path = self._fonts[int(random.integers(len(self._fonts)))]
        drawn_px = next((size for size in _DRAWN_PX if size >= height_px), _DRAWN_PX[-1])
        glyphs = [_glyph(path, drawn_px, char) for char in text]
        spacing = random.uniform(-0.04, 0.2) * drawn_px if random.random() < 0.35 else 0.0
        lefts, pen = [], 0.0
        for glyph in glyphs:
            lefts.append(round(pen) + glyph.left)
            pen += glyph.advance + spacing
        first, top = min(lefts), min(glyph.top for glyph in glyphs)
        right = max(x + glyph.ink.shape[1] for x, glyph in zip(lefts, glyphs, strict=True))
        low = max(glyph.top + glyph.ink.shape[0] for glyph in glyphs)
        line = np.zeros((max(low - top, 1), max(right - first, 1)), np.uint8)
        for x, glyph in zip(lefts, glyphs, strict=True):
            rows, cols = glyph.ink.shape
            view = line[glyph.top - top : glyph.top - top + rows, x - first : x - first + cols]
            np.maximum(view, glyph.ink, out=view)
        scale, margin = height_px / drawn_px, margin_px(height_px)
        size = (max(1, round(line.shape[1] * scale)), max(1, round(line.shape[0] * scale)))
        line = np.asarray(cv2.resize(line, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        return np.asarray(cv2.copyMakeBorder(line, *(4 * (margin,)), cv2.BORDER_CONSTANT, value=0), np.uint8)


@dataclass(frozen=True)
class _Glyph:
    """A character: its ink, uint8 [h, w], bright; where that begins against the pen; how far the pen moves on."""

    ink: NDArray[np.uint8]
    left: int
    top: int
    advance: float


@cache
def _face(path: Path, digits_px: int) -> ImageFont.FreeTypeFont:
    """A font in the size that makes its digits so tall."""
    trial = ImageFont.truetype(str(path), 40, layout_engine=ImageFont.Layout.BASIC)
    _, top, _, low = trial.getbbox(DIGITS)
    return trial.font_variant(size=max(8, round(40 * digits_px / max(low - top, 1))))


@cache
def _glyph(path: Path, digits_px: int, char: str) -> _Glyph:
    face = _face(path, digits_px)
    mask, (left, top) = face.getmask2(char, mode="L")
    return _Glyph(np.array(mask, np.uint8).reshape(mask.size[::-1]), int(left), int(top), face.getlength(char))


def random_word(random: np.random.Generator, letters: int | None = None, start: str = "") -> str:
    """A word that can be spoken but means nothing, in one of the usual cases; `start` is its first letter."""
    count = letters or int(random.integers(2, 10))
    turn = int(random.integers(2)) if not start else 1
    sets = _LIKE_DIGITS if random.random() < 0.25 else (_CONSONANTS, _VOWELS)
    picks = random.random(max(0, count - len(start))).tolist()
    kinds = [sets[(i + turn) % 2] for i in range(len(picks))]
    word = start.lower() + "".join(kind[int(u * len(kind))] for kind, u in zip(kinds, picks, strict=True))
    style = random.random()
    return word.upper() if style < 0.6 else word.capitalize() if style < 0.9 else word


def random_line(random: np.random.Generator, code: str) -> str:
    """A line of an address, a receipt or a label that holds the code, mostly with other writing around it."""
    words = [random_word(random) for _ in range(int(random.integers(1, 3)))]
    if random.random() < 0.45:  # what a reader takes for a digit, right beside the code
        words[0] = random_word(random, start=_any(random, _FALSE_DIGITS))
    style = random.random()
    separator = _any(random, (" ", " ", ", ", ",", " - ", ". "))
    tail = " ".join(words) + _any(random, ("", ".", ",", "", ", " + random_word(random)))
    if style < 0.15:
        return code
    if style < 0.55:
        return code + separator + tail
    if style < 0.75:
        return tail + separator + code + _any(random, ("", ".", ",", separator + random_word(random)))
    if style < 0.82:
        return _any(random, ("D-", "MY-", "F-", "B-", "CH-")) + code + " " + tail
    number = str(random.integers(1, 10 ** int(random.integers(1, 5))))
    letter = _any(random, ("U", "S", "SS", "B", "G", "PJS"))
    turned = number + "/" + str(random.integers(1, 40))
    other = _any(random, (number, turned, number + "-" + number[:2], letter + number))
    head = _any(random, _TITLES) + " " + other
    return (
        head
        + _any(random, (", ", " ", ","))
        + (code + separator + tail if random.random() < 0.7 else tail + " " + code)
    )


def _any(random: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(random.integers(len(choices)))]
