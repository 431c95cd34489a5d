"""Strings of digits of one writer: what each kind looks like, and what is counted of it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.mnist_strings.fields import KINDS, StringMaker, contact_px
from tests.benchmarks.made_digits import made_digits


def bar(columns: range, rows: range, wide: int = 10) -> np.ndarray:
    ink = np.zeros((12, wide), np.uint8)
    ink[rows.start : rows.stop, columns.start : columns.stop] = 255
    return ink


def test_strokes_of_one_row_meet_side_by_side() -> None:
    assert contact_px(bar(range(2, 5), range(12)), bar(range(3, 6), range(12))) == 2  # 5 - 3


def test_strokes_meet_on_a_diagonal_too() -> None:
    assert contact_px(bar(range(0, 4), range(0, 6)), bar(range(0, 4), range(6, 12))) == 4


def test_strokes_that_never_meet_are_set_side_by_side() -> None:
    assert contact_px(bar(range(0, 4), range(0, 3)), bar(range(0, 4), range(8, 12))) == 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_string_is_of_one_writer_and_its_seed_makes_it_again(kind: str) -> None:
    digits = made_digits()
    first, second = ([StringMaker(digits, seed).make(kind) for _ in range(2)] for seed in (5, 5))
    other = StringMaker(digits, 6).make(kind)

    assert np.array_equal(first[0].image, second[0].image) and first[0].digits == second[0].digits
    assert not np.array_equal(first[0].image, other.image)
    assert first[0].image.dtype == np.uint8 and first[0].image.ndim == 2
    assert len(first[0].digits) == 5 and set(first[0].digits) <= {"0", "1"}
    assert 0 <= first[0].writer <= 2 and 0 <= first[0].joins <= 4


def test_clean_digits_are_the_images_themselves_with_gaps() -> None:
    digits = made_digits()
    field = StringMaker(digits, 3).clean()

    own = {image[:, image.any(axis=0)].tobytes() for image in digits.images[digits.writers == field.writer]}
    ink = (255 - field.image)[2:-2]
    empty = ~ink.any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], empty, [True]]).astype(int)))
    parts = [ink[:, left:right] for left, right in edges.reshape(-1, 2)]
    assert [np.ascontiguousarray(part).tobytes() in own for part in parts] == [True] * 5
    gaps = edges[2::2] - edges[1:-1:2]
    assert field.joins == 0 and gaps.min() >= 3 and gaps.max() <= 8


def test_most_touching_neighbours_meet_and_hard_fields_lie_on_paper() -> None:
    touching, hard = ([StringMaker(made_digits(), 4).make(kind) for _ in range(1)] for kind in ("touching", "hard"))
    maker = StringMaker(made_digits(), 4)
    joins = [maker.touching().joins for _ in range(40)]

    assert 0.5 < sum(joins) / (4 * len(joins)) < 0.95
    assert np.median(touching[0].image) == 255 != np.median(hard[0].image)
