"""Shards of blots with digits for targets, quick to make in any process: they stand in for generated strips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.stub import random_strips
from train.data.collections import Collections
from train.data.writers import Writer
from train.runs.recipe import Preset, Recipe
from train.synthesis.mix import SHIPPED, Mix
from train.synthesis.shards import Shard

# As `--preset tiny`, with fewer strips yet.
PRESET = Preset(Recipe(seed=3, shards=2, float_epochs=2, batch=8, shard_strips=20, held_out_strips=12), 1, "tests")


@dataclass(frozen=True)
class Blots:
    """A source of shards, like `train.synthesis.shards.Generated`."""

    writers: list[Writer]
    seed: int
    count: int
    mix: Mix = SHIPPED
    collections: Collections | None = None

    def shard(self, index: int, made: Callable[[], None]) -> Shard:
        """Shard `index` of the seed."""
        made()
        targets = [f"{7 * self.seed + 3 * index + row:02d}"[-2:] for row in range(self.count)]
        return Shard(random_strips(self.count, 100 * self.seed + index, 80), targets)
