"""Where lines stand on a piece: their boxes in the direction of reading, rows of boxes, and blocks of rows.

Only +, -, *, / and square roots decide here, so that every machine finds the same blocks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from device_runtime.types import Line

# Lines side by side are one row when they share this of the lower one's height, and no wider gap parts them, in
# heights of characters.
_SHARED, _ROW_GAP = 0.5, 6.0
# A row goes on with the block of the row above it when its middle is no farther below, its left edge or its middle no
# farther aside, in heights of the taller characters, and neither is so many times as tall as the other.
_PITCH, _ASIDE, _TALLER = 3.2, 3.0, 2.6


@dataclass(frozen=True)
class Box:
    """A line in the piece's own directions: x along the lines of writing, y down across them, from the middle.

    Attributes:
        left, top, right, bottom: px of the picture.
        height: of its characters, px.
    """

    left: float
    top: float
    right: float
    bottom: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """x and y of its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Layout:
    """How the lines of a piece stand to each other.

    Attributes:
        boxes: one a line.
        half: half of the picture's size along and across the lines, px.
        rows: lines side by side, from left to right, by their index.
        blocks: rows one below the other, from above, by their index; every row is in one block.
    """

    boxes: tuple[Box, ...]
    half: tuple[float, float]
    rows: tuple[tuple[int, ...], ...]
    blocks: tuple[tuple[int, ...], ...]

    def next_to(self, line: int) -> tuple[int, ...]:
        """The lines of the rows right above and right below a line's row in its block."""
        row = next(row for row, members in enumerate(self.rows) if line in members)
        block = next(block for block in self.blocks if row in block)
        place = block.index(row)
        return tuple(
            i for near in (*block[max(0, place - 1) : place], *block[place + 1 : place + 2]) for i in self.rows[near]
        )


def lay_out(lines: Sequence[Line], width_px: int, height_px: int) -> Layout:
    """Find the rows and blocks of lines.

    Args:
        lines: of one picture.
        width_px: of the picture.
        height_px: of it.
    """
    along = _direction(lines)
    across = (-along[1], along[0])
    middle = (width_px / 2, height_px / 2)
    boxes = tuple(_box(line, along, across, middle) for line in lines)
    half = (
        abs(along[0]) * middle[0] + abs(along[1]) * middle[1],
        abs(across[0]) * middle[0] + abs(across[1]) * middle[1],
    )
    rows = _rows(boxes)
    return Layout(boxes, half, rows, _blocks(boxes, rows))


def _direction(lines: Sequence[Line]) -> tuple[float, float]:
    """The direction of reading that most of the writing has, as a vector of length 1."""
    x = y = 0.0
    for line in lines:
        (x0, y0), (x1, y1) = line.field.corners[:2]
        x, y = x + (x1 - x0), y + (y1 - y0)
    length = math.sqrt(x * x + y * y)
    return (x / length, y / length) if length > 0 else (1.0, 0.0)


def _box(line: Line, along: tuple[float, float], across: tuple[float, float], middle: tuple[float, float]) -> Box:
    xs, ys = [], []
    for x, y in line.field.corners:
        x, y = x - middle[0], y - middle[1]
        xs.append(x * along[0] + y * along[1])
        ys.append(x * across[0] + y * across[1])
    return Box(min(xs), min(ys), max(xs), max(ys), max(1.0, line.height_px))


def _rows(boxes: Sequence[Box]) -> tuple[tuple[int, ...], ...]:
    group = list(range(len(boxes)))
    order = sorted(range(len(boxes)), key=lambda i: (boxes[i].top, i))
    for place, i in enumerate(order):
        a = boxes[i]
        for j in order[place + 1 :]:
            b = boxes[j]
            if b.top >= a.bottom:
                break
            shared = min(a.bottom, b.bottom) - max(a.top, b.top)
            gap = max(a.left, b.left) - min(a.right, b.right)
            near = gap <= _ROW_GAP * max(a.height, b.height)
            if near and shared >= _SHARED * min(a.bottom - a.top, b.bottom - b.top):
                _join(group, i, j)
    rows = _members(group)
    return tuple(tuple(sorted(row, key=lambda i: (boxes[i].left, i))) for row in rows)


def _blocks(boxes: Sequence[Box], rows: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    spans = [_around([boxes[i] for i in row]) for row in rows]
    order = sorted(range(len(rows)), key=lambda row: (spans[row].middle[1], row))
    group = list(range(len(rows)))
    farthest = _PITCH * max([span.height for span in spans], default=0.0)
    taken: set[int] = set()
    for place, row in enumerate(order):
        # The nearest row above that it may go on with, and that no other row goes on with.
        for above in reversed(order[:place]):
            if spans[row].middle[1] - spans[above].middle[1] > farthest:
                break
            if above not in taken and _goes_on(spans[above], spans[row]):
                _join(group, row, above)
                taken.add(above)
                break
    members = _members(group)
    return tuple(tuple(sorted(block, key=order.index)) for block in members)


def _goes_on(above: Box, below: Box) -> bool:
    """Whether a row stands below another one of its block."""
    taller, lower = max(above.height, below.height), min(above.height, below.height)
    pitch = below.middle[1] - above.middle[1]
    aside = min(abs(below.left - above.left), abs(below.middle[0] - above.middle[0]))
    return 0 < pitch <= _PITCH * taller and aside <= _ASIDE * taller and taller <= _TALLER * lower


def _around(boxes: Sequence[Box]) -> Box:
    """The box around boxes, with the height of the widest."""
    widest = max(boxes, key=lambda box: box.right - box.left)
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
        widest.height,
    )


def _join(group: list[int], i: int, j: int) -> None:
    """Put the groups of two members together, under the lower name."""
    one, other = sorted((group[i], group[j]))
    for k, name in enumerate(group):
        if name == other:
            group[k] = one


def _members(group: Sequence[int]) -> list[list[int]]:
    """The members of each group, in order."""
    found: dict[int, list[int]] = {}
    for i, name in enumerate(group):
        found.setdefault(name, []).append(i)
    return list(found.values())
