"""The teacher's columns are put to the student's by their place, however the strip is disturbed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.distilled.lessons import aligned, lessons, warped
from benchmarks.distilled.lines import Line
from device_runtime.second_opinion.classes import BLANK
from tests.benchmarks.distilled.lines_made import frames_of, line
from train.gtn.ctc import forward_penalty, topology
from train.scanner.model import COLUMNS


def _runs(classes: np.ndarray) -> list[int]:
    return classes[np.flatnonzero(np.diff(classes, prepend=-1))].tolist()


def test_each_column_takes_the_nearest_of_the_teacher() -> None:
    one = line("4711")
    best = aligned(one, 6, 60).argmax(axis=1)
    assert _runs(best) == [BLANK, 4, BLANK, 7, BLANK, 1, BLANK, 1, BLANK]
    seven = COLUMNS.x_px(60)[best == 7]
    # From half way to the blank before it to half way to that behind it, 6 px further right than in the strip.
    assert (seven >= 27 + 6).all() and (seven <= 35 + 6).all() and len(seven) >= 3


def test_paper_beyond_the_teachers_columns_is_blank() -> None:
    one = Line(np.zeros((32, 16), np.uint8), "5", False, frames_of([5]), np.array([8.0], np.float32))
    found = aligned(one, 20, 40)
    seen = COLUMNS.x_px(40)[found.argmax(axis=1) == 5]
    assert seen.min() >= 20 and seen.max() <= 36
    assert found.sum(axis=1) == pytest.approx(1) and found.min() > 0


def test_ink_and_columns_are_warped_together() -> None:
    random = np.random.default_rng(3)
    pixels = np.zeros((32, 60), np.uint8)
    pixels[8:24, 38:41] = 255
    one = Line(pixels, "1", False, frames_of([BLANK, 1]), np.array([20, 39], np.float32))
    places = []
    for _ in range(20):
        found = warped(one, random)
        ink = found.pixels[14:18].sum(axis=0).astype(float)
        places.append(float(ink @ np.arange(len(ink)) / ink.sum()))
        assert places[-1] == pytest.approx(found.x_px[1], abs=1)
    assert np.std(places) > 1


def test_a_lesson_spells_its_targets_by_the_teachers_columns() -> None:
    lines = [line(digits) for digits in ("12", "345", "6", "7788", "90")]
    seen: list[str] = []
    for lesson in lessons(lines, 2, np.random.default_rng(1)):
        assert lesson.frames.shape[:2] == (len(lesson.targets), int(lesson.columns[0]))
        penalties = forward_penalty(lesson.frames.log(), lesson.columns, topology(lesson.targets))
        assert (penalties < 0.3).all()
        seen += lesson.targets
    assert sorted(seen) == sorted(one.target for one in lines)
