"""Rendering pieces and seeing them, in parts that are kept, so that a stopped run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.files.atomic import write_bytes
from device_runtime.grammar.countries import countries
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.pixels import Pixels
from device_runtime.line_reader import LineReader
from device_runtime.piece.evidence.alternatives import Country
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.locator import Locator
from device_runtime.piece.scene import Scene, scene_of
from device_runtime.reader import DEFAULT_MAX_ERROR
from train.data.writers import Writer
from train.evidence.record import Record, Watcher, watch
from train.progress import Progress
from train.synthesis.pieces.desk import Codes
from train.synthesis.pieces.draws import by_share
from train.synthesis.pieces.generator import PieceGenerator

PART_PIECES = 50
# Which codes stand on the pieces, by share. What is rare in the mail comes more often here, to be learned.
CODES_SHARES: dict[Codes, float] = {"destination": 0.7, "none": 0.09, "lookalike": 0.09, "sender": 0.12}
# The shares in a stream of mail for which thresholds are found: nobody counted such pieces, these are guesses.
STREAM_SHARES: dict[Codes, float] = {"destination": 0.76, "none": 0.09, "lookalike": 0.03, "sender": 0.12}
# So many of the pieces are read without their country: by a pattern, so that the order of a line tells nothing.
_UNKNOWN_SHARE = 0.15
_CANDIDATES = 5


def watch_pieces(writers: Sequence[Writer], strokes: Path | None, count: int, seed: int, folder: Path) -> list[Record]:
    """Render pieces of the training part and see them; parts that lie in the folder are not made again.

    Args:
        writers: whose digits stand on them.
        strokes: folder of pen strokes of capitals, or None.
        count: how many pieces; rounded up to whole parts.
        seed: of all draws.
        folder: for the parts; a folder serves one seed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Record] = []
    with Progress().bar(count, "pieces") as bar:
        for part in range(-(-count // PART_PIECES)):
            path = folder / f"part-{part:04d}.msgpack"
            if path.is_file():
                records = msgspec.msgpack.decode(path.read_bytes(), type=list[Record])
            else:
                records = _part(writers, strokes, (seed, part))
                write_bytes(path, msgspec.msgpack.encode(records))
            found += records
            bar.advance(len(records))
    return found[:count]


def _part(writers: Sequence[Writer], strokes: Path | None, seed: tuple[int, int]) -> list[Record]:
    random = np.random.default_rng((*seed, 1))
    generator = PieceGenerator(writers, int(random.integers(1 << 31)), "train", strokes=strokes)
    records = []
    for _ in range(PART_PIECES):
        piece = generator.piece(codes=by_share(random, CODES_SHARES))
        records.append(watch(piece, _watcher(piece.country, bool(random.random() >= _UNKNOWN_SHARE))))
    return records


@cache
def _watcher(country: str, known: bool) -> Watcher:
    """What reads the codes of a country, which it is told or not."""
    bundle = load_bundle()
    grammar = Grammar.from_country(country)
    lengths = grammar.lengths()
    lines = LineReader(bundle, None, grammar, DEFAULT_MAX_ERROR, _CANDIDATES)
    order = countries()[country].order if known else ""
    return Watcher(_look, lines, Country(order, lengths[0], lengths[-1]))


def _look(pixels: Pixels) -> Scene:
    return scene_of(pixels, _locator())


@cache
def _locator() -> Locator:
    bundle = load_locator()
    return Locator(bundle, engines.pick(None, bundle.model))
