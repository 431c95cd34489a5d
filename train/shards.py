"""Generated strips, prepared ahead into files: shard k of a seed is the same wherever it is made."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from train.digits import Hand
from train.fields import FieldGenerator

SHARD_STRIPS = 4096


@dataclass(frozen=True)
class Shard:
    """Strips with their targets; pixels: list of uint8 [32, W]."""

    pixels: list[NDArray[np.uint8]]
    targets: list[str]


def shard_path(folder: Path, index: int) -> Path:
    """Where shard `index` is kept."""
    return folder / f"shard-{index:05d}.npz"


def make_shard(hands: list[Hand], seed: int, index: int, count: int = SHARD_STRIPS) -> Shard:
    """Generate shard `index` of a seed."""
    cv2.setNumThreads(1)
    generator = FieldGenerator(hands, seed * 1_000_003 + index)
    strips = [generator.strip() for _ in range(count)]
    return Shard([s[0] for s in strips], [s[1] for s in strips])


def save_shard(shard: Shard, path: Path) -> None:
    """Write a shard so that a reader sees all of it or nothing."""
    widths = np.array([p.shape[1] for p in shard.pixels], np.int32)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        np.savez_compressed(
            file, pixels=np.concatenate(shard.pixels, axis=1), widths=widths, targets=np.array(shard.targets)
        )
    temporary.replace(path)


def load_shard(path: Path) -> Shard:
    """Read a shard."""
    with np.load(path, allow_pickle=False) as data:
        pixels = np.split(data["pixels"], np.cumsum(data["widths"])[:-1], axis=1)
        return Shard(list(pixels), [str(t) for t in data["targets"]])


class ShardMaker:
    """Worker processes that prepare shards in order, ahead of whoever consumes them; a context manager."""

    def __init__(self, hands: list[Hand], seed: int, folder: Path, first: int, last: int, workers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        context = multiprocessing.get_context("spawn")  # a fork after OpenCV has started its threads hangs
        self._processes = [
            context.Process(target=_work, args=(hands, seed, folder, range(first + worker, last, workers)), daemon=True)
            for worker in range(workers)
        ]

    def __enter__(self) -> ShardMaker:
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()

    def running(self) -> int:
        """How many workers are still at it."""
        return sum(p.is_alive() for p in self._processes)

    def failed(self) -> bool:
        """True when a worker has died with an error."""
        return any(p.exitcode not in (None, 0) for p in self._processes)


def _work(hands: list[Hand], seed: int, folder: Path, indices: Iterator[int]) -> None:
    parent = multiprocessing.parent_process()
    for index in indices:
        if parent is not None and not parent.is_alive():
            return  # the trainer was killed; its daemons would draw on for hours
        path = shard_path(folder, index)
        if not path.exists():
            save_shard(make_shard(hands, seed, index), path)
