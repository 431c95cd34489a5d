"""What the pair is calibrated on: fields whose one number is known, and fields without one."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from tests.train.collected import cell
from train.data.real_strings import RealStrings
from train.data.string_cut import cut_string
from train.data.writers import Writer
from train.second_opinion.fields import codes, numbers
from train.synthesis.generator import FieldGenerator


def drawn(writers: list[Writer], fonts: tuple[list[Path], list[Path]], seed: int = 3) -> FieldGenerator:
    return FieldGenerator(writers, seed, fonts)


def real(labels: list[str]) -> RealStrings:
    cuts = [cut_string(cell(label)) for label in labels]
    shares = np.arange(1.0, len(labels) + 1)
    return RealStrings(tuple(cut for cut in cuts if cut), tuple(labels), shares / shares.sum(), len(labels))


def test_real_and_generated_numbers_take_turns_until_no_real_one_is_left(
    writers: list[Writer], fonts: tuple[list[Path], list[Path]]
) -> None:
    strings = real(["12", "340", "56"])
    found = list(numbers(drawn(writers, fonts), strings, 5))
    assert sorted(str(one.code) for one in found[::2]) == ["12", "340", "56"]
    for one in found[::2]:
        row = strings.digits.index(str(one.code))
        assert one.image is strings.cuts[row].image
    assert len(found) == 6 and all(1 <= len(str(one.code)) <= 8 and str(one.code).isdigit() for one in found[1::2])


def test_every_eighth_field_holds_no_code(writers: list[Writer], fonts: tuple[list[Path], list[Path]]) -> None:
    found = [one.code for one in islice(codes(drawn(writers, fonts)), 24)]
    assert [row for row, code in enumerate(found) if code is None] == [7, 15, 23]
    assert all(len(code) == 5 for code in found if code)


def test_the_same_seed_gives_the_same_fields(writers: list[Writer], fonts: tuple[list[Path], list[Path]]) -> None:
    one, other = (list(islice(codes(drawn(writers, fonts, 8)), 5)) for _ in range(2))
    assert [a.code for a in one] == [b.code for b in other]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(one, other, strict=True))
