"""A piece in the making: ink and pictures where they were put, and what they hide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from train.synthesis.pieces.address.text import Token
from train.synthesis.pieces.ink.inked import Inked, Placed, box_quad
from train.synthesis.pieces.marks import codes, franking, logo, postmark, stamp
from train.synthesis.pieces.marks.boxes import BOX_COLORS, BOX_STYLES, draw_boxes
from train.synthesis.pieces.sheet import Sheet


def _sheet() -> Sheet:
    return Sheet(np.full((200, 300, 3), 250, np.uint8), 5.0)


def _number() -> Inked:
    quad = box_quad(0, 0, 30, 10)
    return Inked(np.full((10, 30), 255, np.uint8), (quad,), (Placed(Token("12", "house"), quad, hand=False),))


def test_ink_covers_the_paper_and_is_told() -> None:
    sheet = _sheet()
    sheet.put(_number(), 40, 50, (10, 20, 30), "other")
    assert (sheet.image[50:60, 40:70] == (10, 20, 30)).all()
    assert (sheet.image[:50] == 250).all() and (sheet.image[:, 70:] == 250).all()
    np.testing.assert_array_equal(sheet.numbers[0].quad[0], [40, 50])
    assert sheet.blocks[0][0] == "other"


@pytest.mark.parametrize(("x", "y"), [(-15, 20), (290, 195), (-100, 0), (400, 400)])
def test_ink_beyond_the_sheet_is_cut_off(x: float, y: float) -> None:
    sheet = _sheet()
    sheet.put(_number(), x, y, (0, 0, 0))
    inked = int((sheet.image[:, :, 0] == 0).sum())
    left, top = max(x, 0), max(y, 0)
    assert inked == max(min(x + 30, 300) - left, 0) * max(min(y + 10, 200) - top, 0)


def test_a_picture_hides_what_was_there_before() -> None:
    sheet = _sheet()
    sheet.put(_number(), 40, 50, (0, 0, 0))
    sheet.paste(np.full((40, 20, 3), 90, np.uint8), np.full((40, 20), 255, np.uint8), 30, 40)
    sheet.put(_number(), 40, 60, (0, 0, 0))
    assert sheet.is_covered(0, np.array([40.0, 50.0])) and not sheet.is_covered(0, np.array([70.0, 50.0]))
    assert not sheet.is_covered(1, np.array([40.0, 60.0]))


def test_a_place_is_free_where_nothing_is_near() -> None:
    sheet = _sheet()
    sheet.put(_number(), 100, 100, (0, 0, 0))
    assert not sheet.is_free((120, 105, 140, 120)) and not sheet.is_free((132, 100, 150, 110), gap=5)
    assert sheet.is_free((132, 100, 150, 110)) and not sheet.is_free((-1, 0, 10, 10))


def test_boxes_have_a_cell_for_each_digit() -> None:
    random = np.random.default_rng(1)
    styles = set()
    for _ in range(40):
        boxes = draw_boxes(random, "12-345", 30, 1.5)
        styles.add(boxes.style)
        assert len(boxes.cells) == 5 and boxes.color in BOX_COLORS
        lefts = [cell[0] for cell in boxes.cells]
        assert lefts[2] - lefts[1] > lefts[1] - lefts[0] + 5  # room for the separator
        for left, top, wide, tall in boxes.cells:
            middle = boxes.ink[round(top + 4) : round(top + tall - 4), round(left + 4) : round(left + wide - 4)]
            assert not middle.any()
            assert boxes.ink[round(top + tall), round(left) : round(left + wide)].any()
    assert styles == set(BOX_STYLES)


def test_marks_leave_ink_and_tell_their_numbers(fonts: tuple[list[Path], list[Path]]) -> None:
    random, font = np.random.default_rng(2), fonts[0][0]
    kinds = set()
    for _ in range(12):
        line = (Token("12 345", "tracking"),)
        made = [
            postmark.postmark(random, 5, font),
            franking.franking(random, 5, font),
            codes.numbered_bars(random, 150, 40, line, font, 10),
            codes.four_state(random, 5),
            codes.matrix(random, 60),
            logo.logo(random, 60),
            logo.advert(random, font, 12),
            logo.brand(random, font, 20),
        ]
        for mark in made:
            assert mark.ink.any() and mark.ink.dtype == np.uint8
            for number in mark.numbers:
                kinds.add(number.token.kind)
                assert (number.quad > -1).all() and (number.quad <= np.array(mark.size) + 1).all()
    assert {"date", "amount", "tracking", "other"} <= kinds


def test_a_postmark_is_empty_between_its_lines(fonts: tuple[list[Path], list[Path]]) -> None:
    random = np.random.default_rng(3)
    for _ in range(10):
        mark = postmark.postmark(random, 6, fonts[0][0])
        assert (mark.ink < 20).mean() > 0.6


def test_a_stamp_has_a_face_value_and_an_edge(fonts: tuple[list[Path], list[Path]]) -> None:
    sheet = _sheet()
    stamp.stick_stamp(np.random.default_rng(4), sheet, fonts[0][0], 100, 20, (25, 21))
    assert [n.token.kind for n in sheet.numbers] == ["amount"]
    assert (sheet.image[20 + 6 : 20 + 99, 100 + 8 : 100 + 117] != 250).any(axis=2).mean() > 0.5
    assert (sheet.image[:, 230:] == 250).all()
