"""The generator of text fields: images of one line of writing with what a reader should make of it.

A target is a string over the digits and two marks: `#` is rubbish that must be seen as such (letters, words, a word
space between printed numbers), `~` at an end is where rubbish may or may not be (a stray mark, a currency sign).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import BODY_HEIGHT_PX
from device_runtime.image.normalize import normalize
from train.data.collections import Collections
from train.data.target import SEEN, Target
from train.data.writers import Writer
from train.synthesis.field import Field, negative, seen
from train.synthesis.form import Form
from train.synthesis.kinds.boxed import BoxedFields
from train.synthesis.kinds.collected import CollectedFields
from train.synthesis.kinds.rephotograph import Rephotographer
from train.synthesis.kinds.struck import StruckFields
from train.synthesis.mix import KINDS, REST, SHIPPED, Mix
from train.synthesis.paper import Paper
from train.synthesis.writing.canvas import Box
from train.synthesis.writing.fonts import HAND_FAMILIES, PRINT_FAMILIES, find_fonts
from train.synthesis.writing.handwriter import Handwriter
from train.synthesis.writing.pen import Ink
from train.synthesis.writing.style import SCHOOLS, random_style
from train.synthesis.writing.typeset import Typesetter, margin_px, random_line, random_word

LENGTH_SHARES = np.array([0.06, 0.06, 0.11, 0.19, 0.29, 0.14, 0.08, 0.04, 0.03])  # of 1 to 9 digits
MAX_STRIP_WIDTH_PX = 336
_LENGTHS = LENGTH_SHARES[:-1].cumsum()
_LONGEST_LINE = 26  # characters; more would rarely fit


def shifted(pixels: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Move a strip up to 2 px up or down: where the device's measure of the line might have put it.

    Args:
        pixels: uint8 [32, W].
        random: source of the draw.
    """
    rows = int(random.integers(-2, 3))
    if rows:
        pixels = np.roll(pixels, rows, axis=0)
        pixels[slice(0, rows) if rows > 0 else slice(rows, None)] = 0
    return pixels


class FieldGenerator:
    """An endless supply of fields, the same for the same seed.

    Args:
        writers: whose digits are written.
        seed: of all draws.
        fonts: files of print and of handwriting fonts; those that are installed otherwise.
        mix: what kinds of fields there are.
        collections: what people wrote, for the mixes that need it.

    Raises:
        PosteyeError: no font is installed.
        ValueError: the mix needs collections, and there are none.
    """

    def __init__(
        self,
        writers: list[Writer],
        seed: int,
        fonts: tuple[list[Path], list[Path]] | None = None,
        mix: Mix = SHIPPED,
        collections: Collections | None = None,
    ) -> None:
        self.random = random = np.random.default_rng(seed)
        print_fonts, hand_fonts = fonts or (find_fonts(PRINT_FAMILIES), find_fonts(HAND_FAMILIES))
        self.handwriter = Handwriter(writers, random)
        self.typesetter = Typesetter(print_fonts, random)
        self.script_typesetter = Typesetter(hand_fonts, random)
        self.paper = Paper(random)
        self.form = Form(self.paper, self.script_typesetter, random)
        self._mix, self._school = mix, SCHOOLS[mix.school]
        makers: dict[str, Callable[[], Field]] = {
            "empty": self.empty,
            "printed": self.printed,
            "words": lambda: self.handwritten(with_words=True),
            "plain": self.plain,
            "handwritten": self.handwritten,
        }
        if mix.collected:
            if collections is None:
                raise ValueError(f"the mix {mix.name} needs collections")
            collected = CollectedFields(collections.recorded, self.handwriter, self._school, self.form, random)
            makers["real"] = Rephotographer(collections.strings, self.paper, random).field
            makers["recorded"] = lambda: collected.recorded(self.random_digits())
            makers["capitals"] = lambda: collected.capitals(self.random_digits())
        struck = StruckFields(self.handwriter, self._school, self.form, random)
        makers["struck"] = lambda: struck.field(self.random_digits)
        boxed = BoxedFields(self.handwriter, self._school, self.paper, random)
        makers["boxed"] = lambda: boxed.field(self.random_digits())
        self._makers = makers
        self._bounds = np.cumsum(mix.shares)

    def strip(self) -> tuple[NDArray[np.uint8], str]:
        """Make a field and normalise it as on the device.

        Returns:
            Pixels, uint8 [32, W], W at most MAX_STRIP_WIDTH_PX, and the target.
        """
        random = self.random
        while True:
            field = self.field()
            ink = seen(field) if self._mix.device_way else field.image
            if ink is None:
                continue
            strip = normalize(ink, BODY_HEIGHT_PX * random.uniform(0.88, 1.14))
            pixels = strip.pixels
            if pixels.shape[1] > MAX_STRIP_WIDTH_PX or (field.least_px and not strip.has_ink):
                continue
            if pixels.shape[1] < field.least_px:
                continue
            return shifted(pixels, random), field.target if strip.has_ink else ""

    def field(self) -> Field:
        """Make one field of a random kind."""
        kind = int(self._bounds.searchsorted(self.random.random()))
        field = self._makers[(*KINDS, REST)[kind]]()
        if self._mix.light and field.image.ndim == 2 and self.random.random() < self._mix.light:
            return negative(field, self.random)
        return field

    def random_digits(self) -> str:
        """Draw 1 to 9 digits; they end in repeated digits more often than chance, as amounts and codes do."""
        random = self.random
        length = int(_LENGTHS.searchsorted(random.random())) + 1
        digits = [str(d) for d in random.integers(0, 10, length)]
        if random.random() < 0.25:
            tail = int(random.integers(1, length + 1))
            digits[length - tail :] = ["0" if random.random() < 0.7 else digits[-1]] * tail
        return "".join(digits)

    def plain(self) -> Field:
        """Make a field of one digit, sometimes two or three, as scanned: hardly disturbed and with room around."""
        random = self.random
        digits = "".join(
            str(d) for d in random.integers(0, 10, 1 + int(random.random() < 0.25) * random.integers(1, 3))
        )
        style = replace(random_style(random, ""), raster=True, slant=float(random.normal(0, 0.08)), marks=0.0, skew=0.0)
        style = replace(style, aspect=random.uniform(0.88, 1.14), gap=random.uniform(0.1, 0.6), gap_jitter=0.0)
        style = replace(style, small_zeros=False, tall_ones=1.0, hanging=0.0, slant_jitter=0.04, drift=0.02)
        style = replace(style, blur_px=random.uniform(0.3, 0.9), level=random.uniform(0.4, 0.55), size_jitter=0.04)
        ink, (left, top, right, bottom) = self.handwriter.write(digits, style)
        margin = (bottom - top) * random.uniform(0.05, 0.35)
        ink = ink[
            max(0, int(top - margin)) : int(bottom + margin), max(0, int(left - 2 * margin)) : int(right + 2 * margin)
        ]
        image = self.paper.photograph(ink, printed=True) if random.random() < 0.5 else np.asarray(255 - ink, np.uint8)
        return Field(image, digits, digits)

    def handwritten(self, digits: str | None = None, with_words: bool = False) -> Field:
        """Make a field with a handwritten string, with what stands around such strings on forms and envelopes.

        Args:
            digits: what is written; random digits otherwise.
            with_words: whether words stand beside them.
        """
        random = self.random
        digits = self.random_digits() if digits is None else digits
        style = random_style(random, digits, self._school)
        ink, box = self.handwriter.write(digits, style, ends=not with_words)
        target = Target.with_marks(digits)
        if with_words:
            ink, box, target = self._add_words(ink, box, digits, style.height_px)
        return self.form.field(ink, box, style.height_px, digits, target.text)

    def printed(self) -> Field:
        """Make a field with a printed code, alone or inside a line of other text."""
        random = self.random
        digits = self.random_digits() if random.random() < 0.35 else "".join(str(d) for d in random.integers(0, 10, 5))
        if random.random() < 0.3:
            zeros = int(random.integers(1, 3))
            digits = digits[:-zeros] + "0" * min(zeros, len(digits))
        text = random_line(random, digits)
        while len(text) > _LONGEST_LINE:
            text = random_line(random, digits)
        height = random.uniform(16, 40)
        ink = self.typesetter.set_line(text, height)
        target = Target.of_line(text).text
        margin = margin_px(height)
        box = (margin, margin, ink.shape[1] - margin, ink.shape[0] - margin)
        ink = self._turn(self.paper.wear(ink, height), random.normal(0, 0.012))
        if random.random() < 0.3:
            self.form.neighbor_lines(self.typesetter, ink, box, height)
        return Field(self.paper.photograph(self.form.crop(ink, box), printed=True), digits, target)

    def empty(self) -> Field:
        """Make a field without digits: words, or nothing but paper and lines."""
        random = self.random
        height = random.uniform(20, 44)
        if random.random() < 0.7:
            setter = self.typesetter if random.random() < 0.5 else self.script_typesetter
            ink, target = setter.set_line(random_word(random), height), Target(SEEN)
        else:
            ink = np.zeros((int(2 * height), int(random.uniform(2, 8) * height)), np.uint8)
            target = Target.with_marks("")
        margin = margin_px(height)
        box = (margin, margin // 2, ink.shape[1] - margin, ink.shape[0] - margin // 2)
        self.paper.rule(ink, box)
        return Field(self.paper.photograph(self.form.crop(ink, box), printed=False), "", target.text)

    def _add_words(self, ink: Ink, box: Box, digits: str, height: float) -> tuple[Ink, Box, Target]:
        """Set handwritten words before or after the digits, on the same line.

        Args:
            ink: uint8 [H, W], with the digits.
            box: around the digits.
            digits: what they are.
            height: of the digits in px.

        Returns:
            The ink, uint8 [H, W'], the box around digits and words, and the target.
        """
        random = self.random
        before, after = random.random() < 0.35, random.random() < 0.8
        parts, symbols = [ink[:, box[0] : box[2]]], digits
        gap = np.zeros((ink.shape[0], int(random.uniform(0.15, 0.8) * height)), np.uint8)
        for wanted, first in ((before, True), (after or not before, False)):
            if not wanted:
                continue
            tall = height * random.uniform(0.7, 1.0)
            word, margin = self.script_typesetter.set_line(random_word(random), tall), margin_px(tall)
            word = word[:, word.max(axis=0) > 0] if random.random() < 0.5 else word[:, margin:-margin]
            word = self._fit(word, ink.shape[0])
            parts = [word, gap, *parts] if first else [*parts, gap, word]
            symbols = SEEN + symbols if first else symbols + SEEN
        blank = np.zeros((ink.shape[0], box[0]), np.uint8)
        line = np.concatenate([blank, *parts, blank], axis=1)
        return line, (box[0], box[1], line.shape[1] - box[0], box[3]), Target(symbols)

    @staticmethod
    def _fit(ink: Ink, rows: int) -> Ink:
        """The ink on so many rows, in their middle."""
        spare = rows - ink.shape[0]
        if spare < 0:
            return ink[-spare // 2 : -spare // 2 + rows]
        return np.pad(ink, ((spare // 2, spare - spare // 2), (0, 0)))

    @staticmethod
    def _turn(ink: Ink, slope: float) -> Ink:
        """The ink sheared so that its line has this slope, rows down a column to the right."""
        rows, cols = ink.shape
        matrix = np.array([[1, 0, 0], [slope, 1, -slope * cols / 2]], np.float64)
        return np.asarray(cv2.warpAffine(ink, matrix, (cols, rows)), np.uint8)
