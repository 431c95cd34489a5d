"""The fields that the pair is calibrated on: of hands, pages and registers that our net was not trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from train.data.collections import Collections
from train.data.target import Target
from train.data.writers import Writer
from train.synthesis.generator import FieldGenerator
from train.synthesis.mix import Mix

SOURCES = (
    "numbers: half of them real ones of held-back pages and registers, the others by held-back writers and of recorded "
    "strokes of held-back contributors; codes of five digits by the same, beside words and in lines of print, and an "
    "eighth of the fields without one"
)
_LONGEST = 8
_BY_HAND = Mix("numbers", empty=0, printed=0, words=0, plain=0, recorded=0.4, school="second", device_way=True)
_IN_LINES = Mix("codes", empty=0, printed=0.35, words=0.1, plain=0, recorded=0.1, capitals=0.2, school="second")
_WITHOUT_CODE = 8  # every eighth field


@dataclass(frozen=True)
class Labelled:
    """A field.

    Attributes:
        image: uint8 [H, W], or [H, W, 3] in RGB.
        code: what stands in it; None = nothing that the pattern allows.
    """

    image: NDArray[np.uint8]
    code: str | None


def numbers(kept: Collections, writers: Sequence[Writer], seed: int) -> Iterator[Labelled]:
    """Endless fields of numbers of 1 to 8 digits, for the pattern `\\d{1,8}`.

    Args:
        kept: what people wrote, of which nothing was trained on.
        writers: whose digits are written, as little trained on.
        seed: of all draws.
    """
    drawn = FieldGenerator(list(writers), seed, mix=_BY_HAND, collections=kept)
    rows = [row for row, digits in enumerate(kept.strings.digits) if len(digits) <= _LONGEST]
    for row in cycle(np.random.default_rng(seed).permutation(rows).tolist()):
        yield Labelled(kept.strings.cuts[row].image, kept.strings.digits[row])
        field = drawn.field()
        while not 1 <= len(field.digits) <= _LONGEST:
            field = drawn.field()
        yield Labelled(field.image, field.digits)


def codes(kept: Collections, writers: Sequence[Writer], seed: int) -> Iterator[Labelled]:
    """Endless fields of one code of five digits or of none, for the pattern `\\d{5}`; arguments as of `numbers`."""
    drawn = FieldGenerator(list(writers), seed, mix=_IN_LINES, collections=kept)
    for count in cycle(range(_WITHOUT_CODE)):
        wanted = 1 if count else 0
        while True:
            field = drawn.field()
            found = [number for number in Target.parse(field.target).numbers if len(number) == 5]
            if len(found) == wanted:
                break
        yield Labelled(field.image, found[0] if found else None)
