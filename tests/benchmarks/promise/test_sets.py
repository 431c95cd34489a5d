"""The drawn sets are the same for the same seed and hold what they say; real ones are what was kept apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.promise import sets
from tests.train.collected import write_all_strokes, write_strings
from tests.train.conftest import fonts as fonts
from tests.train.conftest import writers as writers
from train.data import real_strings
from train.data.collections import Collections, load_collections
from train.data.writers import Writer

Fonts = tuple[list[Path], list[Path]]


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collections:
    """What is kept apart of a few strings and strokes."""
    write_strings(tmp_path, ["604", "58", "12", "175", "19"], ["20", "21", "32", "33"])
    write_all_strokes(tmp_path)
    monkeypatch.setattr(real_strings, "CLINIC_KEPT_APART", 2)
    monkeypatch.setattr(real_strings, "NOTARIES_KEPT_APART", 2)
    return load_collections(tmp_path)[1]


@pytest.fixture(autouse=True)
def few_fonts(monkeypatch: pytest.MonkeyPatch, fonts: Fonts) -> None:
    for module in ("train.synthesis.generator", "benchmarks.no_code.drawn"):
        monkeypatch.setattr(f"{module}.find_fonts", lambda families: fonts[0])


@pytest.mark.parametrize("make", [sets.without_digits, sets.other_digits])
def test_drawn_sets_are_the_same_for_the_same_seed(make: object, writers: list[Writer], apart: Collections) -> None:
    assert callable(make)
    one, same, other = (make(writers, apart, 20, seed) for seed in (1, 1, 2))
    for a, b in zip(one.images, same.images, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(a.shape != b.shape or (a != b).any() for a, b in zip(one.images, other.images, strict=True))
    assert len(one.truths) == 20 and one.pattern == sets.FIVE


def test_only_codes_that_stand_upside_down_are_codes(writers: list[Writer], apart: Collections) -> None:
    other = sets.other_digits(writers, apart, 25, 3)
    assert [bool(truth) for truth in other.truths] == [i % 5 == 2 for i in range(25)]
    assert all(len(truth) == 5 for truth in other.truths if truth)
    assert not any(sets.without_digits(writers, apart, 12, 3).truths)


def test_every_kind_of_foreign_writing_comes_in_turn() -> None:
    kinds = [kind for kind in sets.KINDS if kind not in sets._WORDS]
    assert len(kinds) > 15 and not set(sets._WORDS) - set(sets.KINDS)
