"""Generated strips, prepared ahead into files: shard k of a seed is the same wherever it is made."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing
from device_runtime.files.regular import require_regular
from train.data.collections import Collections
from train.data.damaged import UNREADABLE, DamagedFileError
from train.data.writers import Writer
from train.progress import Progress
from train.synthesis import SHARD_STRIPS
from train.synthesis.generator import FieldGenerator
from train.synthesis.mix import SHIPPED, Mix

_LOOK_S = 0.1


@dataclass(frozen=True)
class Shard:
    """Strips with their targets.

    Attributes:
        pixels: a strip each, uint8 [32, W].
        targets: a target each.
    """

    pixels: list[NDArray[np.uint8]]
    targets: list[str]


class Source(Protocol):
    """What shards are made of; it travels to the processes that make them."""

    def shard(self, index: int, made: Callable[[], None]) -> Shard:
        """Make shard `index`, always the same.

        Args:
            index: of the shard, from 0.
            made: called after every strip, or not at all.
        """


@dataclass(frozen=True)
class Generated:
    """Shards of generated strips.

    Attributes:
        writers: whose digits are written.
        seed: of all shards.
        count: strips in a shard.
        mix: what kinds of fields there are.
        collections: what people wrote, for the mixes that need it.
    """

    writers: list[Writer]
    seed: int
    count: int = SHARD_STRIPS
    mix: Mix = SHIPPED
    collections: Collections | None = None

    def shard(self, index: int, made: Callable[[], None]) -> Shard:
        """Generate shard `index` of the seed.

        Args:
            index: of the shard, from 0.
            made: called after every strip.
        """
        cv2.setNumThreads(1)
        seed = self.seed * 1_000_003 + index
        generator = FieldGenerator(self.writers, seed, mix=self.mix, collections=self.collections)
        strips = []
        for _ in range(self.count):
            strips.append(generator.strip())
            made()
        return Shard([s[0] for s in strips], [s[1] for s in strips])


def shard_path(folder: Path, index: int) -> Path:
    """Return where shard `index` is kept in a folder."""
    return folder / f"shard-{index:05d}.npz"


def make_shard(writers: list[Writer], seed: int, index: int, count: int = SHARD_STRIPS) -> Shard:
    """Generate one shard.

    Args:
        writers: whose digits are written.
        seed: of all shards.
        index: of the shard, from 0.
        count: strips in it.
    """
    return Generated(writers, seed, count).shard(index, lambda: None)


def save_shard(shard: Shard, path: Path) -> None:
    """Write a shard, whole or not at all."""
    widths = np.array([p.shape[1] for p in shard.pixels], np.int32)
    with replacing(path) as file:
        np.savez_compressed(
            file, pixels=np.concatenate(shard.pixels, axis=1), widths=widths, targets=np.array(shard.targets)
        )


def load_shard(path: Path) -> Shard:
    """Read a shard.

    Raises:
        DamagedFileError: it is not whole.
        PosteyeError: it is not there.
    """
    cure = "`posteye train` makes such files, and makes it again when it is deleted"
    require_regular(path)
    try:
        with np.load(path, allow_pickle=False) as data:
            pixels = np.split(data["pixels"], np.cumsum(data["widths"])[:-1], axis=1)
            return Shard(list(pixels), [str(t) for t in data["targets"]])
    except FileNotFoundError as error:
        raise PosteyeError(f"there is no {path}; {cure}") from error
    except UNREADABLE as error:
        raise DamagedFileError(path, error, cure) from error


class ShardMaker:
    """Worker processes that make files of shards in order, ahead of whoever waits for them; a context manager.

    Args:
        source: what the shards are made of.
        paths: a file for each shard; those that are there are not made again.
        workers: processes, at most.
        progress: tells of shards that are made again.
    """

    def __init__(self, source: Source, paths: Sequence[Path], workers: int, progress: Progress | None = None) -> None:
        self._source, self._paths = source, tuple(paths)
        self._progress = progress or Progress(shown=False)
        self._whole: set[Path] = set()
        context = multiprocessing.get_context("spawn")  # a fork after OpenCV has started its threads hangs
        self._made = context.Value("q", 0)
        jobs = [(index, path) for index, path in enumerate(self._paths) if not path.exists()]
        self._processes = [
            context.Process(target=_work, args=(source, jobs[worker::workers], self._made), daemon=True)
            for worker in range(min(workers, len(jobs)))
        ]

    def __enter__(self) -> ShardMaker:
        for path in self._paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        # Ctrl-C is for the trainer, which ends the workers: they inherit that it is blocked. Here it waits until they
        # have started, which takes seconds.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            try:
                for process in self._processes:
                    process.start()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        started = [process for process in self._processes if process.pid is not None]
        for process in started:
            process.terminate()
        for process in started:
            process.join()

    @property
    def made(self) -> int:
        """How many strips have come from the workers so far."""
        return int(self._made.value)

    def wait(self, path: Path, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Return when a shard's file is there and whole; one that was there and is damaged is made again.

        Args:
            path: one of the paths.
            meanwhile: called now and then.

        Raises:
            PosteyeError: a worker has died.
        """
        while not path.exists():
            running = any(process.is_alive() for process in self._processes)
            failed = any(process.exitcode not in (None, 0) for process in self._processes)
            if failed or not (running or path.exists()):
                raise PosteyeError(
                    f"a process that makes strips has died; {path.name} will not come (see above); "
                    "the same command goes on from here"
                )
            meanwhile()
            time.sleep(_LOOK_S)
        if path in self._whole:
            return
        try:
            load_shard(path)
        except DamagedFileError as error:
            self._progress.say(f"{str(error).partition(';')[0]}; it is made again")
            save_shard(self._source.shard(self._paths.index(path), lambda: None), path)
        self._whole.add(path)


def _work(source: Source, jobs: Sequence[tuple[int, Path]], counter: Any) -> None:
    def made() -> None:
        with counter.get_lock():
            counter.value += 1

    make_missing(jobs, lambda index, path: save_shard(source.shard(index, made), path))


def make_missing(jobs: Iterable[tuple[int, Path]], make: Callable[[int, Path], None]) -> None:
    """Make shards in a process of their own, in order; those that are there stay.

    Args:
        jobs: number and file of each.
        make: makes one.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that a half-written file is taken away
    parent = multiprocessing.parent_process()
    for index, path in jobs:
        if parent is not None and not parent.is_alive():
            return  # the trainer was killed; its daemons would draw on for hours
        if path.exists():
            continue
        try:
            make(index, path)
        except PosteyeError as error:  # a full disk, no fonts: a line is enough
            sys.exit(f"posteye: {error}")
