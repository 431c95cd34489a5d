"""Writing strings of digits in a given style: shapes side by side, joined, marked, slanted, inked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from train.data.writers import Writer
from train.synthesis.writing import marks
from train.synthesis.writing.canvas import Box, Span, Written, edged, ligature, slanted
from train.synthesis.writing.pen import Bend, Ink, Nib, Pen, RasterPen, split_like
from train.synthesis.writing.shapes_low import zero_chain
from train.synthesis.writing.strokes import Habit, Line
from train.synthesis.writing.style import VARIANTS, HandStyle

_T = TypeVar("_T")
Around = Callable[[list[Span]], list[Line]]
_ASKED = 8  # writers for a digit that one lacks, before it is drawn
_MARGIN = 0.5  # of the digit height, around the writing


class Handwriter:
    """Writes digit strings with the glyphs of given writers.

    Args:
        writers: whose digits are used; who wrote more is taken more often.
        random: source of all draws.
    """

    def __init__(self, writers: list[Writer], random: np.random.Generator) -> None:
        self.writers = writers
        self.random = random
        self.pen = Pen(random)
        self.raster = RasterPen(random)
        sizes = np.array([writer.size for writer in writers], np.float64)
        self._shares = np.sqrt(sizes).cumsum() / np.sqrt(sizes).sum()

    def write(
        self,
        digits: str,
        style: HandStyle,
        ends: bool = False,
        writer: Writer | None = None,
        around: Around | None = None,
    ) -> tuple[Ink, Box]:
        """Write a string.

        Args:
            digits: what is written.
            style: how.
            ends: also what people write before and after a number, which the box then includes in part.
            writer: whose digits are used; None = any writer's.
            around: draws with the same pen over and beside the digits, of whose places it is told; the box then holds
                all of it.

        Returns:
            The canvas, uint8 [H, W], ink bright, and the box (left, top, right, bottom) of the digits in it.
        """
        random = self.random
        written = Written([], [])
        writer = writer or self.any_writer()
        bend = Bend(random, style.bend)
        grouped = random.random() < style.marks
        # Digits from left to right, each with the gap behind it.
        in_chain = self._chained(digits, style)
        last: list[Line] = []
        for i, char in enumerate(digits):
            if i in in_chain:
                continue
            count = 1
            while i + count in in_chain:
                count += 1
            last = self._digit(written, int(char), count, writer, style, last)
            last = self._gap(written, len(digits) - i - count, grouped, style, last)
        # The whole line bent, and what stands at its ends.
        if written.lines:
            written.lines = bend.lines(written.lines)
        return self._finished(written, style, ends, around)

    def write_lines(
        self, lines: Sequence[Line], style: HandStyle, ends: bool = False, around: Around | None = None
    ) -> tuple[Ink, Box]:
        """Write a string whose lines are known.

        Args:
            lines: float64 [n, 2] each, (x, y) in digit heights.
            style: how; its slant is added to that of the lines.
            ends: as of `write`, as the next.
            around: is told of one place, of the whole string.

        Returns:
            As `write`.
        """
        bent = Bend(self.random, style.bend).lines([line * [style.aspect, 1.0] for line in lines])
        written = Written(bent, [])
        written.spans = [(0.0, written.extent(style.height_px)[2])]
        return self._finished(written, style, ends, around)

    def _finished(self, written: Written, style: HandStyle, ends: bool, around: Around | None) -> tuple[Ink, Box]:
        right = written.extent(style.height_px)[2]
        if ends:
            self._ends(written, style, right)
        if around:
            written.lines += around(written.spans)
        return self._ink(written, style, right, whole=around is not None)

    def _chained(self, digits: str, style: HandStyle) -> set[int]:
        """Where a zero hangs on the zero before it, written in one go."""
        runs = [list(run) for _, run in groupby(range(len(digits)), key=lambda i: digits[i])]
        zeros = [run for run in runs if digits[run[0]] == "0" and not style.raster]
        return {i for run in zeros if self.random.random() < style.chains for i in run[1:]}

    def _any(self, choices: Sequence[_T]) -> _T:
        return choices[int(self.random.integers(len(choices)))]

    def any_writer(self) -> Writer:
        """Draw a writer."""
        return self.writers[min(int(self._shares.searchsorted(self.random.random())), len(self.writers) - 1)]

    def _digit(
        self, written: Written, digit: int, count: int, writer: Writer, style: HandStyle, last: list[Line]
    ) -> list[Line]:
        """Add a digit at the right end.

        Args:
            written: what it is added to.
            digit: 0 to 9.
            count: more than 1 for a chain of so many zeros.
            writer: whose digit.
            style: of the string.
            last: lines of the digit before, which a ligature may join to this one.

        Returns:
            Its lines, empty for an image.
        """
        random = self.random
        tall, wide, top = self._size(digit, style)
        if style.raster:
            image = self.raster.glyph(self._glyphs(writer, digit), tall, style.aspect * wide, style)
            written.images.append((written.right, top, image))
            left, written.right = written.right, written.right + image.shape[1] / style.height_px
            written.spans.append((left, written.right))
            return []
        # Its points, float64 [n, 2], bent and sheared a little.
        lines = self._strokes(digit, count, writer, style)
        local, tilt = Bend(random, 0.6 * style.bend), random.normal(0, style.slant_jitter)
        shear = np.array([[1.0, random.normal(0, 0.02)], [-tilt, 1.0]])
        points = local(np.concatenate(lines)) @ shear
        # Scaled to its size and moved to its place.
        low, high = points.min(axis=0), points.max(axis=0)
        scale = np.array([style.aspect * wide, tall / max(high[1] - low[1], 0.3)])
        placed = split_like((points - low) * scale + [written.right, top], lines)
        if last and random.random() < style.ligatures:
            written.lines += ligature(last, placed, random)
        written.lines += placed
        left, written.right = written.right, written.right + float((high[0] - low[0]) * scale[0])
        written.spans.append((left, written.right))
        return placed

    def _gap(self, written: Written, left_over: int, grouped: bool, style: HandStyle, last: list[Line]) -> list[Line]:
        """Leave room after a digit, sometimes with a mark in it.

        Args:
            written: what the gap is added to.
            left_over: digits that follow.
            grouped: whether marks part groups of three digits.
            style: of the string.
            last: lines of the digit before the gap.

        Returns:
            The lines that a ligature may start from: `last`, or none behind a mark.
        """
        random = self.random
        gap = style.gap + random.normal(0, style.gap_jitter)
        if left_over and ((grouped and left_over % 3 == 0) or random.random() < style.marks / 20):
            x = written.right + max(gap * 0.5, 0.0) + random.uniform(0.02, 0.25)
            written.lines += marks.separator(random, x, style.blobs)
            gap, last = x - written.right + random.uniform(0.05, 0.5), []
        written.right += max(gap, -0.14)
        return last

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

    def _strokes(self, digit: int, count: int, writer: Writer, style: HandStyle) -> list[Line]:
        """A digit as lines: a chain of zeros, one of the style's shapes, this writer's, another's, or any shape."""
        random = self.random
        if count > 1:
            return Habit(zero_chain(count), random, 0.1).draw()
        pool = writer.strokes[digit]
        if digit in style.variants and (random.random() < style.variant_share or not pool):
            return self._any(style.variants[digit]).draw()
        for _ in range(_ASKED):
            if pool:
                return self._any(pool)
            pool = self.any_writer().strokes[digit]
        return Habit(self._any(VARIANTS[digit]), random).draw()

    def _glyphs(self, writer: Writer, digit: int) -> Ink:
        if not writer.glyphs[digit]:
            writer = self._any([other for other in self.writers if other.glyphs[digit]])
        return self._any(writer.glyphs[digit])

    def _ends(self, written: Written, style: HandStyle, right: float) -> None:
        """Add what stands before and after a number."""
        random = self.random
        if random.random() < 0.45:
            touches = style.touching and random.random() < style.touching
            x = right + (-random.uniform(0.0, 0.25) if touches else random.uniform(0.03, 0.45))
            lines = marks.closing(random, x, style.blobs)
            if not marks.is_bare_slash(lines):
                written.lines += lines
        if random.random() < 0.08:
            written.lines += marks.opening(random, -random.uniform(0.15, 0.6))

    def _ink(self, written: Written, style: HandStyle, digits_right: float, whole: bool) -> tuple[Ink, Box]:
        """Put the writing on a canvas: slanted, along its line, with the pen's width and edge.

        Args:
            written: the string.
            style: of the string.
            digits_right: where its digits end, in digit heights; marks may stand beyond.
            whole: whether the box holds all of it.

        Returns:
            As `write`.
        """
        height = style.height_px
        slant = 0.0 if style.raster else style.slant  # a canvas with images is slanted as a whole
        shear = np.array([[1.0, style.skew], [-slant, 1.0]])
        # The sheared writing's corner, in digit heights, and the size of the canvas in px.
        left, top, right, bottom = written.extent(style.height_px)
        corners = np.array([[x, y] for x in (left, right) for y in (top, bottom)]) @ shear
        origin = corners.min(axis=0) - _MARGIN
        columns, rows = np.ceil((corners.max(axis=0) + _MARGIN - origin) * height).astype(int).tolist()
        canvas = self._canvas(written, style, shear, origin, (rows, columns))
        # The box: often without what stands before the digits, sometimes without what stands behind.
        far_right = right if whole or self.random.random() < 0.75 else digits_right
        near_left = left if whole or self.random.random() < 0.5 else 0.0
        text = np.array([[near_left, 0.0], [near_left, 1.0], [far_right, 0.0], [far_right, 1.0]]) @ shear
        low, high = (text.min(axis=0) - origin) * height, (text.max(axis=0) - origin) * height
        box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        if style.raster:
            canvas, box = slanted(canvas, box, style.slant)
        return edged(canvas, style), box

    def _canvas(
        self,
        written: Written,
        style: HandStyle,
        shear: NDArray[np.float64],
        origin: NDArray[np.float64],
        shape: tuple[int, int],
    ) -> Ink:
        """Draw the lines and paste the images: uint8 of that shape.

        Args:
            written: the string, in digit heights.
            style: of the string.
            shear: float64 [2, 2], applied to points (x, y) from the right.
            origin: float64 [2], the sheared point that comes to lie in the canvas's corner.
            shape: rows and columns of the canvas.
        """
        height = style.height_px
        if written.lines:
            points = (np.concatenate(written.lines) @ shear - origin) * height
            nib = Nib(style.pen * height, style.swell, style.skips)
            canvas = self.pen.draw(split_like(points, written.lines), shape, nib)
        else:
            canvas = np.zeros(shape, np.uint8)
        for x, y, image in written.images:
            column, row = ((np.array([x, y]) @ shear - origin) * height).astype(int).tolist()
            view = canvas[row : row + image.shape[0], column : column + image.shape[1]]
            np.maximum(view, image[: view.shape[0], : view.shape[1]], out=view)
        return canvas
