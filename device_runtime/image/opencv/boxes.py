"""Boxes and combs with OpenCV: where their lines run in a field, and the field without them.

A row of boxes is two parallel lines with upright ones between them that part it into equal cells, joined or with equal
gaps; a comb is one line with upright teeth at equal distances. Both may be turned by a few degrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv.erase import Line, without_lines
from device_runtime.image.opencv.level import Leveled, leveled

Gray = NDArray[np.uint8]
Flags = NDArray[np.bool_]

FEWEST, MOST = 3, 9  # cells
_WORK_ROWS = 96  # rows in which lines are looked for, about
_INK = 3  # a part of the deepest ink's depth: paler is paper
_MOST_ROWS, _MOST_EDGES = 8, 64  # of a field that is looked at further; text has more edges, but no boxes
_LINED, _WHOLE = (9, 10), (19, 20)  # of the lines along and across that must be there
_LOWEST = 18  # rows that a box has at least: writing in lower ones cannot be read
_NARROWEST = 12  # px from tooth to tooth of a comb, at least
_SPARE = 2  # px that a line may be off its place


@dataclass(frozen=True)
class Boxes:
    """A row of boxes, or a comb.

    Attributes:
        count: of the cells.
        along: the lines along the row.
        across: those across it.
    """

    count: int
    along: tuple[Line, ...]
    across: tuple[Line, ...]


@dataclass(frozen=True)
class _Grid:
    """Boxes in level ink.

    Attributes:
        cells: left and right edge of each.
        rows: of the lines along.
        top: row in which the lines across begin.
        bottom: row in which they end.
    """

    cells: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]
    top: int
    bottom: int


def find(gray: Gray) -> Boxes | None:
    """Find a row of 3 to 9 equal boxes, or a comb with as many gaps.

    Args:
        gray: uint8 [H, W], dark ink on light paper.

    Returns:
        The lines; None where there are no boxes.
    """
    step = max(1, gray.shape[0] // _WORK_ROWS)
    ink = leveled(_ink(_reduced(gray, step)))
    runs = _long_runs(ink.mask)
    rows = _strongest_rows(runs)
    runs = np.asarray(cv2.dilate(runs, np.ones((3, 1), np.uint8)), np.uint8)  # a line that is a row off here and there
    grids = [*_box_grids(ink.mask, runs, rows), *_comb_grids(ink.mask, runs, rows)]
    best = max(grids, key=lambda grid: len(grid.cells), default=None)
    return None if best is None or len(best.cells) > MOST else _boxes(best, ink, step)


def erase(gray: Gray, boxes: Boxes) -> Gray:
    """Return a field, uint8 [H, W], dark ink on light paper, without the lines of boxes."""
    return without_lines(gray, boxes.along, boxes.across)


def _reduced(gray: Gray, step: int) -> Gray:
    """Means of squares of step x step px: uint8 [H / step, W / step]."""
    rows, columns = gray.shape[0] // step, max(1, gray.shape[1] // step)
    whole = gray[: rows * step, : columns * step]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA) if step > 1 else gray, np.uint8)


def _ink(gray: Gray) -> Gray:
    """What is plainly darker than the paper around it, uint8 [h, w], 1 = ink."""
    side = gray.shape[0] // 2 | 1
    paper = cv2.blur(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), (side, side))
    dark = np.asarray(cv2.subtract(paper, gray), np.uint8)
    counts = np.bincount(dark.ravel(), minlength=256).cumsum()
    deepest = int(counts.searchsorted(dark.size - dark.size // 100))
    return np.asarray(_INK * dark.astype(np.int16) > max(deepest, 4 * _INK), np.uint8)


def _long_runs(mask: Gray) -> Gray:
    """The runs along the rows of a mask, uint8 [h, w], that are too long for a stroke."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, _run(mask)), np.uint8)), np.uint8)


def _run(mask: Gray) -> int:
    return max(6, mask.shape[0] // 10)


def _strongest_rows(runs: Gray) -> list[int]:
    """The rows with most in long runs, from the top; of neighbours the strongest."""
    counts = runs.sum(axis=1, dtype=np.int64)
    found: list[int] = []
    for row in np.argsort(-counts, kind="stable").tolist():
        if counts[row] < FEWEST * _run(runs) or len(found) == _MOST_ROWS:
            break
        if all(abs(row - other) > 3 for other in found):
            found.append(row)
    return sorted(found)


def _box_grids(mask: Gray, runs: Gray, rows: list[int]) -> Iterator[_Grid]:
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
                grid = _Grid(cells, (top, bottom), top, bottom)
                if _is_thin(mask, grid) and 2 * _written(mask, grid) > len(cells):
                    yield grid


def _is_thin(mask: Gray, grid: _Grid) -> bool:
    """Whether the lines along are much thinner than the cells are wide."""
    left, right = grid.cells[0][0], grid.cells[-1][1]
    narrowest = min(end - start for start, end in grid.cells)
    return all(5 * _thickness(mask[:, left : right + 1], row) <= narrowest for row in grid.rows)


def _written(mask: Gray, grid: _Grid) -> int:
    """How many cells hold a mark that is a third as high as they are, beside their own lines; zeros in print do not."""
    count = 0
    for left, right in grid.cells:
        inset = max(3, (right - left) // 6)
        inside = mask[grid.top + inset : grid.bottom - inset, left + inset : right - inset]
        count += 3 * int(np.count_nonzero(inside.any(axis=1))) > len(inside) > 0
    return count


def _ends(run: Gray, cells: tuple[tuple[int, int], ...]) -> bool:
    """Whether a line, uint8 [w], 1 = ink, ends with a row of cells, and breaks off where they stand apart."""
    spare = max(_SPARE, (cells[0][1] - cells[0][0]) // 10)
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
        spare = max(_SPARE, width // 10)
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


def _comb_grids(mask: Gray, runs: Gray, rows: list[int]) -> Iterator[_Grid]:
    """Combs whose teeth stand on one of the rows."""
    for row in rows:
        start, end = _longest_run(runs[row])
        if end - start < FEWEST * _NARROWEST:
            continue
        # How far the ink goes up from the row without a gap, int64 [w], and how far the line itself does.
        up = np.argmin(np.pad(mask[row::-1], ((0, 1), (0, 0))), axis=0).astype(np.int64)
        line = int(np.sort(up[start:end])[(end - start) // 2])
        for count in range(MOST, FEWEST - 1, -1):
            teeth = _teeth(up - line, start, end, count)
            if teeth:
                at = [column for column, _ in teeth]
                high = int(np.median([height for _, height in teeth]))
                grid = _Grid(tuple(pairwise(at)), (row,), row - line - high, row)
                above = replace(grid, top=max(0, row - 2 * (at[1] - at[0])))
                if _is_thin(mask, grid) and 2 * _written(mask, above) > count:
                    yield grid
                break


def _longest_run(flags: Gray) -> tuple[int, int]:
    """Start and end of the longest run of ones; (0, 0) without any."""
    steps = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    starts, ends = steps[::2], steps[1::2]
    if not len(starts):
        return 0, 0
    longest = int((ends - starts).argmax())
    return int(starts[longest]), int(ends[longest])


def _teeth(up: NDArray[np.int64], start: int, end: int, count: int) -> list[tuple[int, int]]:
    """Column and height of the teeth of a comb with a number of gaps; nothing where it is no such comb.

    Args:
        up: int64 [w], how high the ink stands on the line.
        start: of the line.
        end: of it.
        count: of the gaps.
    """
    pitch = (end - 1 - start) / count
    if pitch < _NARROWEST:
        return []
    spare = max(_SPARE, int(pitch / 10))
    teeth = []
    for number in range(count + 1):
        middle = start + round(number * pitch)
        first, last = max(0, middle - spare), min(len(up), middle + spare + 1)
        column = first + int(up[first:last].argmax())
        teeth.append((column, int(up[column])))
    height = sorted(height for _, height in teeth)[count // 2]
    if not max(6, pitch / 6) <= height <= 1.6 * pitch:
        return []
    alike = sum(3 * height <= 4 * tall <= 5 * height and _is_narrow(up, column, height) for column, tall in teeth)
    return teeth if alike >= count and all(2 * tall >= height for _, tall in teeth) else []


def _is_narrow(up: NDArray[np.int64], column: int, height: int) -> bool:
    """Whether the ink on a line falls off on both sides of a column to less than half of a height."""
    reach = 4
    left, right = up[max(0, column - reach) : column], up[column + 1 : column + reach + 1]
    return (not len(left) or 2 * int(left.min()) < height) and (not len(right) or 2 * int(right.min()) < height)


def _boxes(grid: _Grid, ink: Leveled, step: int) -> Boxes:
    """The lines of a grid in the pixels of the field, which was reduced by a step."""
    left, right = grid.cells[0][0], grid.cells[-1][1]
    width = [_thickness(ink.mask[:, left : right + 1], row) for row in grid.rows]
    upright = ink.mask[grid.top : grid.bottom + 1].T
    edges = sorted({edge for cell in grid.cells for edge in cell})

    def line(start: tuple[int, int], end: tuple[int, int], thickness: int) -> Line:
        ends = [tuple((place + 0.5) * step - 0.5 for place in ink.place(*at)) for at in (start, end)]
        return Line((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), thickness * step, step + 1)

    along = [line((left, row), (right, row), thick) for row, thick in zip(grid.rows, width, strict=True)]
    across = [line((x, grid.top), (x, grid.bottom), _thickness(upright, x)) for x in edges]
    return Boxes(len(grid.cells), tuple(along), tuple(across))


def _thickness(mask: Gray, row: int) -> int:
    """How many rows thick a line along a row is, for most of its columns."""
    up, down = mask[row::-1], mask[row:]
    thick = np.argmin(up, axis=0) + np.argmin(down, axis=0) - 1
    thick = thick[(mask[row] > 0) & (thick > 0)]
    return int(np.sort(thick)[len(thick) // 2]) if len(thick) else 1
