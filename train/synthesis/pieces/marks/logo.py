"""Logos and advertising: rings, wedges, initials, stripes, big words, with or without numbers."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from train.synthesis.pieces.address import numbers
from train.synthesis.pieces.address.names import firm, sentence
from train.synthesis.pieces.address.numbers import digits
from train.synthesis.pieces.address.text import Line, Token, fill
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.inked import Inked
from train.synthesis.pieces.ink.printer import Print, print_block, print_line
from train.synthesis.pieces.sheet import Color
from train.synthesis.writing.typeset import random_word

_NUMBERED = (
    ("seit {n}", "1###"), ("since {n}", "19##"), ("-{n} %", "#0"), ("{n} % Rabatt", "#0"), ("{n} Jahre", "###"),
    ("{n}/7", "24"), ("Win {n} EUR", "#0 000"), ("only {n}", "#9.90"), ("www.{n}.com", "###"), ("ISO {n}", "9001"),
    ("Edition {n}", "20##"), ("No. {n}", "#####"), ("{n} Ausgabe", "#"),
)  # fmt: skip
_NOTES = (
    "PRIORITY", "PAR AVION", "Luftpost", "A PRIORITAIRE", "Bitte nicht knicken", "Do not bend", "VERTRAULICH",
    "URGENT", "Drucksache", "If undelivered please return", "Wichtige Unterlagen", "Economy", "Lettre verte", "B-Post",
    "EINSCHREIBEN",
)  # fmt: skip


def logo(random: np.random.Generator, side_px: float) -> Inked:
    """A logo of rings, wedges, stripes or a disk, about so large."""
    side = max(10, round(side_px))
    ink = np.zeros((side, round(side * random.uniform(1.0, 2.2))), np.uint8)
    rows, columns = ink.shape
    kind, thick = int(random.integers(5)), max(1, round(side * random.uniform(0.03, 0.12)))
    if kind == 0:  # rings beside each other: what looks like zeros
        radius = max(3, round(side * random.uniform(0.2, 0.45)))
        for x in range(radius + thick, columns - radius, round(radius * random.uniform(1.3, 2.4))):
            cv2.circle(ink, (x, rows // 2), radius, 255, thick, cv2.LINE_AA)
    elif kind == 1:
        for part in random.uniform(0.15, 0.48, int(random.integers(1, 4))):
            cv2.circle(ink, (columns // 2, rows // 2), max(2, round(part * side)), 255, thick, cv2.LINE_AA)
    elif kind == 2:
        points = (random.uniform(0, 1, (int(random.integers(3, 6)), 2)) * [columns, rows]).astype(np.int32)
        cv2.fillPoly(ink, [cv2.convexHull(points)], 255, cv2.LINE_AA)
    elif kind == 3:
        for y in np.arange(thick, rows - thick, 3 * thick):
            cv2.line(ink, (0, round(y)), (columns, round(y)), 255, thick)
    else:
        cv2.ellipse(ink, (columns // 2, rows // 2), (columns // 2 - 1, rows // 2 - 1), 0, 0, 360, 255, -1, cv2.LINE_AA)
        cv2.circle(ink, (columns // 2, rows // 2), max(2, rows // 4), 0, -1, cv2.LINE_AA)
    return Inked(ink)


def brand(random: np.random.Generator, font: Path, digit_px: float) -> Inked:
    """A firm's name in large letters."""
    name = random_word(random, int(random.integers(4, 9)))
    return print_line((Token(name if random.random() < 0.5 else firm(random)),), Print(font, digit_px))[0]


def advert(random: np.random.Generator, font: Path, digit_px: float) -> Inked:
    """A few lines of advertising, notes or service numbers."""
    lines: list[Line] = []
    for _ in range(int(random.integers(1, 4))):
        kind = random.random()
        if kind < 0.35:
            lines.append((Token(sentence(random, int(random.integers(8, 26)))),))
        elif kind < 0.55:
            lines.append((Token(any_of(random, _NOTES)),))
        elif kind < 0.8:
            template, form = any_of(random, _NUMBERED)
            lines.append(fill(template, {"n": Token(digits(random, form), "other")}))
        else:
            lines.append(numbers.phone(random) if kind < 0.9 else numbers.customer(random))
    return print_block(lines, Print(font, digit_px, random.uniform(1.5, 2.0), align=any_of(random, ("left", "middle"))))


def brand_color(random: np.random.Generator) -> Color:
    """A strong colour."""
    pixel = np.array([[[random.uniform(0, 180), random.uniform(120, 255), random.uniform(70, 210)]]]).astype(np.uint8)
    r, g, b = cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0].tolist()
    return r, g, b
