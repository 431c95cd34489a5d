"""New numbers of a station's own digits and marks: strips cut where paper shows, the pieces set side by side.

A few hundred labelled fields hold a few thousand digits, but few of the neighbourhoods in which they can stand. The
label is aligned with the scanner's columns (device_runtime.decoding.alignment) to find which piece holds which digits,
so that nothing but the string has to be labelled. Digits that touch stay together; pieces without a digit are the dots,
commas and dashes that people write between and after digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.decoding.alignment import align
from device_runtime.image.normalize import STRIP_HEIGHT_PX
from device_runtime.types import Penalties
from train.data.target import Target

_INK = 70  # of 255; a column with nothing brighter is paper
_NARROWEST_PX = 3  # of a piece, for each of its digits
_NARROWEST_MARK_PX = 2
_SEPARATED = 0.4  # share of numbers with marks in groups of three digits
_ENDED = 0.3  # share of those with one at the end
_LENGTH_SHARES = {2: 0.05, 3: 0.12, 4: 0.2, 5: 0.33, 6: 0.22, 7: 0.08}  # of new numbers by digits


@dataclass(frozen=True)
class Piece:
    """A part of a strip between columns of paper.

    Attributes:
        pixels: uint8 [32, W].
        digits: What is on it; a piece without any is a mark.
    """

    pixels: NDArray[np.uint8]
    digits: str


def cut(strip: NDArray[np.uint8], code: str, penalties: Penalties) -> list[Piece]:
    """Cut a strip into pieces where paper shows.

    Args:
        strip: uint8 [32, W].
        code: Its label.
        penalties: What the scanner says of it.

    Returns:
        The pieces; none when the code cannot be aligned with the strip's columns.
    """
    places = _places(code, penalties)
    if not places:
        return []
    # Runs of columns with ink, [first, last).
    ink = (strip > _INK).any(axis=0)
    edges = np.flatnonzero(np.diff(ink.astype(np.int8), prepend=0, append=0))
    runs = [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    # Each digit belongs to the run nearest to where it peaks; runs without one are marks.
    digits = [""] * len(runs)
    for char, x_px in zip(code, places, strict=True):
        nearest = min(range(len(runs)), key=lambda i: max(runs[i][0] - x_px, x_px - runs[i][1] + 1, 0.0))
        digits[nearest] += char
    return [
        Piece(np.ascontiguousarray(strip[:, max(0, first - 1) : last + 1]), text)
        for (first, last), text in zip(runs, digits, strict=True)
        if last - first >= (_NARROWEST_PX * len(text) or _NARROWEST_MARK_PX)
    ]


def _places(code: str, penalties: Penalties) -> list[float]:
    """Where each digit of the code peaks, px; empty when the columns do not hold the code and nothing else."""
    try:
        path = align(code, penalties)
    except ValueError:
        return []
    # Runs of one class on the aligned path; those of characters must spell the code.
    begins = np.flatnonzero(np.append(True, path[1:] != path[:-1]))
    ends = np.append(begins[1:], len(path))
    digits = [(int(path[b]), b, e) for b, e in zip(begins, ends, strict=True) if path[b] < len(penalties.alphabet)]
    if "".join(penalties.alphabet[c] for c, _, _ in digits) != code:
        return []
    return [float(penalties.x_px[b + penalties.values[b:e, c].argmin()]) for c, b, e in digits]


class Recombiner:
    """Writes new numbers with pieces; digits that are rare among them come up more often than they stand there."""

    def __init__(self, pieces: Sequence[Piece], random: np.random.Generator) -> None:
        self.random = random
        self.pieces = [piece for piece in pieces if piece.digits]
        self.marks = [piece for piece in pieces if not piece.digits]
        counts = Counter("".join(piece.digits for piece in pieces))
        weights = np.array([np.mean([counts[d] ** -0.5 for d in piece.digits]) for piece in self.pieces])
        self._weights = weights / weights.sum()

    def strip(self) -> tuple[NDArray[np.uint8], str]:
        """A strip uint8 [32, W] and its target, at the ends of which marks may or may not be seen."""
        random = self.random
        separated, ended = random.random() < _SEPARATED, random.random() < _ENDED
        length = int(random.choice(list(_LENGTH_SHARES), p=list(_LENGTH_SHARES.values())))
        gap_px = float(np.clip(random.normal(4, 2.5), 0, 12))
        parts, digits = [self._paper(random.uniform(3, 9))], ""
        while len(digits) < length:
            if digits and separated and (length - len(digits)) % 3 == 0:
                parts += self._mark()
            piece = self.pieces[int(random.choice(len(self.pieces), p=self._weights))]
            parts += [self._varied(piece.pixels), self._paper(gap_px + random.normal(0, 1.5))]
            digits += piece.digits
        if ended:
            parts += self._mark()
        parts.append(self._paper(random.uniform(3, 9)))
        return np.concatenate(parts, axis=1), Target.with_marks(digits).text

    def _mark(self) -> list[NDArray[np.uint8]]:
        """One of the marks with paper behind it, if there are any."""
        if not self.marks:
            return []
        mark = self.marks[int(self.random.integers(len(self.marks)))]
        return [self._varied(mark.pixels), self._paper(self.random.uniform(1, 6))]

    def _varied(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A piece a little wider, taller, sheared or shifted: uint8 [32, W']."""
        random, middle = self.random, STRIP_HEIGHT_PX / 2
        wide, tall, shear = np.exp(random.normal(0, 0.1)), np.exp(random.normal(0, 0.06)), random.normal(0, 0.07)
        down = middle - tall * middle + random.normal(0, 0.8)
        matrix = np.array([[wide, -shear, shear * middle + 2], [0, tall, down]])
        varied = cv2.warpAffine(pixels, matrix, (round(pixels.shape[1] * wide) + 4, STRIP_HEIGHT_PX))
        used = np.flatnonzero(varied.max(axis=0) > _INK // 2)
        return np.asarray(varied[:, used[0] : used[-1] + 1] if len(used) else pixels, np.uint8)

    @staticmethod
    def _paper(width_px: float) -> NDArray[np.uint8]:
        return np.zeros((STRIP_HEIGHT_PX, max(0, round(width_px))), np.uint8)
