"""A whole training of the locator: pieces rendered in the background, the net trained, measured and saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import sleep

from torch import nn

from device_runtime.errors import PosteyeError
from train.data.mnist import WHEEL_REQUIREMENT, load_mnist
from train.data.writers import writers_of
from train.locator.measure import Tally
from train.locator.result import measured, save_result
from train.locator.shards import SHARD_PIECES, Rendered, Source, Views, load_views, render_shard, rendering, shard_path
from train.locator.trainer import LocatorRecipe, LocatorRun, load_float
from train.progress import Progress
from train.runs.lock import locked

_FIRST_SHARDS = 8  # training begins when these are there
_HELD_OUT_SEED = 7  # far from every training shard
_HELD_OUT_PIECES = 512
_LOOK_S = 0.5


@dataclass(frozen=True)
class Material:
    """What pieces are made of.

    Attributes:
        mnist: folder of MNIST's files; None: by pip.
        writers: folder of QMNIST's writer ids, if they are used.
        strokes: folder of pen strokes of capitals, if they are used.
    """

    mnist: Path | None
    writers: Path | None
    strokes: Path | None

    def sources(self, seed: int) -> tuple[Rendered, Rendered]:
        """Pieces to train on, and pieces of other writers to measure with; raises PosteyeError for what is missing."""
        digits = load_mnist(self.mnist, self.writers)
        fit = Rendered(writers_of(digits.fit), seed, "train", self.strokes)
        return fit, Rendered(writers_of(digits.validation), _HELD_OUT_SEED, "train", self.strokes)

    def names(self) -> tuple[str, ...]:
        """All by name, for the bundle's manifest."""
        found = ["rendered mail pieces (train.synthesis.pieces)", f"MNIST training digits ({WHEEL_REQUIREMENT})"]
        found += ["NIST writer ids from QMNIST"] if self.writers else []
        found += ["pen strokes of UNIPEN"] if self.strokes else []
        return tuple(found)


class Growing:
    """The shards of a folder that are there, read once each."""

    def __init__(self, folder: Path, shards: int, process: BaseProcess) -> None:
        self._paths = [shard_path(folder, index) for index in range(shards)]
        self._process = process
        self._views = Views((), ())
        self._read = 0

    def __call__(self) -> Views:
        """All views that there are now; waits for the first.

        Raises:
            PosteyeError: the process that renders has died, or a shard is damaged.
        """
        first = min(_FIRST_SHARDS, len(self._paths))
        while not self._paths[first - 1].exists():
            self._require_running()
            sleep(_LOOK_S)
        self._require_running()
        while self._read < len(self._paths) and self._paths[self._read].exists():
            self._views += load_views(self._paths[self._read])
            self._read += 1
        return self._views

    def _require_running(self) -> None:
        if not self._process.is_alive() and self._process.exitcode != 0:
            raise PosteyeError(
                "the process that renders pieces has died (see above); what was trained is kept, and the same command "
                "goes on from there"
            )


def train_locator(
    folder: Path, recipe: LocatorRecipe, material: Material, pieces: int, start: Path | None = None
) -> Tally:
    """Train in a folder, or go on where a training stopped.

    Args:
        folder: of the run.
        recipe: what decides the weights.
        material: what pieces are made of.
        pieces: how many to render.
        start: folder of another training, to go on from its float net.

    Returns:
        What the finished int8 net finds in held-out views.

    Raises:
        PosteyeError: material is missing, or the folder holds another run or a damaged one.
    """
    progress = Progress()
    fit, held_out = material.sources(recipe.seed)
    with locked(folder):
        return run(folder, recipe, (fit, held_out), pieces, material.names(), progress, start)


def run(
    folder: Path,
    recipe: LocatorRecipe,
    sources: tuple[Source, Source],
    pieces: int,
    names: tuple[str, ...],
    progress: Progress,
    start: Path | None = None,
) -> Tally:
    """Train on pieces of any source, as `train_locator` does.

    Args:
        folder: of the run.
        recipe: what decides the weights.
        sources: of pieces to train on, and of pieces to measure with.
        pieces: how many to render.
        names: of what they are made of.
        progress: says how far it is.
        start: as there.
    """
    shards = -(-pieces // SHARD_PIECES)
    with rendering(sources[0], folder, shards) as process:
        progress.step(f"{_HELD_OUT_PIECES} held-out pieces")
        held_out = render_shard(sources[1], 0, _HELD_OUT_PIECES)
        views = Growing(folder, shards, process)
        begin = None if start is None else load_float(start)
        net = LocatorRun(folder, recipe, views, progress, begin)(_reported(held_out))
        trained = len(views().truths)
    return save_result(folder, net, recipe, {"pieces": trained}, names, held_out)


def _reported(held_out: Views) -> Callable[[nn.Module], str]:
    """Says what the net finds in held-out views, in words."""

    def report(net: nn.Module) -> str:
        found = measured(net, held_out)
        return (
            f"; destination first {found.first / found.destinations:.1%}, in three "
            f"{found.third / found.destinations:.1%}, turn {found.turns_right / found.frames:.1%}, "
            f"found {found.found / found.numbers:.1%}, role {found.roles_right / max(1, found.found):.1%}"
        )

    return report
