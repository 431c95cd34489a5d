"""The kinds of fields of the second mix: their targets, and strips as the device makes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device_runtime.image.normalize import normalize
from tests.train.collected import write_all_strokes, write_strings
from train.data import real_strings
from train.data.collections import Collections, load_collections
from train.data.target import Target
from train.data.writers import Writer
from train.synthesis.field import Field, negative, seen
from train.synthesis.generator import MAX_STRIP_WIDTH_PX, FieldGenerator
from train.synthesis.mix import KINDS, SECOND, Mix

Fonts = tuple[list[Path], list[Path]]


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Collections:
    """A few strings and strokes."""
    folder = tmp_path_factory.mktemp("strings")
    write_strings(folder, ["604", "58", "12", "17", "19"], ["20", "21", "32", "33"])
    write_all_strokes(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(real_strings, "CLINIC_KEPT_APART", 2)
        patch.setattr(real_strings, "NOTARIES_KEPT_APART", 2)
        return load_collections(folder)[0]


def of(kind: str, light: float = 0.0) -> Mix:
    """The second mix with one kind of field alone; "" for what is handwritten by generated hands."""
    shares: dict[str, Any] = {name: float(name == kind) for name in KINDS}
    return replace(SECOND, **shares, light=light)


def fields(kind: str, count: int, writers: list[Writer], fonts: Fonts, collections: Collections) -> list[Field]:
    """So many fields of a kind."""
    generator = FieldGenerator(writers, 3, fonts, of(kind), collections)
    return [generator.field() for _ in range(count)]


def test_the_same_seed_makes_the_same_strips_of_the_whole_mix(
    writers: list[Writer], fonts: Fonts, collections: Collections
) -> None:
    one, other = (FieldGenerator(writers, 8, fonts, SECOND, collections) for _ in range(2))
    for _ in range(25):
        (pixels, target), (again, same) = one.strip(), other.strip()
        assert target == same
        np.testing.assert_array_equal(pixels, again)
        assert pixels.shape[0] == 32 and pixels.shape[1] <= MAX_STRIP_WIDTH_PX
        assert Target.parse(target).text == target


def test_numbers_of_recorded_strokes_have_marks_at_their_ends(
    writers: list[Writer], fonts: Fonts, collections: Collections
) -> None:
    made = fields("recorded", 25, writers, fonts, collections)
    assert all(field.target == f"~{field.digits}~" for field in made)
    assert any(field.digits == "47" for field in made)  # as it was recorded


def test_words_of_capitals_are_rubbish_inside_the_field(
    writers: list[Writer], fonts: Fonts, collections: Collections
) -> None:
    made = fields("capitals", 25, writers, fonts, collections)
    alone = fields("recorded", 25, writers, fonts, collections)
    assert all("#" in field.target and field.digits in field.target and "~" not in field.target for field in made)
    assert {field.target.replace(field.digits, "d") for field in made} == {"#d", "d#", "#d#"}
    # A word takes room: such fields are wider for their height than those of the same numbers alone.
    wide, narrow = (
        np.mean([f.image.shape[1] / f.image.shape[0] / max(len(f.digits), 1) for f in some]) for some in (made, alone)
    )
    assert wide > 1.3 * narrow


def test_struck_out_numbers_cannot_be_read_and_ringed_ones_can(
    writers: list[Writer], fonts: Fonts, collections: Collections
) -> None:
    made = fields("struck", 60, writers, fonts, collections)
    targets = [field.target for field in made]
    assert "#" in targets and any(t.startswith("#") and len(t) > 1 for t in targets)
    assert any(t.startswith("~") for t in targets)
    assert any("#" in t[1:-1] for t in targets)  # one digit illegible within
    for field in made:
        assert Target.parse(field.target).digits == field.digits


def test_boxes_are_in_color_and_the_device_takes_most_of_them_out(
    writers: list[Writer], fonts: Fonts, collections: Collections
) -> None:
    made = fields("boxed", 20, writers, fonts, collections)
    assert all(field.image.ndim == 3 and len(field.digits) <= 8 for field in made)
    kept = [(field, ink) for field in made if (ink := seen(field)) is not None]
    assert len(kept) >= 15
    # Where boxes are gone the frame's columns are paper, but ink stays.
    assert sum(normalize(ink).has_ink for _, ink in kept) >= 15


def test_light_writing_is_turned_dark_and_what_the_device_takes_for_the_other_is_left_out(
    writers: list[Writer], fonts: Fonts, collections: Collections
) -> None:
    generator = FieldGenerator(writers, 4, fonts, of("", light=1.0), collections)
    made = [generator.field() for _ in range(20)]
    assert all(field.light and np.median(field.image) < 190 for field in made)
    turned = [ink for field in made if (ink := seen(field)) is not None]
    assert len(turned) >= 12 and np.mean([np.median(ink) for ink in turned]) > 110
    dark = np.full((40, 120), 30, np.uint8)
    dark[12:30, 20:24] = dark[12:30, 50:54] = dark[12:30, 80:84] = 230
    assert seen(Field(dark, "111", "111")) is None and seen(Field(dark, "111", "111", light=True)) is not None
    paper = Field(np.asarray(255 - dark, np.uint8), "111", "111")
    assert negative(paper, np.random.default_rng(0)).image.max() > negative(paper, np.random.default_rng(0)).image[0, 0]


def test_pens_whose_ink_is_taken_out_as_print_make_no_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    ink = np.zeros((40, 120), np.uint8)
    ink[12:30, 20:24] = ink[12:30, 50:54] = ink[12:30, 80:84] = 255
    written = Field(np.where(ink > 0, 40, 220).astype(np.uint8), "111", "111", ink=ink)
    assert seen(written) is not None
    monkeypatch.setattr("train.synthesis.field.prepared", lambda pixels: np.where(ink > 0, 170, 220).astype(np.uint8))
    assert seen(written) is None and seen(replace(written, ink=None)) is not None


def test_a_mix_without_what_it_needs_is_refused(writers: list[Writer], fonts: Fonts) -> None:
    with pytest.raises(ValueError, match="the mix second needs collections"):
        FieldGenerator(writers, 1, fonts, SECOND)
