"""The contact sheet: one tile a sample, field above strip, written where it was asked for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from train.synthesis.contact_sheet import _GAP_PX, contact_sheet, write_contact_sheet
from train.synthesis.field import Field
from train.synthesis.generator import FieldGenerator


def test_a_sheet_is_as_wide_as_its_columns_and_as_long_as_its_samples(generator: FieldGenerator) -> None:
    fields = [generator.field() for _ in range(9)]
    one, four, nine = contact_sheet(fields[:1]), contact_sheet(fields[:4]), contact_sheet(fields)
    assert one.shape[0] == four.shape[0] and one.shape[1] < four.shape[1] == nine.shape[1]
    np.testing.assert_array_equal(nine[: four.shape[0]], four)
    assert nine.shape[0] - four.shape[0] == 2 * (four.shape[0] - _GAP_PX)


def test_a_tile_holds_the_photograph_and_below_it_the_ink_dark_on_light(generator: FieldGenerator) -> None:
    plain = contact_sheet([Field(np.full((60, 200), 90, np.uint8), "", "")])
    rows, columns = np.nonzero(plain == 90)
    assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1) and np.ptp(columns) == pytest.approx(199, abs=20)
    sheet = contact_sheet([generator.handwritten("47500")])
    strip = sheet[rows.max() + 1 : rows.max() + 64, columns.min() : columns.max()]
    assert np.median(strip) > 200 and strip.min() < 60


def test_the_target_is_written_below_in_large_letters(generator: FieldGenerator) -> None:
    image = generator.handwritten("3").image
    bare, named = (contact_sheet([Field(image, "3", target)]) for target in ("", "~3~"))
    differs = np.flatnonzero((bare != named).any(axis=1))
    assert differs.min() > bare.shape[0] * 2 / 3 and np.ptp(differs) >= 16


def test_fields_in_which_nothing_is_seen_say_so() -> None:
    blank = np.full((40, 120), 200, np.uint8)
    one, other = (contact_sheet([Field(blank, digits, target)]) for digits, target in (("", "~"), ("1", "1")))
    np.testing.assert_array_equal(one, other)


def test_wide_fields_are_made_to_fit() -> None:
    wide = Field(np.full((40, 4000), 200, np.uint8), "", "#")
    assert contact_sheet([wide]).shape[1] == contact_sheet([Field(np.full((40, 40), 200, np.uint8), "", "#")]).shape[1]


def test_a_png_is_written(generator: FieldGenerator, tmp_path: Path) -> None:
    write_contact_sheet(generator, 5, tmp_path / "sheet.png")
    read = cv2.imread(str(tmp_path / "sheet.png"), cv2.IMREAD_GRAYSCALE)
    assert read.shape[0] > 2 * 140 and read.std() > 10


def test_bad_requests_are_named(generator: FieldGenerator, tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match="at least one sample"):
        write_contact_sheet(generator, 0, tmp_path / "sheet.png")
    with pytest.raises(PosteyeError, match="cannot be written"):
        write_contact_sheet(generator, 1, tmp_path / "missing" / "sheet.png")
