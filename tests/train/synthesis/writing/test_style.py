"""Strings of one writer: styles, their place on the canvas, the marks around them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from train.data.writers import Writer
from train.synthesis.writing import marks
from train.synthesis.writing.handwriter import Handwriter
from train.synthesis.writing.style import random_style


@pytest.fixture
def handwriter(writers: list[Writer]) -> Handwriter:
    """Writes with Hershey figures."""
    return Handwriter(writers, np.random.default_rng(5))


@pytest.mark.parametrize("raster", [False, True])
def test_the_box_holds_the_digits(handwriter: Handwriter, raster: bool) -> None:
    for _ in range(20):
        style = replace(
            random_style(handwriter.random), raster=raster, drift=0.02, bend=0.01, hanging=0.0, tall_ones=1.0
        )
        ink, (left, top, right, bottom) = handwriter.write("18250", style)
        margin = round(0.4 * style.height_px)
        inside = ink[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]
        assert int(inside.astype(np.int64).sum()) > 0.97 * int(ink.astype(np.int64).sum())


def test_more_digits_take_more_room(handwriter: Handwriter) -> None:
    style = random_style(handwriter.random)
    widths = []
    for digits in ("12", "123456"):
        _, box = handwriter.write(digits, style)
        widths.append(box[2] - box[0])
    assert widths[0] < widths[1]


def test_a_writer_without_a_digit_borrows_it() -> None:
    glyph = np.full((20, 8), 255, np.uint8)
    rich, poor = Writer(((glyph,),) * 10), Writer(((),) * 9 + ((glyph,),))
    handwriter = Handwriter([rich, poor], np.random.default_rng(1))
    for raster in (True, False):
        style = replace(random_style(handwriter.random), raster=raster, variants={})
        for _ in range(10):
            assert handwriter.write("0123456789", style)[0].any()


def test_chains_are_of_zeros_in_a_row(handwriter: Handwriter) -> None:
    style = replace(
        random_style(handwriter.random), raster=False, pen=0.1, skips=0.0, level=0.4, slant=0.0, variants={}
    )
    style = replace(style, gap=0.4, gap_jitter=0.0, marks=0.0, ligatures=0.0, bend=0.0, slant_jitter=0.0)
    for chains, pieces in ((1.0, 4), (0.0, 7)):  # 1, 000, 2, 00; or seven digits apart
        for _ in range(10):
            ink, _ = handwriter.write("1000200", replace(style, chains=chains))
            assert cv2.connectedComponents((ink > 64).astype(np.uint8))[0] - 1 == pieces


def test_marks_stay_near_their_number() -> None:
    random = np.random.default_rng(0)
    for _ in range(200):
        for lines in (marks.separator(random, 2.0), marks.closing(random, 2.0), marks.opening(random, 2.0)):
            points = np.concatenate(lines)
            assert np.abs(points[:, 0] - 2.0).max() < 4.5
            assert points[:, 1].min() > -0.6 and points[:, 1].max() < 1.7
