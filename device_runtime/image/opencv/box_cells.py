"""Rows of boxes in level ink: equal cells between two lines along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv.box_grid import FEWEST, SPARE_PX, Grid, is_thin, written

Gray = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_MOST_EDGES = 64  # of a field that is looked at further; text has more, but no boxes
_LINED, _WHOLE = (9, 10), (19, 20)  # of the lines along and across that must be there
_LOWEST = 18  # rows that a box has at least: writing in lower ones cannot be read


def box_grids(mask: Gray, runs: Gray, rows: list[int]) -> Iterator[Grid]:
    """Rows of equal cells between two of the rows."""
    near = np.asarray(cv2.dilate(mask, np.ones((1, 3), np.uint8)), np.uint8)
    for top, bottom in combinations(rows, 2):
        height = bottom - top
        if height < max(_LOWEST, mask.shape[0] // 5):
            continue
        there = near[top + 2 : bottom - 1].sum(axis=0, dtype=np.int64)
        edges = _middles(_WHOLE[1] * there >= _WHOLE[0] * (height - 3))
        if FEWEST < len(edges) <= _MOST_EDGES:
            both = runs[top] & runs[bottom]
            lined = np.concatenate(([0], np.cumsum(both, dtype=np.int64)))
            cells = _longest_row(list(_cells(edges, lined, height)))
            if len(cells) >= FEWEST and _ends(runs[top], cells) and _ends(runs[bottom], cells):
                grid = Grid(cells, (top, bottom), top, bottom)
                if is_thin(mask, grid) and 2 * written(mask, grid) > len(cells):
                    yield grid


def _ends(run: Gray, cells: tuple[tuple[int, int], ...]) -> bool:
    """Whether a line, uint8 [w], 1 = ink, ends with a row of cells, and breaks off where they stand apart."""
    spare = max(SPARE_PX, (cells[0][1] - cells[0][0]) // 10)
    gaps = [(left, right) for (_, left), (right, _) in pairwise(cells) if right - left > 4 * spare]
    gaps += [(cells[0][0] - 5 * spare, cells[0][0]), (cells[-1][1], cells[-1][1] + 5 * spare)]
    parts = [run[max(0, left + spare + 1) : max(0, right - spare)] for left, right in gaps]
    return all(2 * int(part.sum()) <= len(part) for part in parts)


def _middles(flags: Flags) -> list[int]:
    """The middle of each run of true values."""
    steps = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return ((steps[::2] + steps[1::2] - 1) // 2).tolist()


def _cells(edges: list[int], lined: NDArray[np.int64], height: int) -> Iterator[tuple[int, int]]:
    """The pairs of edges that may be the sides of a box.

    Args:
        edges: columns with an upright line.
        lined: int64 [w + 1], how many columns before each have both lines along.
        height: of the boxes.
    """
    for number, left in enumerate(edges):
        for right in edges[number + 1 : number + 4]:
            width = right - left
            there = int(lined[right] - lined[left])
            if height <= 4 * width and 2 * width <= 3 * height and _LINED[1] * there >= _LINED[0] * width:
                yield left, right


def _longest_row(cells: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The longest row of cells of equal width at equal distances."""
    longest: tuple[tuple[int, int], ...] = ()
    for first in cells:
        width = first[1] - first[0]
        spare = max(SPARE_PX, width // 10)
        for second in cells:
            pitch = second[0] - first[0]
            if (
                not max(width, 2 * spare + 1) - spare <= pitch <= 2 * width
                or abs(second[1] - second[0] - width) > spare
            ):
                continue
            row = [first, second]
            while after := _near(cells, row[-1][0] + pitch, row[-1][1] + pitch, spare):
                row.append(after)
            if len(row) > len(longest):
                longest = tuple(row)
    return longest


def _near(cells: Iterable[tuple[int, int]], left: int, right: int, spare: int) -> tuple[int, int] | None:
    """The cell whose sides are nearest to two places, if both are near."""
    off = [(abs(cell[0] - left) + abs(cell[1] - right), cell) for cell in cells]
    near = [found for found in off if abs(found[1][0] - left) <= spare and abs(found[1][1] - right) <= spare]
    return min(near)[1] if near else None
