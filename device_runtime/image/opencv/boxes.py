"""Boxes and combs with OpenCV: where their lines run in a field, and the field without them.

A row of boxes is two parallel lines with upright ones between them that part it into equal cells, joined or with equal
gaps; a comb is one line with upright teeth at equal distances. Both may be turned by a few degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv.box_cells import box_grids
from device_runtime.image.opencv.box_grid import FEWEST, MOST, Grid, thickness
from device_runtime.image.opencv.comb_teeth import comb_grids
from device_runtime.image.opencv.erase import Line, without_lines
from device_runtime.image.opencv.level import Leveled, leveled

Gray = NDArray[np.uint8]

_WORK_ROWS = 96  # rows in which lines are looked for, about
_INK = 3  # a part of the deepest ink's depth: paler is paper
_MOST_ROWS = 8  # of a field that is looked at further


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
    grids = [*box_grids(ink.mask, runs, rows), *comb_grids(ink.mask, runs, rows)]
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


def _boxes(grid: Grid, ink: Leveled, step: int) -> Boxes:
    """The lines of a grid in the pixels of the field, which was reduced by a step."""
    left, right = grid.cells[0][0], grid.cells[-1][1]
    width = [thickness(ink.mask[:, left : right + 1], row) for row in grid.rows]
    upright = ink.mask[grid.top : grid.bottom + 1].T
    edges = sorted({edge for cell in grid.cells for edge in cell})

    def line(start: tuple[int, int], end: tuple[int, int], thick: int) -> Line:
        ends = [tuple((place + 0.5) * step - 0.5 for place in ink.place(*at)) for at in (start, end)]
        return Line((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), thick * step, step + 1)

    along = [line((left, row), (right, row), thick) for row, thick in zip(grid.rows, width, strict=True)]
    across = [line((x, grid.top), (x, grid.bottom), thickness(upright, x)) for x in edges]
    return Boxes(len(grid.cells), tuple(along), tuple(across))
