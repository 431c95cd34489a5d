"""Rendered pieces as the locator sees them, prepared ahead into files by a process of their own."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.files.atomic import replacing
from device_runtime.piece.locator.grid import ROLES
from device_runtime.piece.locator.view import view_of
from train.data.damaged import UNREADABLE, DamagedFileError
from train.data.writers import Writer
from train.locator.targets import Truth
from train.synthesis.pieces.desk import Codes
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.parts import Part
from train.synthesis.pieces.piece import Piece
from train.synthesis.shards import make_missing

SHARD_PIECES = 128
_WHOLE_EVERY, _CODELESS_EVERY, _SENDER_EVERY = 4, 20, 10
_QUICK_PX = 960  # the longer side of the other frames: they are drawn in a third of the time
_RED, _GREEN, _BLUE = 19595, 38470, 7471  # of 65536: the weights of ITU-R 601


@dataclass(frozen=True)
class Views:
    """Views of pieces with their truth.

    Attributes:
        pixels: uint8 [240, 320] each.
        truths: one a view.
    """

    pixels: tuple[NDArray[np.uint8], ...]
    truths: tuple[Truth, ...]

    def __add__(self, other: Views) -> Views:
        return Views(self.pixels + other.pixels, self.truths + other.truths)


class Source(Protocol):
    """What makes pieces; it travels to the process that renders."""

    def pieces(self, index: int) -> Iterator[Piece]:
        """The pieces of shard `index`, always the same, without an end."""


@dataclass(frozen=True)
class Rendered:
    """Pieces of the renderer.

    Attributes:
        writers: whose digits stand on them.
        seed: of all shards.
        part: "train" or "test": which fonts, layouts and countries.
        strokes: folder of pen strokes of capitals, if they are used.
    """

    writers: list[Writer]
    seed: int
    part: Part
    strokes: Path | None = None

    def pieces(self, index: int) -> Iterator[Piece]:
        """The pieces of shard `index`: one of four in a whole frame, one of ten with the sender's code alone,
        one of twenty without a code."""
        generator = PieceGenerator(self.writers, self.seed * 1_000_003 + index, self.part, strokes=self.strokes)
        for number in count():
            longest_px = None if number % _WHOLE_EVERY == 0 else _QUICK_PX
            codes: Codes = "none" if number % _CODELESS_EVERY == 0 else "destination"
            if number % _SENDER_EVERY == _SENDER_EVERY // 2:
                codes = "sender"
            yield generator.piece(codes=codes, longest_px=longest_px)


def gray_of(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The lightness of RGB pixels, uint8 [H, W, 3] -> uint8 [H, W]."""
    red, green, blue = (image[..., channel].astype(np.uint32) for channel in range(3))
    return ((red * _RED + green * _GREEN + blue * _BLUE + 32768) >> 16).astype(np.uint8)


def view_with_truth(piece: Piece) -> tuple[NDArray[np.uint8], Truth]:
    """A piece as the locator sees it, with the truth in px of the view."""
    view = view_of(gray_of(piece.image))
    corners = np.array([number.corners for number in piece.numbers], np.float64).reshape(-1, 4, 2)
    truth = Truth(
        view.from_frame(corners).astype(np.float32),
        np.array([number.visible for number in piece.numbers], bool).reshape(-1, 4),
        np.array([ROLES.index(number.role) for number in piece.numbers], np.int8),
        (piece.quarter_turns - int(view.turned)) % 4,
    )
    return view.pixels, truth


def join(made: Iterable[tuple[NDArray[np.uint8], Truth]]) -> Views:
    """Views with their truths, put together."""
    pixels, truths = zip(*made, strict=True)
    return Views(pixels, truths)


def shard_path(folder: Path, index: int) -> Path:
    """Where shard `index` of a run is."""
    return folder / "shards" / f"views-{index:05d}.npz"


def save_views(views: Views, path: Path) -> None:
    """Write a shard, whole or not at all."""
    counts = np.array([len(truth.roles) for truth in views.truths], np.int32)
    names = ("corners", "visible", "roles")
    arrays = {name: np.concatenate([getattr(truth, name) for truth in views.truths]) for name in names}
    turns = np.array([truth.turn for truth in views.truths], np.int8)
    with replacing(path) as file:
        np.savez_compressed(file, pixels=np.stack(views.pixels), counts=counts, turns=turns, **arrays)


def load_views(path: Path) -> Views:
    """Read a shard; raises DamagedFileError when it is not whole."""
    try:
        with np.load(path, allow_pickle=False) as data:
            ends = np.cumsum(data["counts"])[:-1]
            parts = (np.split(data[name], ends) for name in ("corners", "visible", "roles"))
            return Views(tuple(data["pixels"]), tuple(map(Truth, *parts, data["turns"].tolist())))
    except UNREADABLE as error:
        raise DamagedFileError(path, error, "delete it, and the same command renders it again") from error


@contextmanager
def rendering(source: Source, folder: Path, shards: int) -> Iterator[Any]:
    """Render shards in a process of its own, in order, until the block ends; those that are there stay.

    Args:
        source: makes the pieces.
        folder: of the run.
        shards: how many.

    Returns:
        The process.
    """
    (folder / "shards").mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")  # a fork after OpenCV has started its threads hangs
    process = context.Process(target=_render, args=(source, folder, shards), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join()


def render_shard(source: Source, index: int, size: int = SHARD_PIECES) -> Views:
    """Render one shard of so many pieces."""
    return join(view_with_truth(piece) for piece in islice(source.pieces(index), size))


def _render(source: Source, folder: Path, shards: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the trainer, which ends this process
    cv2.setNumThreads(1)
    jobs = ((index, shard_path(folder, index)) for index in range(shards))
    make_missing(jobs, lambda index, path: save_views(render_shard(source, index), path))
