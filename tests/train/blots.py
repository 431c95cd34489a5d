"""Shards of blots with digits for targets, quick to make in any process: they stand in for generated strips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.stub import random_strips
from train.data.collections import Collections
from train.data.writers import Writer
from train.runs.recipe import Preset, Recipe
from train.synthesis.mix import SHIPPED, Mix
from train.synthesis.shards import Shard, save_shard

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


class MakerHere:
    """Makes shards when they are waited for, in this process: as `train.synthesis.shards.ShardMaker`, and quicker."""

    made = 0

    def __init__(self, source: Blots, paths: Sequence[Path], workers: int, progress: object = None) -> None:
        self._source, self._paths = source, list(paths)

    def __enter__(self) -> MakerHere:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def wait(self, path: Path, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Make the file if it is not there."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save_shard(self._source.shard(self._paths.index(path), lambda: None), path)
