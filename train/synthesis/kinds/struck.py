"""Fields with ink that must not be read: struck-out numbers and digits, blots, rings and flourishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from train.data.target import SEEN, Target
from train.synthesis.field import Field
from train.synthesis.form import Form
from train.synthesis.writing import rubbish
from train.synthesis.writing.canvas import Span
from train.synthesis.writing.handwriter import Around, Handwriter
from train.synthesis.writing.strokes import Line
from train.synthesis.writing.style import HandStyle, School, random_style


class StruckFields:
    """Writes fields with rubbish.

    Args:
        handwriter: writes the numbers.
        school: of the writers.
        form: what the fields are cut from.
        random: source of all draws.
    """

    def __init__(self, handwriter: Handwriter, school: School, form: Form, random: np.random.Generator) -> None:
        self._handwriter, self._school, self._form, self.random = handwriter, school, form, random

    def field(self, digits: Callable[[], str]) -> Field:
        """Make a field of any of these kinds.

        Args:
            digits: draws a number.
        """
        kind = self.random.random()
        if kind < 0.3:
            return self.struck(digits())
        if kind < 0.5:
            return self.corrected(digits()[:5], digits()[:6])
        if kind < 0.7:
            return self.canceled(digits())
        return self.ringed(digits()) if kind < 0.85 else self.flourish()

    def struck(self, digits: str) -> Field:
        """Make a field of a number that is struck out: nothing can be read."""
        return self._written(digits, lambda spans: rubbish.strike(self.random, spans[0][0], spans[-1][1]), "", SEEN)

    def corrected(self, wrong: str, right: str) -> Field:
        """Make a field of a number struck out, and the one that is meant behind it."""

        def around(spans: list[Span]) -> list[Line]:
            return rubbish.strike(self.random, spans[0][0], spans[len(wrong) - 1][1] - 0.25)

        return self._written(wrong + right, around, right, SEEN + right)

    def canceled(self, digits: str) -> Field:
        """Make a field of a number one of whose digits is illegible, or with a blot at an end."""
        random, place = self.random, int(self.random.integers(len(digits)))
        if random.random() < 0.3:
            x, size = random.uniform(0.15, 0.6), random.uniform(0.15, 0.45)
            left = random.random() < 0.5

            def spilt(spans: list[Span]) -> list[Line]:
                end = spans[0][0] - x - size if left else spans[-1][1] + x + size
                return rubbish.blot(random, end, random.uniform(0.3, 0.7), size)

            return self._written(digits, spilt, digits, SEEN + digits if left else digits + SEEN)
        symbols = digits[:place] + SEEN + digits[place + 1 :]
        return self._written(
            digits, lambda spans: rubbish.cancel(random, *spans[place]), Target(symbols).digits, symbols
        )

    def ringed(self, digits: str) -> Field:
        """Make a field of a number with a ring around it, which does not hinder reading."""
        target = Target.with_marks(digits).text
        return self._written(digits, lambda spans: rubbish.ring(self.random, spans[0][0], spans[-1][1]), digits, target)

    def flourish(self) -> Field:
        """Make a field of what is no writing."""
        style = self._style("")
        ink, box = self._handwriter.write_lines(rubbish.flourish(self.random), style)
        return self._form.field(ink, box, style.height_px, "", SEEN)

    def _written(self, written: str, around: Around, digits: str, target: str) -> Field:
        """A field of digits with rubbish drawn by the same pen.

        Args:
            written: what is written.
            around: draws the rubbish.
            digits: that can be read.
            target: of the field.
        """
        style = self._style(written)
        ink, box = self._handwriter.write(written, style, around=around)
        return self._form.field(ink, box, style.height_px, digits, target)

    def _style(self, digits: str) -> HandStyle:
        style = random_style(self.random, digits, self._school)
        return replace(style, raster=False, chains=0.0, marks=0.0, gap=max(style.gap, 0.0))
