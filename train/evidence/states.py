"""The states of a record that are fitted to: pieces as they are while they are read, whole and cut down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from device_runtime.piece.evidence.alternatives import Explanation, Facts, explanations
from device_runtime.piece.evidence.features import geometry
from device_runtime.piece.evidence.layout import Layout, lay_out
from device_runtime.types import Field
from train.evidence.record import Record, SeenLine, same

# A line whose true code has at least this confidence was not misread.
_READ = 0.5
# A cut picture leaves so many heights of its lines around the block, at least and at most.
_MARGINS = (0.5, 6.0)


@dataclass(frozen=True)
class State:
    """A piece at one time of its reading.

    Attributes:
        alternatives: that explain it, with all of their evidence.
        right: which of them are true, by index.
    """

    alternatives: list[Explanation]
    right: list[int]


def states(record: Record, role: str, random: np.random.Generator) -> list[State]:
    """The states of a piece: nothing read, some lines, all; and all of a picture cut down to one block or line.

    Args:
        record: of the piece.
        role: whose code is wanted.
        random: chooses.
    """
    layout = lay_out([seen.line for seen in record.lines], *record.size)
    everything = [seen.facts for seen in record.lines]
    nothing: list[Facts | None] = [None] * len(everything)
    some = [facts if random.random() < 0.5 else None for facts in everything]
    found = [_state(record, layout, facts, role) for facts in (nothing, some, everything)]
    cut = cut_down(record, layout, role, random)
    if cut is not None:
        layout = lay_out([seen.line for seen in cut.lines], *cut.size)
        found.append(_state(cut, layout, [seen.facts for seen in cut.lines], role))
    return found


def cut_down(record: Record, layout: Layout, role: str, random: np.random.Generator) -> Record | None:
    """A record of the picture cut to the block that holds the wanted code, or to its row; None if nothing holds it."""
    if not record.places.get(role):
        return None
    place = record.places[role][0]
    row = next(row for row, members in enumerate(layout.rows) if place in members)
    rows = next(block for block in layout.blocks if row in block) if random.random() < 0.7 else (row,)
    corners = [corner for r in rows for i in layout.rows[r] for corner in record.lines[i].line.field.corners]
    margin = record.lines[place].line.height_px * random.uniform(*_MARGINS)
    left, right = min(x for x, _ in corners) - margin, max(x for x, _ in corners) + margin
    top, bottom = min(y for _, y in corners) - margin, max(y for _, y in corners) + margin
    kept = [i for i, seen in enumerate(record.lines) if _within(seen.line.field, left, top, right, bottom)]
    lines = tuple(_moved(record.lines[i], left, top) for i in kept)
    places = {name: tuple(kept.index(i) for i in of if i in kept) for name, of in record.places.items()}
    return _with(record, (round(right - left), round(bottom - top)), lines, places)


def _with(
    record: Record, size: tuple[int, int], lines: tuple[SeenLine, ...], places: dict[str, tuple[int, ...]]
) -> Record:
    codes = {role: code for role, code in record.codes.items() if places.get(role)}
    return Record(size, lines, record.country, codes, places, record.conditions)


def _within(field: Field, left: float, top: float, right: float, bottom: float) -> bool:
    return all(left <= x <= right and top <= y <= bottom for x, y in field.corners)


def _moved(seen: SeenLine, left: float, top: float) -> SeenLine:
    field = Field(tuple((x - left, y - top) for x, y in seen.line.field.corners))
    return SeenLine(replace(seen.line, field=field), seen.opinion, seen.facts, seen.status, seen.code)


def _state(record: Record, layout: Layout, facts: Sequence[Facts | None], role: str) -> State:
    places = geometry(layout, [seen.line for seen in record.lines], [seen.opinion for seen in record.lines])
    found = [
        one if one.line is None else replace(one, evidence={**places[one.line], **one.evidence})
        for one in explanations(layout, facts, record.country)
    ]
    return State(found, right_ones(found, record, role))


def right_ones(found: Sequence[Explanation], record: Record, role: str) -> list[int]:
    """Which alternatives of a piece are true.

    Of lines one over another that hold the code, those count that read it, else the smallest. A line that reads it as
    another one, or not surely, was misread. Where no line holds it, or the piece has none, "none of these" is true.
    """
    truth, places = record.codes.get(role), record.places.get(role, ())
    readers = [i for i in places if same(record.lines[i].code, truth)]
    if not readers and places:
        readers = [min(places, key=lambda i: (_area(record.lines[i].line.field), i))]
    right = [n for n, one in enumerate(found) if one.line in readers and same(one.code, truth)]
    read = {found[n].line for n in right if found[n].share >= _READ}
    right += [n for n, one in enumerate(found) if one.line in readers and one.code is None and one.line not in read]
    return right or [n for n, one in enumerate(found) if one.line is None]


def _area(field: Field) -> float:
    corners = field.corners
    sides = zip(corners, (*corners[1:], corners[0]), strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in sides)) / 2
