"""Combs in level ink: upright teeth at equal distances on one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv.box_grid import FEWEST, MOST, SPARE_PX, Grid, is_thin, written

Gray = NDArray[np.uint8]

_NARROWEST = 12  # px from tooth to tooth, at least


def comb_grids(mask: Gray, runs: Gray, rows: list[int]) -> Iterator[Grid]:
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
                grid = Grid(tuple(pairwise(at)), (row,), row - line - high, row)
                above = replace(grid, top=max(0, row - 2 * (at[1] - at[0])))
                if is_thin(mask, grid) and 2 * written(mask, above) > count:
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
    spare = max(SPARE_PX, int(pitch / 10))
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
