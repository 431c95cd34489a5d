"""A piece is photographed again and again: nearly the same, never the same, and known by its seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.pieces.rendered import BARE, CODED, Portion, Stock
from benchmarks.voting import shots as module
from benchmarks.voting.shots import moved, shots
from tests.benchmarks.made_digits import made_digits
from train.data.mnist import Digits, Mnist
from train.synthesis.pieces.picture.view import View


@pytest.fixture
def stock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stock:
    """Made-up digits by made-up writers, and no strokes."""
    made = made_digits()
    every = Digits(made.images, (np.arange(len(made.labels)) % 10).astype(np.uint8), made.writers)
    monkeypatch.setattr(module, "load_mnist", lambda *_: Mnist(*[every] * 3))
    module._writers.cache_clear()
    return Stock(tmp_path, None, None, 1)


def test_frames_of_a_piece_are_alike_and_not_the_same(stock: Stock) -> None:
    (shot,) = shots(stock, Portion(CODED, 0, 1), 3)
    assert shot.name == "coded-00000" and shot.code and len(shot.frames) == 3
    first, second, third = shot.frames
    assert first.shape == second.shape == third.shape and first.dtype == np.uint8
    assert not np.array_equal(first, second) and not np.array_equal(second, third)


def test_pieces_are_the_same_every_time_however_often_they_are_taken(stock: Stock) -> None:
    once, often = (list(shots(stock, Portion(CODED, 2, 2), frames)) for frames in (1, 3))
    for one, more in zip(once, often, strict=True):
        assert one.name == more.name and one.code == more.code and np.array_equal(one.frames[0], more.frames[0])
    assert not np.array_equal(once[0].frames[0][:100, :100], once[1].frames[0][:100, :100])


def test_pieces_without_a_code_have_none(stock: Stock) -> None:
    (shot,) = shots(stock, Portion(BARE, 0, 1), 1)
    assert shot.code == "" and shot.country


def test_a_piece_moves_a_little_about_the_middle_of_the_frame() -> None:
    view, random = View((1000, 600), False, 0, 0.0, 4.0, 1.0, 0.0), np.random.default_rng(5)
    for _ in range(50):
        matrix = moved(random, view)
        middle = matrix @ (500, 300, 1)
        assert abs(middle[0] - 500) <= 15 and abs(middle[1] - 300) <= 9 and middle[2] == 1
        assert np.linalg.det(matrix) == pytest.approx(1.0)
        assert abs(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))) < 4
