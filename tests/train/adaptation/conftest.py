"""A run's folder for adaptations that are over in a moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.stub import random_strips
from train.adaptation import adapt
from train.data.writers import Writer
from train.runs.origin import Material, Origin
from train.synthesis.shards import Shard, save_shard, shard_path


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writers: list[Writer]) -> Path:
    """A run's folder in which the generated strips are there already, and a recipe of four steps."""
    place = tmp_path / "run"
    (place / "rehearsal").mkdir(parents=True)
    for index in range(4):
        strips = Shard(random_strips(40, index, 100), ["#"] * 20 + ["12"] * 20)
        save_shard(strips, shard_path(place / "rehearsal", index))
        save_shard(strips, place / f"held-out-{index}.npz")
    monkeypatch.setattr(Origin, "load", lambda self: Material(writers, writers, ("made up",)))
    monkeypatch.setattr(adapt, "RECIPE", replace(adapt.RECIPE, shards=2, batch=32, shard_strips=64))
    return place
