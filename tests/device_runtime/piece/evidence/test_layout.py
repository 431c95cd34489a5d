"""Rows and blocks of lines, also of a piece that lies askew."""

from __future__ import annotations

import math

import pytest

from device_runtime.piece.evidence.layout import lay_out
from device_runtime.piece.evidence.places import place_of
from device_runtime.types import Field, Line

WIDTH, HEIGHT = 1000, 700
# Left, top, width, height of characters: a sender of three lines, an address of three with its code beside the town.
SHEET = [
    (30, 30, 150, 14), (30, 55, 160, 14), (30, 80, 140, 14),
    (420, 320, 240, 24), (420, 362, 260, 24), (420, 404, 90, 24), (640, 398, 170, 34),
]  # fmt: skip


def line(x: float, y: float, width: float, height: float, degrees: float = 0.0) -> Line:
    """A line of the sheet, turned about its middle."""
    left, top, right, bottom = x, y - 0.3 * height, x + width, y + 1.3 * height
    turn = math.radians(degrees)
    corners = []
    for cx, cy in ((left, top), (right, top), (right, bottom), (left, bottom)):
        dx, dy = cx - WIDTH / 2, cy - HEIGHT / 2
        corners.append(
            (
                WIDTH / 2 + dx * math.cos(turn) - dy * math.sin(turn),
                HEIGHT / 2 + dx * math.sin(turn) + dy * math.cos(turn),
            )
        )
    return Line(Field(tuple(corners)), height)


@pytest.mark.parametrize("degrees", [0, -17, 40, 90, 180])
def test_rows_and_blocks_of_a_sheet_however_it_lies(degrees: float) -> None:
    layout = lay_out([line(*one, degrees) for one in SHEET], WIDTH, HEIGHT)
    assert sorted(layout.rows) == [(0,), (1,), (2,), (3,), (4,), (5, 6)]
    blocks = [[i for row in block for i in layout.rows[row]] for block in layout.blocks]
    assert sorted(blocks) == [[0, 1, 2], [3, 4, 5, 6]]
    assert layout.boxes[0].middle[0] < layout.boxes[3].middle[0]


def test_rows_next_to_a_line_are_those_of_its_block() -> None:
    layout = lay_out([line(*one) for one in SHEET], WIDTH, HEIGHT)
    assert [layout.next_to(i) for i in range(7)] == [(1,), (0, 2), (1,), (4,), (3, 5, 6), (4,), (4,)]


def test_the_order_of_lines_does_not_matter() -> None:
    back = lay_out([line(*one) for one in reversed(SHEET)], WIDTH, HEIGHT)
    found = {frozenset(6 - i for row in block for i in back.rows[row]) for block in back.blocks}
    assert found == {frozenset((0, 1, 2)), frozenset((3, 4, 5, 6))}


def test_lines_far_apart_are_blocks_of_their_own() -> None:
    layout = lay_out([line(100, 100, 200, 20), line(100, 400, 200, 20), line(600, 110, 200, 20)], WIDTH, HEIGHT)
    assert len(layout.blocks) == 3


def test_no_lines_have_no_blocks() -> None:
    assert lay_out([], WIDTH, HEIGHT).blocks == ()


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (0.1, 0.1, "at the top left"),
        (0.5, 0.1, "at the top"),
        (0.5, 0.5, "in the middle"),
        (0.9, 0.5, "at the right"),
        (1.2, 0.99, "at the bottom right"),
        (-0.1, 0.4, "at the left"),
    ],
)
def test_places_have_words(x: float, y: float, words: str) -> None:
    assert place_of(x, y) == words
