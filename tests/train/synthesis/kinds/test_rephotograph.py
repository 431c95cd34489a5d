"""Real strings photographed another time: never twice alike, whole, and with their digits for a target."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.image.normalize import normalize
from tests.train.collected import cell
from train.data.real_strings import RealStrings
from train.data.string_cut import cut_string
from train.synthesis.elastic import bent_string
from train.synthesis.kinds.rephotograph import Rephotographer
from train.synthesis.paper import Paper


@pytest.fixture
def rephotographer() -> Rephotographer:
    """Of two cells, one of which is drawn three times as often."""
    cuts = [cut_string(cell(text)) for text in ("604", "58")]
    random = np.random.default_rng(3)
    strings = RealStrings(tuple(cut for cut in cuts if cut), ("604", "58"), np.array([0.75, 0.25]), 2)
    return Rephotographer(strings, Paper(random), random)


def test_every_photograph_is_another_one_with_the_same_digits(rephotographer: Rephotographer) -> None:
    fields = [rephotographer.field() for _ in range(40)]
    targets = [field.target for field in fields]
    assert set(targets) == {"~604~", "~58~"} and targets.count("~604~") > targets.count("~58~")
    assert len({field.image.tobytes() for field in fields}) == 40
    assert {field.least_px for field in fields} == {11 * 3 + 6, 11 * 2 + 6}


def test_the_writing_stays_in_the_field(rephotographer: Rephotographer) -> None:
    strips = [(normalize(field.image), field) for field in (rephotographer.field() for _ in range(40))]
    wide = [strip.pixels.shape[1] >= field.least_px for strip, field in strips if strip.has_ink]
    assert sum(wide) >= 36


def test_bends_are_smooth_and_small() -> None:
    for seed in range(5):
        across, down = bent_string((120, 40), 30.0, np.random.default_rng(seed))
        assert across.shape == down.shape == (40, 120)
        assert np.abs(across).max() < 6 and np.abs(np.diff(across, axis=1)).max() < 0.8
