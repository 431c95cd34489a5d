"""Writing strings of digits in a given style: shapes side by side, joined, marked, slanted, inked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import cv2
import numpy as np

from train.data.writers import Hand
from train.synthesis.writing import marks
from train.synthesis.writing.pen import Bend, Ink, Nib, Pen, RasterPen, split_like
from train.synthesis.writing.shapes_low import zero_chain
from train.synthesis.writing.strokes import Habit, Line, spline
from train.synthesis.writing.style import VARIANTS, HandStyle

Box = tuple[int, int, int, int]
_T = TypeVar("_T")
_ASKED = 8  # hands for a digit that one lacks, before it is drawn
_MARGIN = 0.5  # of the digit height, around the writing


@dataclass
class Written:
    """A string in the making: lines of the pen in digit heights, images of digits with their places, and its end."""

    lines: list[Line]
    images: list[tuple[float, float, Ink]]
    right: float = 0.0


class Penman:
    """Writes digit strings with the glyphs of given hands."""

    def __init__(self, hands: list[Hand], random: np.random.Generator) -> None:
        self.hands = hands
        self.random = random
        self.pen = Pen(random)
        self.raster = RasterPen(random)
        sizes = np.array([sum(len(g) for g in hand.glyphs) for hand in hands], np.float64)
        self._shares = np.sqrt(sizes).cumsum() / np.sqrt(sizes).sum()

    def write(self, digits: str, style: HandStyle, ends: bool = False) -> tuple[Ink, Box]:
        """Write a string; the canvas, uint8, ink bright, and the box (left, top, right, bottom) of the digits.

        ends: also what people write before and after a number, which the box then includes in part.
        """
        random = self.random
        written = Written([], [])
        hand = self._hand()
        bend = Bend(random, style.bend)
        pointed = random.random() < style.marks
        in_chain = self._chained(digits, style)
        last: list[Line] = []
        for i, char in enumerate(digits):
            if i in in_chain:
                continue
            count = 1
            while i + count in in_chain:
                count += 1
            last = self._digit(written, int(char), count, hand, style, last)
            left_over = len(digits) - i - count
            gap = style.gap + random.normal(0, style.gap_jitter)
            if left_over and ((pointed and left_over % 3 == 0) or random.random() < style.marks / 20):
                x = written.right + max(gap * 0.5, 0.0) + random.uniform(0.02, 0.25)
                written.lines += marks.separator(random, x)
                gap, last = x - written.right + random.uniform(0.05, 0.5), []
            written.right += max(gap, -0.14)
        if written.lines:
            written.lines = bend.lines(written.lines)
        right = self._extent(written, style)[2]
        if ends:
            self._ends(written, right)
        return self._ink(written, style, right)

    def _chained(self, digits: str, style: HandStyle) -> set[int]:
        """Where a zero hangs on the zero before it, written in one go."""
        runs = [list(run) for _, run in groupby(range(len(digits)), key=lambda i: digits[i])]
        zeros = [run for run in runs if digits[run[0]] == "0" and not style.raster]
        return {i for run in zeros if self.random.random() < style.chains for i in run[1:]}

    def _any(self, choices: Sequence[_T]) -> _T:
        return choices[int(self.random.integers(len(choices)))]

    def _hand(self) -> Hand:
        return self.hands[min(int(self._shares.searchsorted(self.random.random())), len(self.hands) - 1)]

    def _digit(
        self, written: Written, digit: int, count: int, hand: Hand, style: HandStyle, last: list[Line]
    ) -> list[Line]:
        """Add a digit (or a chain of zeros) at the right end; returns its lines, empty for an image."""
        random = self.random
        tall, wide, top = self._size(digit, style)
        if style.raster:
            image = self.raster.glyph(self._glyphs(hand, digit), tall, style.aspect * wide, style)
            written.images.append((written.right, top, image))
            written.right += image.shape[1] / style.height_px
            return []
        lines = self._strokes(digit, count, hand, style)
        local, tilt = Bend(random, 0.6 * style.bend), random.normal(0, style.slant_jitter)
        lean = np.array([[1.0, random.normal(0, 0.02)], [-tilt, 1.0]])
        points = local(np.concatenate(lines)) @ lean
        low, high = points.min(axis=0), points.max(axis=0)
        scale = np.array([style.aspect * wide, tall / max(high[1] - low[1], 0.3)])
        placed = split_like((points - low) * scale + [written.right, top], lines)
        if last and random.random() < style.ligatures:
            written.lines += self._ligature(last, placed)
        written.lines += placed
        written.right += float((high[0] - low[0]) * scale[0])
        return placed

    def _size(self, digit: int, style: HandStyle) -> tuple[float, float, float]:
        """Height, width factor and top of a digit, in digit heights."""
        random = self.random
        tall = min(max(1 + random.normal(0, style.size_jitter), 0.6), 1.5)
        wide = min(max(1 + random.normal(0, 0.08), 0.7), 1.4)
        if style.small_zeros and digit == 0:  # small or flat: joined zeros are often wider than high
            squeeze = random.uniform(0.5, 0.85)
            tall *= squeeze
            wide *= random.uniform(0.9, 1.2) if random.random() < 0.6 else squeeze
        if digit == 1:
            tall *= style.tall_ones
        hang = style.hanging * random.uniform(0.6, 1.0) if digit in (4, 7, 9) else 0.0
        tall += 0.5 * hang
        top = 1 - tall + hang + random.normal(0, style.drift)
        if digit == 0 and random.random() < 0.15:
            top -= 0.5 * (1 - tall)
        return tall, wide, top

    def _strokes(self, digit: int, count: int, hand: Hand, style: HandStyle) -> list[Line]:
        random = self.random
        if count > 1:
            return Habit(zero_chain(count), random, 0.1).draw()
        pool = hand.strokes[digit]
        if digit in style.variants and (random.random() < style.variant_share or not pool):
            return self._any(style.variants[digit]).draw()
        for _ in range(_ASKED):
            if pool:
                return self._any(pool)
            pool = self._hand().strokes[digit]
        return Habit(self._any(VARIANTS[digit]), random).draw()

    def _glyphs(self, hand: Hand, digit: int) -> Ink:
        if not hand.glyphs[digit]:
            hand = self._any([other for other in self.hands if other.glyphs[digit]])
        return self._any(hand.glyphs[digit])

    def _ligature(self, before: list[Line], after: list[Line]) -> list[Line]:
        """A stroke from the rightmost end of one digit to the leftmost end of the next."""
        ends = np.concatenate([line[[0, -1]] for line in before])
        starts = np.concatenate([line[[0, -1]] for line in after])
        a, b = ends[ends[:, 0].argmax()], starts[starts[:, 0].argmin()]
        if np.hypot(*(b - a)) > 0.8:
            return []
        sag = (a + b) / 2 + [0, self.random.uniform(-0.06, 0.12)]
        return [spline(np.stack([a, sag, b]))]

    def _ends(self, written: Written, right: float) -> None:
        random = self.random
        if random.random() < 0.45:
            lines = marks.closing(random, right + random.uniform(0.03, 0.45))
            if not marks.is_bare_slash(lines):
                written.lines += lines
        if random.random() < 0.08:
            written.lines += marks.opening(random, -random.uniform(0.15, 0.6))

    def _extent(self, written: Written, style: HandStyle) -> tuple[float, float, float, float]:
        corners = [np.array([[0.0, 0.0], [0.3, 1.0]]), *written.lines]
        corners += [
            np.array([[x, y], [x + ink.shape[1] / style.height_px, y + ink.shape[0] / style.height_px]])
            for x, y, ink in written.images
        ]
        points = np.concatenate(corners)
        return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())

    def _ink(self, written: Written, style: HandStyle, digits_right: float) -> tuple[Ink, Box]:
        """Put the writing on a canvas: slanted, along its line, with the pen's width and edge."""
        height = style.height_px
        slant = 0.0 if style.raster else style.slant  # a canvas with images is slanted as a whole
        shear = np.array([[1.0, style.skew], [-slant, 1.0]])
        left, top, right, bottom = self._extent(written, style)
        corners = np.array([[x, y] for x in (left, right) for y in (top, bottom)]) @ shear
        origin = corners.min(axis=0) - _MARGIN
        cols, rows = np.ceil((corners.max(axis=0) + _MARGIN - origin) * height).astype(int).tolist()
        if written.lines:
            points = (np.concatenate(written.lines) @ shear - origin) * height
            nib = Nib(style.pen * height, style.swell, style.skips)
            canvas = self.pen.draw(split_like(points, written.lines), (rows, cols), nib)
        else:
            canvas = np.zeros((rows, cols), np.uint8)
        for x, y, image in written.images:
            col, row = ((np.array([x, y]) @ shear - origin) * height).astype(int).tolist()
            view = canvas[row : row + image.shape[0], col : col + image.shape[1]]
            np.maximum(view, image[: view.shape[0], : view.shape[1]], out=view)
        far_right = right if self.random.random() < 0.75 else digits_right
        near_left = left if self.random.random() < 0.5 else 0.0
        text = np.array([[near_left, 0.0], [near_left, 1.0], [far_right, 0.0], [far_right, 1.0]]) @ shear
        low, high = (text.min(axis=0) - origin) * height, (text.max(axis=0) - origin) * height
        box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        if style.raster:
            canvas, box = self._slanted(canvas, box, style.slant)
        return self._edge(canvas, style), box

    @staticmethod
    def _slanted(ink: Ink, box: Box, slant: float) -> tuple[Ink, Box]:
        rows, cols = ink.shape
        wider = round(abs(slant) * rows)
        matrix = np.array([[1, -slant, max(slant, 0.0) * rows], [0, 1, 0]], np.float64)
        turned = np.asarray(cv2.warpAffine(ink, matrix, (cols + wider, rows)), np.uint8)
        ends = (matrix[:, :2] @ np.array([[x, y] for x in box[::2] for y in box[1::2]], np.float64).T).T[:, 0] + matrix[
            0, 2
        ]
        return turned, (int(ends.min()), box[1], int(ends.max()), box[3])

    @staticmethod
    def _edge(ink: Ink, style: HandStyle) -> Ink:
        """Give strokes their edge: soft where the gain is low, thinner where the level is high."""
        soft = cv2.GaussianBlur(ink, (0, 0), style.blur_px)
        level = min(style.level, 0.6 * float(soft.max()) / 255)  # a hairline must not vanish altogether
        # (soft / 255 - level) * gain + 1/2, in 0..1, as ink
        return np.asarray(cv2.addWeighted(soft, style.gain, soft, 0, 127.5 - 255 * level * style.gain), np.uint8)
