"""Rubbish covers what it is to cover, words are no numbers, and marks may touch the last digit."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.train.collected import write_all_strokes
from train.data.recorded import Letters, load_recorded
from train.data.writers import Writer
from train.synthesis.writing import marks, rubbish
from train.synthesis.writing.handwriter import Handwriter
from train.synthesis.writing.strokes import Line
from train.synthesis.writing.style import SCHOOLS, random_style
from train.synthesis.writing.words import WordWriter


@pytest.fixture
def letters(tmp_path: Path) -> Letters:
    """One writer's capitals."""
    write_all_strokes(tmp_path)
    return load_recorded(tmp_path)[0].capitals[0]


def test_strikes_go_through_the_whole_number_and_rings_around_it() -> None:
    random = np.random.default_rng(0)
    for _ in range(100):
        struck, around = (np.concatenate(draw(random, 0.0, 3.0)) for draw in (rubbish.strike, rubbish.ring))
        assert struck[:, 0].min() < 0.3 and struck[:, 0].max() > 2.7
        assert 0.1 < np.median(struck[:, 1]) < 0.9
        assert around[:, 0].min() < 0 and around[:, 0].max() > 3 and np.ptp(around[:, 1]) > 1.2


def test_a_canceled_digit_is_covered_and_its_neighbors_are_not() -> None:
    random = np.random.default_rng(1)
    for _ in range(100):
        points = np.concatenate(rubbish.cancel(random, 1.0, 1.5))
        assert len(points) > 20 and 0.9 < points[:, 0].mean() < 1.6
        assert points[:, 0].min() > 0.3 and points[:, 0].max() < 2.2


def test_words_stand_on_the_line_and_are_not_of_letters_like_digits_alone(letters: Letters) -> None:
    random = np.random.default_rng(2)
    writer = WordWriter([letters, {"A": letters["A"]}], random)
    for _ in range(40):
        assert writer.writer() is letters
        lines, wide = writer.words(letters, 0.8)
        points = np.concatenate(lines)
        assert points[:, 0].min() >= -1e-9 and points[:, 0].max() == pytest.approx(wide)
        assert points[:, 1].max() == pytest.approx(1) and points[:, 1].min() > -0.2
        assert len(lines) >= 4  # two letters of two strokes
    like = {letter: letters[letter] for letter in "BGILOQSZA"}
    drawn = [writer.word(like, 1.0)[0] for _ in range(20)]
    assert all(any(np.ptp(line[:, 0]) > 0 for line in lines) for lines in drawn)


def test_what_is_drawn_around_is_told_of_every_digit_and_lies_in_the_box(writers: list[Writer]) -> None:
    handwriter = Handwriter(writers, np.random.default_rng(3))
    style = replace(random_style(handwriter.random), raster=False, chains=0.0, marks=0.0, skew=0.0, slant=0.0)
    told: list[list[tuple[float, float]]] = []
    far = np.array([[6.0, 0.2], [6.5, 0.8]])

    def around(spans: list[tuple[float, float]]) -> list[Line]:
        told.append(list(spans))
        return [far]

    ink, box = handwriter.write("1825", style, around=around)
    (spans,) = told
    assert len(spans) == 4 and all(left < right for left, right in spans)
    assert all(one[0] < other[0] for one, other in pairwise(spans))
    assert box[2] - box[0] > 6 * style.height_px and ink[:, box[2] - round(style.height_px) : box[2]].any()


def test_whole_numbers_are_written_as_they_were_recorded(writers: list[Writer]) -> None:
    handwriter = Handwriter(writers, np.random.default_rng(4))
    style = replace(random_style(handwriter.random), raster=False, slant=0.0, skew=0.0, bend=0.0, aspect=2.0)
    lines = [np.array([[0.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 1.0]])]
    ink, (left, top, right, bottom) = handwriter.write_lines(lines, style)
    assert right - left == pytest.approx(2 * style.height_px, abs=3)
    assert bottom - top == pytest.approx(style.height_px, abs=3) and ink.any()


def test_the_second_school_lets_marks_touch_and_dots_be_thick() -> None:
    random = np.random.default_rng(5)
    style = random_style(random, "12", SCHOOLS["second"])
    assert style.touching > 0 and style.blobs > 0
    assert random_style(random, "12").touching == random_style(random, "12").blobs == 0
    thick = [np.ptp(marks.separator(random, 1.0, blobs=1.0)[0], axis=0).max() for _ in range(60)]
    plain = [np.ptp(marks.separator(random, 1.0)[0], axis=0).max() for _ in range(60)]
    assert np.median(thick) > 1.5 * np.median(plain)
