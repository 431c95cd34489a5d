"""The four ways up of a piece: the one that reads better counts, and a code that reads both ways is not accepted.

A piece that is read as it lies costs nothing here. One that is not is looked at again: across, where its ink makes
longer lines that way; and turned by half, where its lines read more plainly so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from device_runtime.clock import Clock
from device_runtime.decoding import upright
from device_runtime.exact import sum_in_order
from device_runtime.image.pixels import Pixels
from device_runtime.line_reader import Answer
from device_runtime.piece.whole import PieceReader, PieceReading
from device_runtime.types import Field, Line, Wanted

Find = Callable[[Pixels], Sequence[Line]]
Sample = Callable[[Pixels, Line], Pixels]

# Lines across the piece have to be so much longer, for their height, before it is read that way.
_LONGER = 1.3
# The widest lines tell which way up a piece lies; so many are read both ways, until the difference is plain, in nats.
_COMPARED, _PLAIN = 6, 3.0
# Belief in a code the other way, from which it is a rival.
_RIVAL = 0.5


@dataclass(frozen=True)
class WayUp:
    """What was read one way up.

    Attributes:
        lines: of the turned picture.
        found: what was read.
        turns: by how many quarters the picture was turned counterclockwise.
        pixels: the turned picture.
    """

    lines: Sequence[Line]
    found: PieceReading
    turns: int
    pixels: Pixels


class AnyWayUp:
    """Reads a piece that may lie any way up."""

    def __init__(self, reader: PieceReader, find: Find, sample: Sample) -> None:
        """Prepare.

        Args:
            reader: of pieces that lie upright.
            find: the lines of a picture.
            sample: the pixels of a line's field.
        """
        self._reader, self._find, self._sample = reader, find, sample

    def read(self, pixels: Pixels, wanted: Wanted, every: bool, right: bool, clock: Clock) -> WayUp | None:
        """Read a piece; None where no way up has a line.

        Args:
            pixels: the picture.
            wanted: whose code is wanted.
            every: whether to read every line.
            right: whether it is known to lie the right way up.
            clock: takes the time.
        """
        find = clock.timed("locate", self._find)

        def read(turned: Pixels, lines: Sequence[Line], turns: int) -> WayUp:
            found = self._reader.read(lines, turned.shape[1::-1], self._crop(turned), wanted, every, clock)
            return WayUp(lines, found, turns, turned)

        lines = find(pixels)
        first = read(pixels, lines, 0) if lines else None
        if right:
            return first
        if first and first.found.verdict.reading.status == "accepted":
            return self._if_upright(first, clock)
        # Which two ways the lines run, and which of these reads more plainly.
        across = turn(pixels, 1)
        lines_across = find(across)
        if _length(lines_across) > _LONGER * _length(lines):
            beside = read(across, lines_across, 1)
            if beside.found.verdict.reading.status == "accepted":
                return self._if_upright(beside, clock)
            first = beside
        if first is None or self._gain(first, clock) >= 0:
            return first
        turned = turn(first.pixels, 2)
        height, width = first.pixels.shape[:2]
        lines = [
            replace(line, field=_from_other_end(turned_field(line.field, 2, width, height))) for line in first.lines
        ]
        half = read(turned, lines, 2)
        return _better(first, replace(half, turns=first.turns + 2))

    def _crop(self, pixels: Pixels) -> Callable[[Line], Pixels]:
        return lambda line: self._sample(pixels, line)

    def _if_upright(self, way: WayUp, clock: Clock) -> WayUp:
        """An accepted reading, rejected if it has a rival upside down and the lines tell nothing."""
        verdict = way.found.verdict
        if not upright.may_be_turned(verdict.reading) or verdict.line is None:
            return way
        rival = self._upside_down(way, verdict.line, clock)
        if not upright.is_rival(verdict.reading, rival.reading) or self._gain(way, clock) >= upright.PLAINER:
            return way
        doubted = replace(verdict, reading=upright.doubt(verdict.reading, rival.reading))
        return replace(way, found=replace(way.found, verdict=doubted))

    def _gain(self, way: WayUp, clock: Clock) -> float:
        """By how many nats the widest lines read more plainly as they are than turned by half."""
        widest = sorted(range(len(way.lines)), key=lambda i: (-_width(way.lines[i]), i))
        gain = 0.0
        for line in widest[:_COMPARED]:
            answer = way.found.answers[line]
            if answer is None:
                answer = self._reader.read_line(self._sample(way.pixels, way.lines[line]), clock)
            gain += upright.plainer(answer.view.decoding, self._upside_down(way, line, clock).view.decoding)
            if abs(gain) >= _PLAIN:
                break
        return gain

    def _upside_down(self, way: WayUp, line: int, clock: Clock) -> Answer:
        return self._reader.read_line(upright.turn(self._sample(way.pixels, way.lines[line])), clock)


def turn(pixels: Pixels, quarters: int) -> Pixels:
    """A picture turned counterclockwise by quarters of a circle."""
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def turned_field(field: Field, quarters: int, width_px: int, height_px: int) -> Field:
    """A field of a picture in the picture turned counterclockwise; its corners stay in the order of reading.

    Args:
        field: of the picture as it lies.
        quarters: by how many quarters it is turned.
        width_px: of the picture as it lies.
        height_px: of it.
    """
    corners = field.corners
    for _ in range(quarters % 4):
        corners = tuple((y, width_px - x) for x, y in corners)
        width_px, height_px = height_px, width_px
    return Field(corners)


def field_before_turn(field: Field, quarters: int, width_px: int, height_px: int) -> Field:
    """Where a field of a turned picture stands in the picture as it lies; its corners stay in the order of reading.

    Args:
        field: of the turned picture.
        quarters: by how many quarters it was turned counterclockwise.
        width_px: of the picture as it lies.
        height_px: of it.
    """
    width_px, height_px = (width_px, height_px) if quarters % 2 == 0 else (height_px, width_px)
    corners = field.corners
    for _ in range(-quarters % 4):
        corners = tuple((y, width_px - x) for x, y in corners)
        width_px, height_px = height_px, width_px
    return Field(corners)


def _from_other_end(field: Field) -> Field:
    """A field whose writing is read from its other end."""
    return Field((*field.corners[2:], *field.corners[:2]))


def _better(first: WayUp, half: WayUp) -> WayUp:
    """The reading turned by half where it is accepted, or the only one; rejected where the other is believed too."""
    turned, lying = half.found.verdict, first.found.verdict.reading
    if turned.reading.status != "accepted":
        return half if lying.code is None else first
    if upright.is_rival(turned.reading, lying, _RIVAL):
        doubted = replace(turned, reading=upright.doubt(turned.reading, lying))
        return replace(half, found=replace(half.found, verdict=doubted))
    return half


def _width(line: Line) -> float:
    (x0, y0), (x1, y1) = line.field.corners[:2]
    return max(abs(x1 - x0), abs(y1 - y0))


def _length(lines: Sequence[Line]) -> float:
    """How long lines are in heights of their characters, on the mean over their ink."""
    widths = [_width(line) for line in lines]
    total = sum_in_order(widths)
    ratios = (width * width / max(1.0, line.height_px) for width, line in zip(widths, lines, strict=True))
    return sum_in_order(ratios) / total if total > 0 else 0.0
