"""Answers by portion in a file that grows, so that a run that was stopped goes on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from benchmarks.pieces.rendered import Portion, Stock
from train.progress import Progress

_Piece = TypeVar("_Piece")


class Answered(Struct, Generic[_Piece], frozen=True):
    """A line of the file.

    Attributes:
        key: Of the portion.
        pieces: What came of its pieces.
    """

    key: str
    pieces: list[_Piece]


def answers(
    wanted: Sequence[Portion],
    kept: Path,
    stock: Stock,
    processes: int,
    read: Callable[[Stock, Portion], list[_Piece]],
    kind: type[_Piece],
) -> list[_Piece]:
    """What came of the pieces of all portions: those that are kept, and new ones, in the portions' order.

    Args:
        wanted: The portions.
        kept: File of answers of the same code, bundle, data and seed; each portion is added when it is read.
        stock: What pieces are rendered from.
        processes: How many portions are read at a time.
        read: Reads a portion; a function of a module.
        kind: Of what comes of a piece.
    """
    found = {key: pieces for key, pieces in _kept(kept, kind).items()}
    missing = [portion for portion in wanted if len(found.get(portion.key, ())) < portion.size]
    done = sum(portion.size for portion in wanted) - sum(portion.size for portion in missing)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with (
        Progress().bar(sum(portion.size for portion in wanted), "pieces", done) as bar,
        kept.open("ab") as file,
        # Started anew: a copy of this process would share its threads' locks.
        ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool,
    ):
        runs = {pool.submit(partial(read, stock), portion): portion for portion in missing}
        try:
            for run in as_completed(runs):
                portion = runs[run]
                found[portion.key] = run.result()
                file.write(msgspec.json.encode(Answered(portion.key, found[portion.key])) + b"\n")
                file.flush()
                bar.advance(portion.size)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [piece for portion in wanted for piece in found[portion.key][: portion.size]]


def _kept(path: Path, kind: type[_Piece]) -> dict[str, list[_Piece]]:
    """Portions by their key, the last of each; a line that was being written when a run ended is left out."""
    if not path.exists():
        return {}
    found = {}
    lines = path.read_bytes().split(b"\n")
    for line in lines[:-1]:
        answered = msgspec.json.decode(line, type=Answered[kind])  # type: ignore[valid-type]
        found[answered.key] = answered.pieces
    if lines[-1]:
        path.write_bytes(b"\n".join([*lines[:-1], b""]))
    return found
