"""Bar codes: bars with their number, postal codes of four states, squares of modules."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from train.synthesis.pieces.address.text import Line
from train.synthesis.pieces.ink.inked import Inked, stacked
from train.synthesis.pieces.ink.printer import Print, print_line


def bars(random: np.random.Generator, width_px: float, height_px: float) -> Inked:
    """A code of bars, as Code 128 draws it: bars and gaps of one to four modules."""
    modules = int(random.integers(60, 150))
    module = max(1.0, width_px / modules)
    edges = np.cumsum(random.choice([1, 2, 3, 4], modules // 2, p=[0.5, 0.27, 0.15, 0.08])) * module
    ink = np.zeros((max(2, round(height_px)), round(float(edges[-1])) + 1), np.uint8)
    for start, end in zip(edges[:-1:2], edges[1::2], strict=False):
        ink[:, round(float(start)) : max(round(float(end)), round(float(start)) + 1)] = 255
    return Inked(ink)


def numbered_bars(
    random: np.random.Generator, width_px: float, height_px: float, line: Line, font: Path, digit_px: float
) -> Inked:
    """Bars with a line of text below or above them.

    Args:
        random: source of all draws.
        width_px: about, of the bars.
        height_px: of the bars.
        line: what is written.
        font: of the line.
        digit_px: height of its digits.
    """
    code = bars(random, width_px, height_px)
    text, _ = print_line(line, Print(font, digit_px, spacing=random.uniform(0, 0.3)))
    x = (code.size[0] - text.size[0]) / 2
    gap = 0.4 * digit_px
    y = code.size[1] + gap if random.random() < 0.8 else -text.size[1] - gap
    return stacked([(code, 0.0, 0.0), (text, x, y)])


def four_state(random: np.random.Generator, px_per_mm: float) -> Inked:
    """The bars of a postal code of four states, or of two."""
    pitch, count = max(2.0, 1.1 * px_per_mm), int(random.integers(30, 66))
    tall = max(4.0, random.uniform(2.6, 3.6) * px_per_mm)
    ink = np.zeros((round(tall), round(pitch * count)), np.uint8)
    states = random.integers(0, 4, count)
    if random.random() < 0.3:
        states = np.where(states > 1, 3, 2)  # tall and half, on one base
    thick = max(1, round(0.45 * pitch))
    for index, state in enumerate(states.tolist()):
        top = 0.0 if state in (1, 3) else 1 / 3 if state == 0 else 0.45
        low = 1.0 if state in (2, 3) else 2 / 3
        left = round(index * pitch)
        ink[round(top * tall) : round(low * tall), left : left + thick] = 255
    return Inked(ink)


def matrix(random: np.random.Generator, side_px: float) -> Inked:
    """A square of modules: a data matrix with its corner of bars, or one with three finders."""
    modules = int(random.choice([16, 20, 22, 24, 26, 29]))
    code = np.where(random.random((modules, modules)) < 0.5, 255, 0).astype(np.uint8)
    if modules < 25:
        code[:, 0] = code[-1] = 255
        code[0] = np.where(np.arange(modules) % 2, 0, 255)
        code[:, -1] = np.where(np.arange(modules) % 2, 255, 0)
    else:
        for row, column in ((0, 0), (0, modules - 7), (modules - 7, 0)):
            code[row : row + 7, column : column + 7] = 255
            code[row + 1 : row + 6, column + 1 : column + 6] = 0
            code[row + 2 : row + 5, column + 2 : column + 5] = 255
    side = max(modules, round(side_px / modules) * modules)
    return Inked(np.asarray(cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8))
