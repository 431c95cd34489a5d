"""What the device saw on a rendered piece, beside the truth: all that fitting needs, without a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from msgspec import Struct

from device_runtime.clock import Clock
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.line_reader import LineReader, chosen
from device_runtime.piece.evidence.alternatives import Country, Facts
from device_runtime.piece.quarters import turn, turned_field
from device_runtime.piece.sampling import sample
from device_runtime.piece.scene import Opinion, is_inside
from device_runtime.piece.so_far import facts_of
from device_runtime.piece.turns import Look
from device_runtime.types import Field, Line, Reading
from train.synthesis.pieces.desk import Codes
from train.synthesis.pieces.piece import Piece


class SeenLine(Struct, frozen=True):
    """A line that was found and read.

    Attributes:
        line: where it stands.
        opinion: what the locator says of it.
        facts: what was read in it.
        status: what is said of it by itself.
        code: its best code.
    """

    line: Line
    opinion: Opinion
    facts: Facts
    status: str
    code: str | None


class Record(Struct, frozen=True):
    """A piece as the device saw it.

    Attributes:
        size: width and height of the picture, px.
        lines: that were found on it.
        country: what the grammar says of codes, with the order of the country or without.
        codes: the true code by role, "destination" and "sender"; a role that is missing has none.
        places: the lines in which it stands, by role.
        conditions: what was drawn.
    """

    size: tuple[int, int]
    lines: tuple[SeenLine, ...]
    country: Country
    codes: dict[str, str]
    places: dict[str, tuple[int, ...]]
    conditions: dict[str, str | float]

    @property
    def drawn(self) -> Codes:
        """Which codes were drawn on it."""
        return msgspec.convert(self.conditions["codes"], Codes)


@dataclass(frozen=True)
class Watcher:
    """What sees a piece.

    Attributes:
        look: what is seen on a picture.
        lines: reads a line.
        country: of the codes.
    """

    look: Look
    lines: LineReader
    country: Country


def watch(piece: Piece, watcher: Watcher) -> Record:
    """See a piece as a device does that has it the right way up.

    Args:
        piece: with its truth.
        watcher: what sees it.
    """
    height, width = piece.image.shape[:2]
    pixels = turn(piece.image, piece.quarter_turns)  # the piece was turned clockwise
    scene = watcher.look(pixels)
    clock = Clock()
    lines = []
    for line, opinion in zip(scene.lines, scene.opinions, strict=True):
        answer = chosen(watcher.lines.augmented(watcher.lines.read(sample(pixels, line.field), clock), clock))
        reading: Reading = answer.reading
        lines.append(SeenLine(line, opinion, facts_of(answer), reading.status, reading.code))
    codes, places = {}, {}
    for role in ("destination", "sender"):
        numbers = [number for number in piece.numbers if number.kind == role and number.role == role]
        if not numbers:
            continue
        codes[role] = numbers[0].text
        upright = [turned_field(Field(number.corners), piece.quarter_turns, width, height) for number in numbers]
        places[role] = tuple(
            i for i, line in enumerate(scene.lines) if any(_holds(line.field, field) for field in upright)
        )
    size = (pixels.shape[1], pixels.shape[0])
    return Record(size, tuple(lines), watcher.country, codes, places, dict(piece.conditions))


def same(code: str | None, truth: str | None) -> bool:
    """Whether two codes have the same digits, whatever parts them."""
    bare = str.maketrans("", "", SEPARATORS)
    return code is not None and truth is not None and code.translate(bare) == truth.translate(bare)


def _holds(line: Field, number: Field) -> bool:
    """Whether the middle of a number lies in a line."""
    x = sum(corner[0] for corner in number.corners) / 4
    y = sum(corner[1] for corner in number.corners) / 4
    return is_inside(line, x, y)
