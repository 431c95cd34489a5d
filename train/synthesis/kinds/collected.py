"""Fields of what people wrote: recorded pen strokes, and words of recorded capitals beside numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from train.data.recorded import Recorded
from train.data.target import SEEN, Target
from train.synthesis.field import Field
from train.synthesis.form import Form
from train.synthesis.writing.canvas import Span
from train.synthesis.writing.handwriter import Handwriter
from train.synthesis.writing.strokes import Line
from train.synthesis.writing.style import HandStyle, School, random_style
from train.synthesis.writing.words import WordWriter

_WHOLE_NUMBER_SHARE = 0.1  # of the recorded fields: a number as it was recorded, not digits side by side
_LONGEST = 6  # digits beside words: more would rarely fit a strip
_RECORDED_SHARE = 0.5  # of the numbers beside words


class CollectedFields:
    """Writes fields with recorded strokes.

    Args:
        recorded: the strokes.
        handwriter: writes the other numbers that words stand beside.
        school: of those.
        form: what the fields are cut from.
        random: source of all draws.
    """

    def __init__(
        self, recorded: Recorded, handwriter: Handwriter, school: School, form: Form, random: np.random.Generator
    ) -> None:
        self._numbers, self._generated, self._school = recorded.numbers, handwriter, school
        self._hand = Handwriter(list(recorded.writers), random)
        self._words = WordWriter(recorded.capitals, random)
        self._form, self.random = form, random

    def recorded(self, digits: str) -> Field:
        """Make a field of recorded digits, joined and spaced anew, or of a whole recorded number.

        Args:
            digits: what is written, unless a whole number is.
        """
        random, style = self.random, self._style()
        if self._numbers and random.random() < _WHOLE_NUMBER_SHARE:
            digits, lines = self._numbers[int(random.integers(len(self._numbers)))]
            ink, box = self._hand.write_lines(lines, style, ends=True)
        else:
            ink, box = self._hand.write(digits, style, ends=True)
        return self._form.field(ink, box, style.height_px, digits, Target.with_marks(digits).text)

    def capitals(self, digits: str) -> Field:
        """Make a field of a number with handwritten words before it, behind it or on both sides.

        Args:
            digits: the number; the first six of them.
        """
        random, digits = self.random, digits[:_LONGEST]
        sides = random.random()
        before, after = sides < 0.55, sides > 0.42
        around = self._beside(before, after)
        if random.random() < _RECORDED_SHARE:
            style = self._style()
            ink, box = self._hand.write(digits, style, around=around)
        else:
            style = replace(random_style(random, digits, self._school), raster=False)
            ink, box = self._generated.write(digits, style, around=around)
        target = Target(SEEN * before + digits + SEEN * after)
        return self._form.field(ink, box, style.height_px, digits, target.text)

    def _style(self) -> HandStyle:
        """How recorded strokes are written: with any pen, at any slant, in their own shapes."""
        random = self.random
        return replace(
            random_style(random, "", self._school),
            raster=False,
            variants={},
            chains=0.0,
            slant=min(max(random.normal(0.05, 0.22), -0.3), 0.7),
            aspect=float(np.exp(random.triangular(np.log(0.75), 0.0, np.log(1.45)))),
        )

    def _beside(self, before: bool, after: bool) -> Callable[[list[Span]], list[Line]]:
        """What writes the words, once it is known where the digits are."""
        random, words = self.random, self._words
        letters, tall = words.writer(), random.uniform(0.65, 1.1)

        def around(spans: list[Span]) -> list[Line]:
            lines: list[Line] = []
            if before:
                word, wide = words.words(letters, tall)
                lines += [line + [spans[0][0] - wide - random.uniform(0.3, 1.1), 0.0] for line in word]
            if after:
                word, _ = words.words(letters, tall)
                lines += [line + [spans[-1][1] + random.uniform(0.3, 1.1), 0.0] for line in word]
            return lines

        return around
