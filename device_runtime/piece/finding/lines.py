"""The line finder: all lines of writing in a gray frame, with the paper around them."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.resize import resize_exact
from device_runtime.piece.finding.boxes import BoxRow, box_rows
from device_runtime.piece.finding.dark_ground import has_dark_ground, is_light, without_ground
from device_runtime.piece.finding.heights import cut_tall, usual_height
from device_runtime.piece.finding.ink import BLOCK_PX, Ink, find_ink
from device_runtime.piece.finding.joining import Row, join
from device_runtime.piece.finding.outline import Corners, outlines
from device_runtime.piece.finding.rules import remove_rules
from device_runtime.piece.finding.runs import Mask, Pieces, Runs, trace
from device_runtime.piece.finding.skew import Turned, skew_degrees
from device_runtime.piece.sampling import sample
from device_runtime.types import Field, Line

MOST_LINES = 400

_WORK_SIDE_PX = 1280
_SMALL_PX = 13  # writing that is lower at working scale is found better at a finer one
_SPECK_PX, _SPECK_HEIGHT_PX = 6, 3  # less ink, or lower: no part of a character
_LARGE, _EMPTY = 8, 0.12  # of a character's height; of the box around a piece
_MOST_PIECES = 20000


def find_lines(gray: NDArray[np.uint8]) -> list[Line]:
    """Find the lines of writing in a frame.

    Args:
        gray: uint8 [H, W].

    Returns:
        All lines, from the top of the writing down; at most MOST_LINES, those with most ink.
    """
    height, width = gray.shape
    scale = min(1.0, _WORK_SIDE_PX / max(height, width))
    found = _found(_resized(gray, scale))
    if scale < 1 and _is_small([one.row for one in found]):
        scale = min(1.0, 2 * scale)
        found = _found(_resized(gray, scale))
    kept = sorted(sorted(found, key=lambda one: -one.row.ink)[:MOST_LINES], key=lambda one: one.row.top)
    return [one.line(scale) for one in kept]


class _Found(NamedTuple):
    """A line at working scale."""

    row: Row
    corners: Corners
    light: bool

    def line(self, scale: float) -> Line:
        field = Field(tuple((x / scale, y / scale) for x, y in self.corners))
        return Line(field, self.row.height_px / scale, self.light, self.row.boxes)


def _resized(gray: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    height, width = gray.shape
    if scale >= 1:
        return gray
    return resize_exact(gray, max(1, round(width * scale)), max(1, round(height * scale)))


def _is_small(rows: list[Row]) -> bool:
    """Whether a third of the lines is small writing."""
    heights = sorted(row.height_px for row in rows if row.pieces > 2)
    return bool(heights) and heights[len(heights) // 3] < _SMALL_PX


def _found(gray: NDArray[np.uint8]) -> list[_Found]:
    """The lines of dark ink at working scale; and where there is dark ground, those of light ink."""
    dark = _lines_of(find_ink(gray))
    if not has_dark_ground(gray):
        return [_Found(row, corners, False) for row, corners in dark]
    ink = find_ink(np.asarray(255 - gray, np.uint8))
    light = _lines_of(ink and replace(ink, mask=without_ground(ink.mask)))
    found = [_Found(row, corners, True) for row, corners in light if is_light(sample(gray, Field(corners)))]
    # Between light strokes there are dark gaps, which the first pass takes for ink.
    return found + [
        _Found(row, corners, False) for row, corners in dark if not (found and is_light(sample(gray, Field(corners))))
    ]


def _lines_of(ink: Ink | None) -> list[tuple[Row, Corners]]:
    """The lines of ink with their corners; none for no ink."""
    if ink is None:
        return []
    mask = ink.mask
    runs, pieces = trace(mask)
    plain = _plain(ink, runs, pieces)
    height_px = usual_height(pieces, plain, mask.shape[0])
    if not height_px:
        return []
    degrees = skew_degrees(_characters(runs, pieces, plain, height_px), height_px)
    if not degrees:
        rows = _rows(mask, runs, pieces, height_px)
        return list(zip(rows, outlines(rows, mask.shape), strict=True))
    turned = Turned(mask, degrees)
    rows = _rows(turned.mask, *trace(turned.mask), height_px)
    corners = outlines(rows, turned.mask.shape)
    return [(row, turned.corners_back(of)) for row, of in zip(rows, corners, strict=True)]


def _plain(ink: Ink, runs: Runs, pieces: Pieces) -> NDArray[np.bool_]:
    """Which pieces are surely no texture, by most of their runs: bool [n]; all of them where none is."""
    at = ink.plain[runs.row // BLOCK_PX, (runs.begin + runs.end - 1) // (2 * BLOCK_PX)]
    surely, all_runs = (np.bincount(of, minlength=len(pieces)) for of in (runs.piece[at], runs.piece))
    plain = 2 * surely > all_runs
    return plain if plain.any() else ~plain


def _characters(runs: Runs, pieces: Pieces, plain: NDArray[np.bool_], height_px: int) -> Runs:
    """The runs of pieces that may be characters."""
    size = np.maximum(pieces.width, pieces.height)
    return runs.of((plain & (pieces.height >= height_px // 2) & (size <= 4 * height_px))[runs.piece])


def _rows(mask: Mask, runs: Runs, pieces: Pieces, height_px: int) -> list[Row]:
    """The lines of a level mask."""
    boxes = box_rows(runs, pieces)
    rest = remove_rules(mask, height_px)
    if rest is not None:
        runs, pieces = trace(rest)
    keep = (pieces.area >= _SPECK_PX) & (pieces.height >= _SPECK_HEIGHT_PX) & ~_outline(pieces, height_px)
    if keep.sum() > _MOST_PIECES:
        keep &= pieces.area > np.sort(pieces.area)[-_MOST_PIECES]
    for box in boxes:
        keep &= ~_inside(pieces, box)
    runs, pieces = cut_tall(runs.of(keep[runs.piece]), pieces, mask.shape)
    return join(runs, pieces) + [
        Row(b.left, b.top, b.right, b.bottom, 0.0, b.bottom - b.top, b.count, 4 * (b.right - b.left), b.count)
        for b in boxes
    ]


def _outline(pieces: Pieces, height_px: int) -> NDArray[np.bool_]:
    """Which pieces are large and almost empty: what is left of frames, the edges of paper: bool [n]."""
    large = np.maximum(pieces.width, pieces.height) > _LARGE * height_px
    return large & (pieces.area < _EMPTY * pieces.width.astype(np.int64) * pieces.height)


def _inside(pieces: Pieces, box: BoxRow) -> NDArray[np.bool_]:
    """Which pieces have their middle in a row of boxes: bool [n]."""
    x, y = pieces.left + pieces.right, pieces.top + pieces.bottom
    return (x > 2 * box.left) & (x < 2 * box.right) & (y > 2 * box.top) & (y < 2 * box.bottom)
