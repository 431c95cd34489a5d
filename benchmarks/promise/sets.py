"""Sets of text fields, each with the codes to find in it: real ones, and drawn ones that hold no such code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.no_code.drawn import CUT, STACKED, FieldDrawer
from benchmarks.no_code.numbers import KINDS
from train.data.collections import Collections
from train.data.labelled import MNIST_FIELD_PX, USPS_FIELD_PX, pasted, read_labels, read_usps
from train.data.mnist import Digits
from train.data.target import SEEN
from train.data.writers import Writer
from train.synthesis.field import Field
from train.synthesis.generator import FieldGenerator
from train.synthesis.kinds.struck import StruckFields
from train.synthesis.mix import SECOND
from train.synthesis.writing.handwriter import Handwriter
from train.synthesis.writing.style import SCHOOLS, random_style
from train.synthesis.writing.words import WordWriter

NO_DIGITS, OTHER_DIGITS = "without-digits", "other-digits"
FIVE, AMOUNT = r"\d{5}", r"\d{1,8}"
_WORDS = ("letters like digits", "letters O as zeros", "a word", "two words", "nothing but paper and lines")
_LEAST_DIGITS = 3  # of the clinic's numbers; one or two digits are what a mark looks like
_LENGTHS = (1, 2, 3, 4, 6, 7, 8)
Image = Path | NDArray[np.uint8]


@dataclass(frozen=True)
class Fields:
    """Text fields.

    Attributes:
        name: Of the set.
        images: Paths, or images uint8 [H, W].
        truths: The code of each; empty where it holds none.
        country: Whose codes are looked for.
        pattern: What is looked for where no country is named.
    """

    name: str
    images: Sequence[Image]
    truths: Sequence[str]
    country: str | None = None
    pattern: str | None = None


def folder_fields(name: str, folder: Path, country: str | None = None, pattern: str | None = None) -> Fields:
    """The fields of a folder with labels.csv."""
    labels = read_labels(folder)
    return Fields(name, [label.path for label in labels], [label.code for label in labels], country, pattern)


def single_digits(name: str, images: NDArray[np.uint8], truths: Sequence[str], field_px: tuple[int, int]) -> Fields:
    """Scanned digits, uint8 [n, h, w], ink bright, each in the middle of a field."""
    return Fields(name, [pasted(image, field_px) for image in images], truths, pattern=r"\d")


def real_fields(data: Path, apart: Collections, test: Digits) -> list[Fields]:
    """The real sets: amounts, printed lines, clinic cells and notaries' numbers kept apart, USPS's and MNIST's digits.

    Args:
        data: Folder of the data for measuring.
        apart: Strings that were kept apart from training.
        test: MNIST's test digits.
    """
    strings = apart.strings
    clinic = [i for i in range(len(strings.cuts)) if i < strings.cells and len(strings.digits[i]) >= _LEAST_DIGITS]
    notaries = range(strings.cells, len(strings.cuts))
    usps, labels = read_usps(data / "usps_digits" / "zip.train.gz")
    return [
        folder_fields("amounts", data / "check_amounts", pattern=AMOUNT),
        folder_fields("printed", data / "printed_postcode_lines", country="MY"),
        *(
            Fields(name, [strings.cuts[i].image for i in rows], [strings.digits[i] for i in rows], pattern=AMOUNT)
            for name, rows in (("clinic", clinic), ("notaries", notaries))
        ),
        single_digits("usps", usps, labels, USPS_FIELD_PX),
        single_digits("mnist", test.images, [str(int(label)) for label in test.labels], MNIST_FIELD_PX),
    ]


def without_digits(writers: list[Writer], apart: Collections, count: int, seed: int) -> Fields:
    """Fields of words, letters, blots, flourishes and blank forms, read with FIVE.

    Args:
        writers: Who wrote nothing that was trained on.
        apart: Recorded capitals of such writers.
        count: Of the fields.
        seed: Of all draws.
    """
    generator = FieldGenerator(writers, seed, mix=SECOND, collections=apart)
    struck, drawer = _struck(generator, seed), FieldDrawer()
    images: list[NDArray[np.uint8]] = []
    for i in range(count):
        kind = i % 9
        if kind < len(_WORDS):
            images.append(drawer.field(_WORDS[kind], seed, i)[0])
        elif kind < 7:
            images.append(_words(apart, generator))
        else:
            images.append((struck.flourish() if kind == 7 else generator.empty()).image)
    return Fields(NO_DIGITS, images, [""] * count, pattern=FIVE)


def other_digits(writers: list[Writer], apart: Collections, count: int, seed: int) -> Fields:
    """Fields with digits that are no code of five: other lengths, dates, telephone numbers, prices, struck out, cut.

    Codes that stand upside down are among them; those are right when they are read as what they are.

    Args:
        writers: Who wrote nothing that was trained on.
        apart: As for `without_digits`.
        count: Of the fields.
        seed: Of all draws.
    """
    generator = FieldGenerator(writers, seed + 1, mix=SECOND, collections=apart)
    random = generator.random
    struck, drawer = _struck(generator, seed + 1), FieldDrawer()
    kinds = [kind for kind in KINDS if kind not in _WORDS and kind not in (CUT, STACKED)]

    def number(length: int) -> str:
        return "".join(str(digit) for digit in random.integers(0, 10, length))

    def by_hand(_: int) -> Field:
        return generator.handwritten(number(int(random.choice(_LENGTHS))))

    images: list[NDArray[np.uint8]] = []
    truths = [""] * count
    for i in range(count):
        if i % 5 == 0:
            images.append(by_hand(i).image)
        elif i % 5 == 1:
            images.append(struck.struck(number(5)).image)
        elif i % 5 == 2:
            truths[i] = number(5)
            images.append(np.ascontiguousarray(generator.handwritten(truths[i]).image[::-1, ::-1]))
        else:
            images.append(drawer.field(kinds[i // 5 * 2 % len(kinds) - (i % 5 == 4)], seed, i)[0])
    return Fields(OTHER_DIGITS, images, truths, pattern=FIVE)


def _struck(generator: FieldGenerator, seed: int) -> StruckFields:
    """What strikes numbers out, with the generator's writers and forms."""
    return StruckFields(generator.handwriter, SCHOOLS[SECOND.school], generator.form, np.random.default_rng(seed))


def _words(apart: Collections, generator: FieldGenerator) -> NDArray[np.uint8]:
    """A field of one or two words of recorded capitals."""
    random = generator.random
    writer = WordWriter(apart.recorded.capitals, random)
    style = replace(random_style(random, "", SCHOOLS[SECOND.school]), raster=False)
    lines, _ = writer.words(writer.writer(), 1.0)
    ink, box = Handwriter(list(apart.recorded.writers), random).write_lines(lines, style, ends=True)
    return generator.form.field(ink, box, style.height_px, "", SEEN).image
