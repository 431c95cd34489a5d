"""Handwriting in one hand and with one pen: digits as writers write them, words in fonts or strokes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from train.data.writers import Writer
from train.synthesis.pieces.address.text import Line, Token
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.capitals import Capitals
from train.synthesis.pieces.ink.faces import face, writable
from train.synthesis.pieces.ink.inked import Inked, Placed, bounds, box_quad, stacked, turned
from train.synthesis.pieces.ink.signs import sign_lines, strike_lines
from train.synthesis.writing.canvas import edged
from train.synthesis.writing.handwriter import Handwriter
from train.synthesis.writing.pen import Ink, Nib
from train.synthesis.writing.strokes import Line as PenLine
from train.synthesis.writing.style import HandStyle, random_style

_DRAWN_PX = 30.0  # digits are drawn at least so tall, and made smaller as a whole
_RUNS = re.compile(r"\d+|\s+|[^\d\s]+")
_INK = 40  # of 255: what counts for the extent of a run
CAREFUL_SHARE = 0.75  # of the hands: most people write an address so that it arrives
_CAPITALS_SHARE = 0.5  # of the hands, where strokes of capitals are known
_THICK_PEN = 0.1  # of the digit height: from here the words get thicker strokes


@dataclass(frozen=True)
class Hand:
    """A writer with a pen, the same on all of a piece.

    Attributes:
        writer: whose digits.
        style: how the digits are written.
        font: of words.
        capitals: strokes of capitals instead of the font; None = none.
        slope_deg: of the lines, down to the right.
        word_gap: between words, in digit heights.
        leading: from line to line, in digit heights.
        letter_size: height of capitals, in digit heights.
    """

    writer: Writer
    style: HandStyle
    font: Path
    capitals: Capitals | None
    slope_deg: float
    word_gap: float
    leading: float
    letter_size: float


class Scribe:
    """Writes by hand.

    Args:
        writers: whose digits are used.
        fonts: of words.
        capitals: strokes of capitals by contributor.
        random: source of all draws.
    """

    def __init__(
        self,
        writers: Sequence[Writer],
        fonts: Sequence[Path],
        capitals: dict[str, Capitals],
        random: np.random.Generator,
    ) -> None:
        self.random = random
        self._handwriter = Handwriter(list(writers), random)
        self._fonts = fonts
        self._capitals = capitals

    def hand(self) -> Hand:
        """Draw a hand with its pen."""
        random = self.random
        drawn = self._capitals and random.random() < _CAPITALS_SHARE
        style = replace(random_style(random), height_px=_DRAWN_PX, marks=0.0, skew=0.0)
        return Hand(
            self._handwriter.any_writer(),
            _careful(style) if random.random() < CAREFUL_SHARE else style,
            any_of(random, self._fonts),
            self._capitals[any_of(random, sorted(self._capitals))] if drawn else None,
            float(np.clip(random.normal(0, 1.8), -6, 6)),
            random.uniform(0.35, 0.75),
            random.uniform(1.55, 2.3),
            random.uniform(0.8, 1.1),
        )

    def line(self, line: Line, hand: Hand, digit_px: float) -> tuple[Inked, float]:
        """Write a line.

        Args:
            line: of text.
            hand: whose.
            digit_px: height of the digits.

        Returns:
            The layer, cut to the ink, and where the line is below its top.
        """
        drawn, base = self._line(line, hand)
        scale = digit_px / _DRAWN_PX
        size = (max(1, round(drawn.size[0] * scale)), max(1, round(drawn.size[1] * scale)))
        ink = cv2.resize(drawn.ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        numbers = tuple(replace(n, quad=n.quad * scale) for n in drawn.numbers)
        return Inked(np.asarray(ink, np.uint8), tuple(q * scale for q in drawn.lines), numbers), base * scale

    def block(self, lines: Sequence[Line], hand: Hand, digit_px: float) -> Inked:
        """Write lines below each other, each a little in or out and sloping as the hand does."""
        laid = []
        for number, text in enumerate(lines):
            part, base = self.line(text, hand, digit_px)
            indent, drift = self.random.normal(0, 0.2, 2)
            laid.append((part, indent * digit_px, (number * hand.leading + 0.3 * drift) * digit_px - base))
        return turned(stacked(laid), hand.slope_deg)

    def _line(self, line: Line, hand: Hand) -> tuple[Inked, float]:
        """A line with digits _DRAWN_PX tall, and its baseline."""
        pen = 0.0
        parts: list[tuple[Inked, float, float]] = []
        placed: list[tuple[Token, tuple[float, float, float, float]]] = []
        for token in line:
            boxes = []
            for run in _RUNS.findall(token.text):
                if run.isspace():
                    pen += len(run) * (hand.word_gap if not token.kind else 0.7 * hand.word_gap) * _DRAWN_PX
                    continue
                ink, base = self._run(run, hand)
                parts.append((Inked(ink), pen, -base))
                boxes.append(box_quad(pen, -base, pen + ink.shape[1], ink.shape[0] - base))
                pen += ink.shape[1] + max(hand.style.gap, 0.06) * _DRAWN_PX
            if boxes and token.kind:
                placed.append((token, bounds(boxes)))
            if boxes and token.kind == "struck":
                ink, left, top = self._strike(bounds(boxes), hand)
                parts.append((Inked(ink), left, top))
        if not parts:
            return Inked(np.zeros((1, 1), np.uint8)), 0.0
        left, top = min(x for _, x, _ in parts), min(y for _, _, y in parts)
        whole = stacked(parts)
        numbers = tuple(Placed(token, box_quad(*box) - [left, top], hand=True) for token, box in placed)
        return Inked(whole.ink, (box_quad(0, 0, *whole.size),), numbers), -top

    def _run(self, run: str, hand: Hand) -> tuple[Ink, float]:
        """Characters without a space between them: the ink cut to its extent, and the baseline below its top."""
        if run[0].isdigit():
            ink, (_, _, _, bottom) = self._handwriter.write(run, hand.style, writer=hand.writer)
            return _cut(ink, float(bottom))
        signs = sign_lines(run, self.random)
        if signs is not None:
            return self._drawn(signs, hand, size=1.0)
        if hand.capitals is not None:
            letters = self._letters(run, hand.capitals)
            return self._drawn(letters, hand, hand.letter_size) if letters else (np.zeros((1, 1), np.uint8), 0.0)
        return self._word(run, hand)

    def _letters(self, run: str, capitals: Capitals) -> list[PenLine]:
        """The lines of a word in capitals, one unit high, what has no capital left out or a sign."""
        lines: list[PenLine] = []
        pen = 0.0
        for char in _bare(run):
            if char in capitals:
                shape = any_of(self.random, capitals[char])
            else:
                shape = sign_lines(char, self.random) or [np.array([[0.0, 1.0], [0.02, 0.95]])]
            right = max(float(part[:, 0].max()) for part in shape)
            lines += [part + [pen, 0.0] for part in shape]
            pen += right + self.random.uniform(0.1, 0.25)
        return lines

    def _drawn(self, lines: list[PenLine], hand: Hand, size: float) -> tuple[Ink, float]:
        """Lines of the hand's pen, as a run.

        Args:
            lines: from 0, the top, to 1, the baseline.
            hand: whose pen and slant.
            size: of one unit, in digit heights.
        """
        style, unit = hand.style, size * _DRAWN_PX
        slant = np.array([[1.0, 0.0], [-style.slant, 1.0]])
        points = [part @ slant * unit for part in lines]
        low = np.concatenate(points).min(axis=0) - 6
        high = np.concatenate(points).max(axis=0) + 6
        shape = (int(np.ceil(high[1] - low[1])), int(np.ceil(high[0] - low[0])))
        nib = Nib(style.pen * _DRAWN_PX, style.swell, style.skips)
        ink = self._handwriter.pen.draw([part - low for part in points], shape, nib)
        return _cut(edged(ink, style), float(unit - low[1]))

    def _word(self, run: str, hand: Hand) -> tuple[Ink, float]:
        """A word in the hand's font."""
        text = writable(hand.font, run)
        mask, (_, top) = face(hand.font, hand.letter_size * _DRAWN_PX).getmask2(text, mode="L", anchor="ls")
        width, height = mask.size
        if not width or not height:
            return np.zeros((1, 1), np.uint8), 0.0
        ink = np.array(mask, np.uint8).reshape(height, width)
        if hand.style.pen > _THICK_PEN:
            ink = np.asarray(cv2.dilate(np.pad(ink, 1), np.ones((2, 2), np.uint8)), np.uint8)
        return ink, float(-top)

    def _strike(self, box: tuple[float, float, float, float], hand: Hand) -> tuple[Ink, float, float]:
        """Lines through a number: the ink, and its left and top."""
        left, top, right, bottom = box
        lines = strike_lines(self.random, right - left, bottom - top)
        room = 12
        shape = (int(bottom - top) + 2 * room, int(right - left) + 2 * room)
        nib = Nib(1.2 * hand.style.pen * _DRAWN_PX, hand.style.swell, 0.0)
        ink = self._handwriter.pen.draw([part + room for part in lines], shape, nib)
        return edged(ink, hand.style), left - room, top - room


def _careful(style: HandStyle) -> HandStyle:
    """A style with its digits apart, of like size and on their line."""
    return replace(
        style,
        slant=min(max(style.slant, -0.2), 0.45),
        slant_jitter=min(style.slant_jitter, 0.05),
        aspect=min(max(style.aspect, 0.75), 1.4),
        size_jitter=min(style.size_jitter, 0.08),
        drift=min(style.drift, 0.05),
        gap=max(style.gap, 0.08),
        gap_jitter=min(style.gap_jitter, 0.05),
        pen=min(style.pen, 0.13),
        skips=min(style.skips, 0.2),
        bend=min(style.bend, 0.02),
        ligatures=min(style.ligatures, 0.15),
    )


def _cut(ink: Ink, base: float) -> tuple[Ink, float]:
    """Ink cut to its extent, and the baseline below the new top."""
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > _INK) for axis in (1, 0))
    if not len(rows):
        return ink, base
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], base - float(rows[0])


def _bare(text: str) -> str:
    """Text in capitals without accents."""
    return unicodedata.normalize("NFKD", text.upper()).encode("ascii", "ignore").decode()
