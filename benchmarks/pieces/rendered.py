"""Rendered test pieces in portions: nothing is stored, a portion is known by its seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.pieces.conditions import BANDS, WORDS
from device_runtime.reader import Reader
from device_runtime.types import Field
from train.data.mnist import load_mnist
from train.data.piece_labels import Number, Truth
from train.data.writers import Writer, writers_of
from train.evaluation.pieces import Judged, judge
from train.synthesis.pieces.desk import Codes
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.piece import Piece

PORTION = 20  # pieces that are drawn one after the other from one seed
# Which codes stand on the pieces of a kind: on the first the destination's, on the others none that is wanted.
CODED, BARE, ALIKE, SENDER = "coded", "bare", "alike", "sender"
CODES: dict[str, Codes] = {CODED: "destination", BARE: "none", ALIKE: "lookalike", SENDER: "sender"}
_PORTIONS_OF_A_SEED, _SEEDS = 100_000, 1_000


@dataclass(frozen=True)
class Stock:
    """What test pieces are rendered from and read with.

    Attributes:
        writers: Folder of QMNIST label files.
        mnist: Folder of MNIST's four idx files; None = pip.
        strokes: Folder of pen strokes of capitals; None = words by hand are set in fonts.
        seed: Of all portions.
        bundle: Folder of a model bundle; None = the shipped one.
    """

    writers: Path
    mnist: Path | None
    strokes: Path | None
    seed: int
    bundle: Path | None = None


@dataclass(frozen=True)
class Portion:
    """Some pieces.

    Attributes:
        kind: one of CODES.
        number: From 0.
        size: How many of the portion's pieces are wanted.
    """

    kind: str
    number: int
    size: int

    @property
    def key(self) -> str:
        """What it is known by."""
        return f"{self.kind}-{self.number}"


def portions(kind: str, count: int) -> list[Portion]:
    """The portions of a kind that hold so many pieces; the last may be smaller."""
    starts = range(0, count, PORTION)
    return [Portion(kind, start // PORTION, min(PORTION, count - start)) for start in starts]


def drawn(stock: Stock, portion: Portion) -> Iterator[tuple[str, Piece]]:
    """The pieces of a portion with their names, drawn as they are asked for."""
    # Portions of each kind have seeds of their own.
    among_two, pair = list(CODES).index(portion.kind) % 2, list(CODES).index(portion.kind) // 2
    seed = (2 * (stock.seed + pair * _SEEDS) + among_two) * _PORTIONS_OF_A_SEED + portion.number
    generator = PieceGenerator(_writers(stock.writers, stock.mnist), seed, "test", strokes=stock.strokes)
    for place in range(portion.size):
        name = f"{portion.kind}-{portion.number * PORTION + place:05d}"
        yield name, generator.piece(codes=CODES[portion.kind])


def read_portion(stock: Stock, portion: Portion) -> list[Judged]:
    """Render a portion, read each piece with its country's grammar, and judge the readings."""
    found = []
    for name, piece in drawn(stock, portion):
        result = country_reader(piece.country, stock.bundle).read(piece.image)
        found.append(judge(name, truth_of(piece), columns_of(piece), result).judged)
    return found


def truth_of(piece: Piece) -> Truth:
    """What a rendered piece holds, as an evaluation wants to know it."""
    numbers = tuple(Number(n.text, n.role, n.kind, Field(n.corners)) for n in piece.numbers)
    wanted = next((n for n in numbers if piece.code and n.role == "destination" and n.text == piece.code), None)
    return Truth(piece.code or "", wanted.field if wanted else None, numbers)


def columns_of(piece: Piece) -> dict[str, str]:
    """The conditions of a rendered piece, as words."""
    told = {name: "no" for name in WORDS} | {name: "0" for name in BANDS}  # what a piece says nothing of, it has not
    told |= {name: value if isinstance(value, str) else f"{value:g}" for name, value in piece.conditions.items()}
    sender = "yes" if any(number.role == "sender" for number in piece.numbers) else "no"
    return told | {"quarter_turns": str(piece.quarter_turns), "sender": sender}


@cache
def country_reader(country: str, bundle: Path | None) -> Reader:
    """The reader of a country's codes."""
    return Reader(country=country, bundle=bundle)


@cache
def _writers(folder: Path, mnist: Path | None) -> list[Writer]:
    return writers_of(load_mnist(mnist, folder).test)
