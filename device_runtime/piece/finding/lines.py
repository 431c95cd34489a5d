"""The line finder: all lines of writing in a gray frame, with the paper around them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.polarity import Polarity, polarity
from device_runtime.piece.finding.heights import usual_height
from device_runtime.piece.finding.ink.dark_ground import light_ink
from device_runtime.piece.finding.ink.levels import blocks_of, ink_mask, levels_of
from device_runtime.piece.finding.ink.pixels import BLOCK_PX
from device_runtime.piece.finding.ink.runs import Mask, Pieces, Runs, traced
from device_runtime.piece.finding.ink.skew import Turned, skew_degrees
from device_runtime.piece.finding.outline import Corners, outlines
from device_runtime.piece.finding.row import Row
from device_runtime.piece.finding.rows import rows_of
from device_runtime.piece.sampling import sample
from device_runtime.types import Field, Line

MOST_LINES = 400

_WORK_PX = 2_200_000  # at working scale, at most: a frame of 1920 x 1080 px is looked at as it is
_FEWEST_PLAIN = 2  # blocks of a line
_SMALL_PX = 14  # writing that is lower at working scale is found better at a finer one


def find_lines(gray: NDArray[np.uint8]) -> list[Line]:
    """Find the lines of writing in a frame.

    Args:
        gray: uint8 [H, W].

    Returns:
        All lines, from the top of the writing down; at most MOST_LINES, those with most ink.
    """
    factor = math.isqrt(max(0, gray.size - 1) // _WORK_PX) + 1
    found = _found(gray, factor)
    if factor > 1 and (not found or _is_small([one.row for one in found])):
        factor = (factor + 1) // 2
        found = _found(gray, factor)
    kept = sorted(sorted(found, key=lambda one: -one.row.ink)[:MOST_LINES], key=lambda one: one.row.top)
    return [one.line(factor) for one in kept]


class _Found(NamedTuple):
    """A line at working scale."""

    row: Row
    corners: Corners
    light: bool

    def line(self, factor: int) -> Line:
        """The same in the frame."""
        field = Field(tuple((x * factor, y * factor) for x, y in self.corners))
        return Line(field, float(self.row.height_px * factor), self.light, self.row.boxes)


def _is_small(rows: list[Row]) -> bool:
    """Whether a third of the lines is small writing."""
    heights = sorted(row.height_px for row in rows if row.pieces > 2)
    return bool(heights) and heights[len(heights) // 3] < _SMALL_PX


def _found(gray: NDArray[np.uint8], factor: int) -> list[_Found]:
    """The lines of dark ink at working scale; and where there is dark ground, those of light ink."""
    blocks = blocks_of(gray, factor)
    levels, ink = levels_of(blocks), light_ink(blocks)
    dark = _lines_of(ink_mask(blocks, levels), levels.plain) if levels else []
    negative = _lines_of(ink.mask, ink.plain, ink.left, ink.top) if ink else []

    def is_light(corners: Corners) -> bool:
        return polarity(sample(blocks.soft, Field(corners))) is Polarity.LIGHT

    light = [_Found(row, corners, True) for row, corners in negative if is_light(corners)]
    # Between light strokes there are dark gaps, which the first pass takes for ink.
    boxes = np.array([_box(one.corners) for one in light]).reshape(-1, 4).T

    def is_gap(corners: Corners) -> bool:
        box = _box(corners)
        return _meets(_middle(box), boxes) or (_meets(box, boxes) and is_light(corners))

    return light + [_Found(row, corners, False) for row, corners in dark if not is_gap(corners)]


def _box(corners: Corners) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what lies within corners."""
    x, y = zip(*corners, strict=True)
    return min(x), min(y), max(x), max(y)


def _middle(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The middle of a box, as a box."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return x, y, x, y


def _meets(box: tuple[float, float, float, float], others: NDArray[np.float64]) -> bool:
    """Whether a box meets one of others, float64 [4, n]."""
    left, top, right, bottom = others
    return bool(((left < box[2]) & (box[0] < right) & (top < box[3]) & (box[1] < bottom)).any())


def _lines_of(mask: Mask, plain_blocks: NDArray[np.bool_], left: int = 0, top: int = 0) -> list[tuple[Row, Corners]]:
    """The lines of ink with their corners.

    Args:
        mask: uint8 [H, W], 1 = ink.
        plain_blocks: bool [h, w], which blocks are surely no texture.
        left: the mask's first column in the frame.
        top: its first row.
    """
    runs, pieces = traced(mask)
    plain = _plain(plain_blocks, runs, pieces)
    height_px = usual_height(pieces, plain, mask.shape[0])
    if not height_px:
        return []
    degrees = skew_degrees(_characters(runs, pieces, plain, height_px), height_px)
    if degrees:
        turned = Turned(mask, degrees)
        rows = rows_of(turned.mask, *traced(turned.mask), height_px)
        found = [turned.corners_back(corners) for corners in outlines(rows, turned.mask.shape)]
    else:
        rows = rows_of(mask, runs, pieces, height_px)
        found = outlines(rows, mask.shape)
    surely = [(row, corners) for row, corners in zip(rows, found, strict=True) if _has_plain(plain_blocks, corners)]
    return [(row, tuple((x + left, y + top) for x, y in corners)) for row, corners in surely]


def _has_plain(blocks: NDArray[np.bool_], corners: Corners) -> bool:
    """Whether there is ink within corners that is surely no texture."""
    left, top, right, bottom = (max(0, int(side)) // BLOCK_PX for side in _box(corners))
    return np.count_nonzero(blocks[top : bottom + 1, left : right + 1]) >= _FEWEST_PLAIN


def _plain(blocks: NDArray[np.bool_], runs: Runs, pieces: Pieces) -> NDArray[np.bool_]:
    """Which pieces are surely no texture, by most of their runs: bool [n]; all of them where none is."""
    at = blocks[runs.row // BLOCK_PX, (runs.begin + runs.end - 1) // (2 * BLOCK_PX)]
    surely, all_runs = (np.bincount(of.astype(np.intp), minlength=len(pieces)) for of in (runs.piece[at], runs.piece))
    plain = 2 * surely > all_runs
    return plain if plain.any() else ~plain


def _characters(runs: Runs, pieces: Pieces, plain: NDArray[np.bool_], height_px: int) -> Runs:
    """The runs of pieces that may be characters."""
    size = np.maximum(pieces.width, pieces.height)
    return runs.of((plain & (pieces.height >= height_px // 2) & (size <= 4 * height_px))[runs.piece])
