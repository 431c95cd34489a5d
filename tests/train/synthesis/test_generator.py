"""Generated fields: seeded, labelled truly, and such that the device's normalisation finds the writing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from train.data.writers import Writer
from train.synthesis.generator import FieldGenerator
from train.synthesis.writing.fonts import find_fonts
from train.synthesis.writing.typeset import random_line

Fonts = tuple[list[Path], list[Path]]


def test_same_seed_same_fields(writers: list[Writer], fonts: Fonts) -> None:
    a, b = FieldGenerator(writers, 4, fonts), FieldGenerator(writers, 4, fonts)
    for _ in range(12):
        (pixels_a, target_a), (pixels_b, target_b) = a.strip(), b.strip()
        assert target_a == target_b
        np.testing.assert_array_equal(pixels_a, pixels_b)


def test_strips_are_what_the_scanner_takes(generator: FieldGenerator) -> None:
    for _ in range(40):
        pixels, target = generator.strip()
        assert pixels.dtype == np.uint8 and pixels.shape[0] == 32
        assert set(target) <= set("0123456789#~")


def test_handwritten_digits_leave_ink_for_each(generator: FieldGenerator) -> None:
    widths = {}
    for digits in ("1", "1828", "182818281"):
        field = generator.handwritten(digits)
        assert field.target == f"~{digits}~"
        widths[digits] = field.image.shape[1] / field.image.shape[0]
    assert widths["1"] < widths["182818281"]


def test_printed_targets_mark_other_writing(generator: FieldGenerator) -> None:
    for _ in range(30):
        field = generator.printed()
        assert field.digits in field.target
        assert "##" not in field.target


def test_lengths_run_from_one_to_nine(generator: FieldGenerator) -> None:
    lengths = {len(generator.random_digits()) for _ in range(600)}
    assert lengths == set(range(1, 10))


def test_empty_fields_hold_no_digit(generator: FieldGenerator) -> None:
    assert all(generator.empty().target in ("#", "~") for _ in range(10))


def test_plain_fields_hold_few_digits(generator: FieldGenerator) -> None:
    for _ in range(10):
        field = generator.plain()
        assert field.target == field.digits and 1 <= len(field.digits) <= 3


def test_worn_print_keeps_its_place(generator: FieldGenerator) -> None:
    ink = generator.typesetter.set_line("47500", 30)
    for _ in range(30):
        worn = generator.paper.wear(ink, 30)
        assert worn.shape == ink.shape and worn.dtype == np.uint8
        assert np.abs(np.average(np.arange(ink.shape[1]), weights=worn.sum(axis=0) + 1e-6) - ink.shape[1] / 2) < 30


def test_lines_hold_their_code() -> None:
    random = np.random.default_rng(0)
    assert all("10115" in random_line(random, "10115") for _ in range(60))


def test_missing_fonts_are_named() -> None:
    with pytest.raises(PosteyeError, match=r"No Such Family|fc-list"):
        find_fonts(("No Such Family",))


def test_cells_stand_between_digits_and_around_them(generator: FieldGenerator) -> None:
    for _ in range(10):
        ink = np.zeros((100, 200), np.uint8)
        ink[30:70, 50:70] = ink[30:70, 120:140] = 255
        generator.paper.cells(ink, (50, 30, 140, 70))
        assert ink[69, 80:110].any() or ink[71:86, 80:110].any()  # the gap has a stroke
        assert ink[40:72, :50].any() and ink[40:72, 141:].any()
        assert (ink[30:70, 50:70] == 255).all()


def test_the_back_of_the_sheet_shines_through_mirrored(generator: FieldGenerator) -> None:
    back = np.zeros((40, 100), np.uint8)
    back[:, :20] = 255
    paper = generator.paper
    paper._earlier = [back] * len(paper._earlier)
    seen = paper._show_through(40, 100)
    assert seen[:, 85:].min() > 15 and seen[:, :70].max() < 1 and seen.max() < 0.36 * 255


def test_postmarks_strike_across_the_field(generator: FieldGenerator) -> None:
    for _ in range(10):
        ink = np.zeros((60, 240), np.uint8)
        generator.paper.postmark(ink)
        assert ink.dtype == np.uint8 and ink.max() <= 180
