"""Fields of digits of one writer: MNIST's images set side by side, pushed together, or put on difficult paper.

The digits are the images themselves, no traced strokes. Three kinds, each with its recipe below: clean, touching, hard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.mnist import Digits
from train.synthesis.paper import Paper
from train.synthesis.writing import marks
from train.synthesis.writing.pen import Nib, Pen

Gray = NDArray[np.uint8]
DIGITS = 5
KINDS = ("clean", "touching", "hard")
_INK = 64  # of 255: what is darker is a stroke and no soft edge of one
_MNIST_BODY_PX = 20  # height of the box into which MNIST's digits were fitted
_CLEAN_GAPS_PX = (3, 8)
_CLEAN_MARGIN_PX = 6
_HIDDEN = 0.45  # share of the narrower digit that its neighbour may cover at most


@dataclass(frozen=True)
class StringField:
    """A field of five digits.

    Attributes:
        image: uint8 [H, W], dark on light.
        digits: What is written.
        writer: Who wrote them.
        joins: How many of the four pairs of neighbours have ink that meets.
    """

    image: Gray
    digits: str
    writer: int
    joins: int


@dataclass(frozen=True)
class Style:
    """How one string is written.

    Attributes:
        height_px: Body height of its digits.
        slant: Shear of its digits.
        aspect: Width of its digits over MNIST's.
        sizes: Spread of the digits' sizes, of their logarithm.
        slants: Spread of their slants.
        drift: Spread of their heights on the line, in digit heights.
        overlap: Range from which each pair draws how far it is pushed together beyond the first contact, in digit
            heights; negative leaves a gap.
    """

    height_px: float
    slant: float
    aspect: float
    sizes: float
    slants: float
    drift: float
    overlap: tuple[float, float]


@dataclass(frozen=True)
class Ink:
    """Digits on a line.

    Attributes:
        ink: uint8 [H, W], bright on 0.
        box: Left, top, right and bottom of the ink.
        joins: How many pairs of neighbours meet.
    """

    ink: Gray
    box: tuple[int, int, int, int]
    joins: int


class StringMaker:
    """Draws strings of digits, each of one writer; the same seed gives the same strings."""

    def __init__(self, digits: Digits, seed: int) -> None:
        self._digits = digits
        self._random = np.random.default_rng(seed)
        # Paper and pen have a randomness of their own: a change of the generator leaves digits and shapes alone.
        own = np.random.default_rng((seed, 1))
        self._paper, self._pen = Paper(own), Pen(own)

    def make(self, kind: str) -> StringField:
        """The next string of one of KINDS."""
        makers: dict[str, Callable[[], StringField]] = {
            "clean": self.clean,
            "touching": self.touching,
            "hard": self.hard,
        }
        return makers[kind]()

    def clean(self) -> StringField:
        """MNIST's images, untouched, cut to their ink at the sides, 3 to 8 px apart on white."""
        rows = self._rows()
        parts = [np.zeros((self._digits.images.shape[1], _CLEAN_MARGIN_PX), np.uint8)]
        for place, row in enumerate(rows):
            gap_px = int(self._random.integers(_CLEAN_GAPS_PX[0], _CLEAN_GAPS_PX[1] + 1))
            last = place == len(rows) - 1
            parts += [_cut_sides(self._digits.images[row])]
            parts += [np.zeros((parts[0].shape[0], _CLEAN_MARGIN_PX if last else gap_px), np.uint8)]
        ink = np.pad(np.concatenate(parts, axis=1), ((2, 2), (0, 0)))
        return self._field(np.asarray(255 - ink, np.uint8), rows, 0)

    def touching(self) -> StringField:
        """Neighbours pushed against and into each other, light slant and light differences of size, black on white."""
        style = Style(
            height_px=2 * _MNIST_BODY_PX,
            slant=float(np.clip(self._random.normal(0, 0.12), -0.3, 0.3)),
            aspect=1.0,
            sizes=0.05,
            slants=0.04,
            drift=0.03,
            overlap=(-0.05, 0.18),
        )
        rows = self._rows()
        line = self._line(rows, style)
        left, top, right, bottom = line.box
        ink = line.ink[max(0, top - 8) : bottom + 8, max(0, left - 12) : right + 12]
        return self._field(np.asarray(255 - ink, np.uint8), rows, line.joins)

    def hard(self) -> StringField:
        """As `touching`, slanted, drifting and of unequal size, on the paper of the training generator.

        Marks after the number, ruled lines, postmarks, backgrounds, uneven light, blur, noise and JPEG are its own.
        """
        random = self._random
        style = Style(
            height_px=random.uniform(24, 44),
            slant=float(np.clip(random.normal(0.15, 0.25), -0.3, 0.8)),
            aspect=float(np.exp(random.uniform(np.log(0.75), np.log(1.4)))),
            sizes=0.12,
            slants=0.08,
            drift=0.07,
            overlap=(-0.1, 0.15),
        )
        rows = self._rows()
        line = self._line(rows, style)
        ink, box = self._closed(line, style.height_px)
        self._paper.rule(ink, box)
        if random.random() < 0.05:
            self._paper.postmark(ink)
        photo = self._paper.photograph(self._cropped(ink, box), printed=False)
        return self._field(photo, rows, line.joins)

    def _rows(self) -> NDArray[np.intp]:
        """Rows of five different digits of one writer; a writer comes as often as he has digits."""
        writer = self._digits.writers[int(self._random.integers(len(self._digits.writers)))]
        own = np.flatnonzero(self._digits.writers == writer)
        return self._random.choice(own, DIGITS, replace=False)

    def _field(self, image: Gray, rows: NDArray[np.intp], joins: int) -> StringField:
        digits = "".join(str(label) for label in self._digits.labels[rows])
        return StringField(np.ascontiguousarray(image), digits, int(self._digits.writers[rows[0]]), joins)

    def _line(self, rows: NDArray[np.intp], style: Style) -> Ink:
        shapes = [_cut_sides(self._shaped(self._digits.images[row], style)) for row in rows]
        lefts = [0]
        for before, after in pairwise(shapes):
            pushed = self._random.uniform(*style.overlap) * style.height_px
            hidden = _HIDDEN * min(before.shape[1], after.shape[1])
            step = contact_px(before, after) - pushed
            lefts.append(lefts[-1] + round(max(step, before.shape[1] - hidden)))
        return _joined(shapes, lefts, margin_px=round(style.height_px))

    def _shaped(self, image: Gray, style: Style) -> Gray:
        """One digit at its size, slant and place on the line, on a sheet as high as those of its neighbours."""
        random = self._random
        size = style.height_px / _MNIST_BODY_PX * float(np.exp(random.normal(0, style.sizes)))
        slant = style.slant + random.normal(0, style.slants)
        middle = image.shape[0] / 2
        tall, wide = round(2.6 * style.height_px), round((2.2 * style.aspect + 2.6 * abs(slant)) * style.height_px)
        # The slant turns about the middle, so that the digit stays on its sheet.
        matrix = np.array(
            [
                [size * style.aspect, -slant * size, wide / 2 - size * style.aspect * middle + slant * size * middle],
                [0.0, size, tall / 2 - size * middle + random.normal(0, style.drift) * style.height_px],
            ]
        )
        return np.asarray(cv2.warpAffine(image, matrix, (wide, tall), flags=cv2.INTER_CUBIC), np.uint8)

    def _closed(self, line: Ink, height_px: float) -> tuple[Gray, tuple[int, int, int, int]]:
        """The line with what people write after a number, in three of ten strings."""
        left, top, right, bottom = line.box
        if self._random.random() >= 0.3:
            return line.ink, line.box
        strokes = marks.closing(self._random, self._random.uniform(0.15, 0.5))
        if marks.is_bare_slash(strokes):
            return line.ink, line.box
        room = round(1.5 * height_px)
        ink = np.pad(line.ink, ((0, 0), (0, room)))
        placed = [stroke * (bottom - top) + [right, top] for stroke in strokes]
        drawn = self._pen.draw(placed, (ink.shape[0], ink.shape[1]), Nib(0.09 * height_px))
        ends = max(float(stroke[:, 0].max()) for stroke in placed)
        return np.maximum(ink, drawn), (left, top, min(int(ends), ink.shape[1]), bottom)

    def _cropped(self, ink: Gray, box: tuple[int, int, int, int]) -> Gray:
        """The writing with some paper around it, as locators cut it out."""
        left, top, right, bottom = box
        spare = (self._random.uniform(0.05, 0.4, 4) * (bottom - top)).astype(int).tolist()
        return np.ascontiguousarray(
            ink[max(0, top - spare[0]) : bottom + spare[1], max(0, left - spare[2]) : right + spare[3]]
        )


def contact_px(before: Gray, after: Gray) -> int:
    """How far right of the left edge of `before` that of `after` lies when their strokes first meet.

    Args:
        before: The left digit, uint8 [H, W].
        after: The right digit, uint8 [H, W] of the same height.

    Returns:
        Distance in px; the width of `before` where no row holds ink of both.
    """
    # In each row [H], the last column of the one's strokes and the first of the other's.
    ends = _reach(before)
    starts = after.shape[1] - 1 - _reach(after[:, ::-1])
    shared = (ends >= 0) & (starts < after.shape[1])
    return int((ends - starts)[shared].max()) + 1 if shared.any() else before.shape[1]


def _reach(ink: Gray) -> NDArray[np.int64]:
    """The last column with a stroke in each row or a neighbouring row, -1 for none: int64 [H]."""
    stroke = cv2.dilate((ink > _INK).astype(np.uint8), np.ones((3, 1), np.uint8)) > 0
    return np.where(stroke.any(axis=1), ink.shape[1] - 1 - stroke[:, ::-1].argmax(axis=1), -1).astype(np.int64)


def _cut_sides(image: Gray) -> Gray:
    used = np.flatnonzero(image.max(axis=0))
    return image[:, used[0] : used[-1] + 1]


def _joined(shapes: Sequence[Gray], lefts: Sequence[int], margin_px: int) -> Ink:
    """Lay shapes (uint8 [H, W] of one height) over each other at their columns, and count the pairs that meet."""
    height = shapes[0].shape[0]
    width = max(left + shape.shape[1] for left, shape in zip(lefts, shapes, strict=True))
    sheets = np.zeros((len(shapes), height, width + 2 * margin_px), np.uint8)
    for sheet, left, shape in zip(sheets, lefts, shapes, strict=True):
        sheet[:, margin_px + left : margin_px + left + shape.shape[1]] = shape
    # Pairs meet where the strokes of one, grown by a pixel, cover strokes of the next: [pieces, H, W].
    strokes = (sheets > _INK).astype(np.uint8)
    grown = [cv2.dilate(stroke, np.ones((3, 3), np.uint8)) for stroke in strokes]
    joins = sum(bool((one & other).any()) for one, other in zip(grown, strokes[1:], strict=False))
    ink = sheets.max(axis=0)
    rows, cols = np.flatnonzero(ink.max(axis=1) > _INK), np.flatnonzero(ink.max(axis=0) > _INK)
    return Ink(ink, (int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1), joins)
