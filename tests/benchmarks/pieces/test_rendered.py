"""Rendered pieces are known by their seed, and their truth is told as an evaluation wants it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from benchmarks.pieces import rendered
from benchmarks.pieces.rendered import BARE, CODED, CODES, Portion, Stock, columns_of, drawn, read_portion, truth_of
from tests.benchmarks.made_digits import made_digits
from train.data.mnist import Digits, Mnist


def every_digit() -> Digits:
    """Digits of three writers, who have all ten."""
    made = made_digits()
    return Digits(made.images, (np.arange(len(made.labels)) % 10).astype(np.uint8), made.writers)


@pytest.fixture
def stock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stock:
    """Made-up digits by made-up writers, and no strokes."""
    monkeypatch.setattr(rendered, "load_mnist", lambda *_: Mnist(*[every_digit()] * 3))
    rendered._writers.cache_clear()
    return Stock(tmp_path, None, None, 1)


def test_a_portion_is_the_same_every_time_and_others_differ(stock: Stock) -> None:
    def pieces(portion: Portion) -> list[np.ndarray]:
        return [piece.image for _, piece in itertools.islice(drawn(stock, portion), 2)]

    first, again = pieces(Portion(CODED, 0, 2)), pieces(Portion(CODED, 0, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], pieces(Portion(CODED, 1, 1))[0])


def test_the_truth_has_the_wanted_code_among_the_numbers(stock: Stock) -> None:
    ((name, piece),) = drawn(stock, Portion(CODED, 3, 1))
    truth = truth_of(piece)
    assert name == "coded-00060" and truth.code == piece.code and truth.field is not None
    assert any(number.text == truth.code and number.field == truth.field for number in truth.numbers)
    columns = columns_of(piece)
    assert columns["kind"] and columns["sender"] in ("yes", "no") and columns["quarter_turns"] in "0123"
    ((_, bare),) = drawn(stock, Portion(BARE, 3, 1))
    assert truth_of(bare).code == "" and truth_of(bare).field is None


def test_the_portions_of_each_kind_are_others(stock: Stock) -> None:
    first = [next(drawn(stock, Portion(kind, 0, 1)))[1] for kind in CODES]
    assert len({piece.image.tobytes() for piece in first}) == len(CODES)
    assert [bool(piece.code) for piece in first] == [True, False, False, False]


def test_a_portion_is_read(stock: Stock) -> None:
    (judged,) = read_portion(stock, Portion(CODED, 0, 1))
    assert judged.name == "coded-00000" and judged.truth and judged.rank is not None
