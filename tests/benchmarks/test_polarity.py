"""The drawn fields of both polarities hold the same writing, and pages hold it where they should."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.polarity import TURNABLE, Drawer
from device_runtime.polarity import Polarity, polarity
from tests.benchmarks.made_digits import made_digits
from train.digits import hands_of


@pytest.fixture
def drawer() -> Drawer:
    """A drawer whose hands are made up."""
    return Drawer(hands_of(made_digits()), 7)


def test_a_pair_is_of_both_polarities(drawer: Drawer) -> None:
    for _ in range(5):
        dark, light = drawer.printed("80331")
        assert (polarity(dark), polarity(light)) == (Polarity.DARK, Polarity.LIGHT)
        dark, light = drawer.written("10110")
        assert np.corrcoef(dark.ravel(), light.ravel())[0, 1] < -0.99


def test_the_same_seed_draws_the_same(drawer: Drawer) -> None:
    again = Drawer(hands_of(made_digits()), 7)
    for kind in ("plain", "dark", "label"):
        assert np.array_equal(drawer.page("80331", kind), again.page("80331", kind))


def test_codes_hold_the_digits_asked_for(drawer: Drawer) -> None:
    codes = [drawer.code(TURNABLE) for _ in range(20)]
    assert all(len(code) == 5 and set(code) <= set(TURNABLE) for code in codes) and len(set(codes)) > 10


def test_pages_are_of_the_kind_asked_for(drawer: Drawer) -> None:
    assert polarity(drawer.page("80331", "plain")) is Polarity.DARK
    assert polarity(drawer.page("80331", "dark")) is Polarity.LIGHT
    label = drawer.page("80331", "label")
    rows, cols = label.shape
    assert np.median(label[:5]) > np.median(label[rows // 3 : -rows // 3, cols // 3 : -cols // 3]) + 60
