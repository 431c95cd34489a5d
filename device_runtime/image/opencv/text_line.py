"""Where the line of writing runs in a field: its middle, height, slope, and the slant of its strokes.

All is measured from the connected components of the ink, at the working height of 64 rows (normalize.py). Sums are of
whole numbers or taken in a fixed order, so that every machine measures the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv.pieces import Pieces

_SPECK_AREA_PX = 16  # what is smaller is no part of a character
_MOST_PARTS = 6
_ALIKE = 0.6  # of the line's height; lower pieces are no characters of another line
_FEWEST_OF_A_LINE, _CHARACTER_WIDTH = 3, 0.75
_CUT_SHARE = 0.2  # of the line's height: so much ink at an edge of the field is cut there
_LONE_WIDTH = 1.4  # of its height; wider ink is more than one character

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class TextLine:
    """Where the writing runs in a field.

    Attributes:
        center_y: row of its middle, where the line crosses the middle column of the field.
        height: of its characters, in rows.
        skew: slope of the line, rows down a column to the right.
        slant: shear of its strokes, columns to the right a row up.
    """

    center_y: float
    height: float
    skew: float
    slant: float


def measure(pieces: Pieces) -> TextLine:
    """Find the line of writing from the pieces of a mask that are tall enough to be characters."""
    rows, columns = pieces.labels.shape
    parts = _lone_character(pieces.boxes, rows)
    if len(parts):
        return _line_of_one(pieces, parts)
    return _line_of_many(pieces, rows, columns)


def _line_of_one(pieces: Pieces, parts: NDArray[np.intp]) -> TextLine:
    """The line of a single character that consists of some pieces."""
    _, tops, _, heights, _ = pieces.boxes.T.astype(np.float64)
    top, bottom = float(tops[parts].min()), float((tops + heights)[parts].max())
    return TextLine((top + bottom) / 2, bottom - top, 0.0, _slant(pieces, parts))


def _line_of_many(pieces: Pieces, rows: int, columns: int) -> TextLine:
    """The line through the pieces that look like characters, in a field of rows x columns px."""
    lefts, tops, widths, heights, areas = pieces.boxes.T.astype(np.float64)
    # Pieces that are tall against the field, bool [n]; lower ones where there is no such.
    tall = (heights >= 0.25 * rows) & (areas >= 30) & ((heights > 0.45 * widths) | (heights > 0.4 * rows))
    if not tall.any():
        tall = (heights >= 0.12 * rows) & (areas >= 20)
    if not tall.any():
        return TextLine(rows / 2, 0.7 * rows, 0.0, 0.0)
    # Of those the ones that are not much lower than most others.
    candidates = heights[tall]
    candidates.sort()
    tall &= heights >= 0.55 * candidates[int(0.6 * (len(candidates) - 1))]
    chosen = tall.nonzero()[0]
    # Their typical height, the slope of the line through their middles, and where it crosses the middle column.
    weights, heights = areas[chosen], heights[chosen]
    height = _weighted_median(heights, weights)
    middles_y = tops[chosen] + heights / 2
    middles_x = lefts[chosen] + widths[chosen] / 2
    skew = _slope(middles_x, middles_y, height)
    center_y = _weighted_median(middles_y - skew * (middles_x - columns / 2), weights)
    return TextLine(center_y, height, skew, _slant(pieces, chosen))


def has_second_line(mask: Mask, line: TextLine) -> bool:
    """Tell whether whole characters of the line's size stand above or below the line.

    Args:
        mask: uint8 [H, W], 1 = ink, also faint ink.
        line: the line that is read.
    """
    rows, columns = mask.shape
    # Most fields have no ink beyond the reach of the line's own characters.
    reach = int(1.1 * line.height + abs(line.skew) * columns / 2)
    first, last = int(line.center_y) - reach, int(line.center_y) + reach
    beside = [part for part in (mask[: max(first, 0)], mask[last:]) if len(part)]
    if not any(cv2.countNonZero(part) for part in beside):
        return False
    # The middle of each piece against the line, float64 [n], with the slope taken out.
    left, top, wide, tall, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:].T.astype(np.float64)
    y = top + tall / 2 - line.skew * (left + wide / 2 - columns / 2)
    # Pieces of a character's size that the field does not cut and that stand a line's height away.
    whole = (top > 0) & (top + tall < rows) & (tall >= _ALIKE * line.height) & (tall <= line.height / _ALIKE)
    other = whole & (np.abs(y - line.center_y) > line.height)
    characters = np.maximum(np.rint(wide[other] / (_CHARACTER_WIDTH * line.height)), 1)  # some touch
    return int(characters.sum()) >= _FEWEST_OF_A_LINE


def cut_at_edges(mask: Mask, line: TextLine) -> tuple[bool, bool]:
    """Tell whether the field's left and its right edge go through the line's ink.

    Args:
        mask: uint8 [H, W], 1 = ink.
        line: the line that is read.
    """
    half = line.height / 2
    rows = mask[max(0, int(line.center_y - half)) : max(0, int(line.center_y + half))]
    left, right = (int(rows[:, column].sum()) >= _CUT_SHARE * line.height for column in (0, -1))
    return left, right


def _lone_character(boxes: NDArray[np.int32], rows: int) -> NDArray[np.intp]:
    """The pieces of a single character that its strokes' gaps have broken; none when the field holds anything else.

    Measured by one of its pieces, such a character would be blown up.

    Args:
        boxes: int32 [n, 5]: left, top, width, height and area of all pieces.
        rows: of the field.
    """
    parts = np.flatnonzero(boxes[:, 4] >= _SPECK_AREA_PX)
    if not 2 <= len(parts) <= _MOST_PARTS:
        return parts[:0]
    left, top = boxes[parts, :2].min(axis=0)
    right, bottom = (boxes[parts, :2] + boxes[parts, 2:4]).max(axis=0)
    alone = top > 0 and bottom < rows and right - left <= _LONE_WIDTH * (bottom - top)
    return parts if alone else parts[:0]


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> float:
    """Slope of the line of writing: the median over pairs of pieces that stand apart (the Theil-Sen estimator).

    Args:
        x: float64 [n], middles of the pieces.
        y: float64 [n], the same.
        height: of the line; pairs that are closer than this tell nothing.
    """
    if len(x) < 3 or np.ptp(x) <= 2 * height:
        return 0.0
    # All pairs [n (n - 1) / 2], then the slopes of those that are apart.
    first, second = _pairs(len(x))
    run = x[second] - x[first]
    apart = np.abs(run) > height
    slopes = (y[second] - y[first])[apart] / run[apart]
    if not len(slopes):
        return 0.0
    slopes.sort()
    return min(max(float(slopes[len(slopes) // 2]), -0.2), 0.2)


@lru_cache(maxsize=64)
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(count, 1)


def _slant(pieces: Pieces, chosen: NDArray[np.intp]) -> float:
    """Shear of the strokes from second moments about each piece's own centre; positive leans right.

    Args:
        pieces: all pieces of the field.
        chosen: int [m], indices of those that are measured.
    """
    cross = spread = 0
    for index, (left, top, width, height, area), (x, y) in zip(
        chosen.tolist(), pieces.boxes[chosen].tolist(), pieces.centers[chosen].tolist(), strict=True
    ):
        # The raw moments of the piece within its box, which are whole numbers.
        cell = pieces.labels[top : top + height, left : left + width] == index + 1
        moments = cv2.moments(cell.view(np.uint8))
        sum_x, sum_y, sum_xy, sum_yy = (int(moments[name]) for name in ("m10", "m01", "m11", "m02"))
        # In whole sixteenths of a pixel, so that the sums are exact whatever order they are taken in.
        dx, dy = round(16 * (x - left)), round(16 * (y - top))
        cross += 256 * sum_xy - 16 * (dx * sum_y + dy * sum_x) + area * dx * dy
        spread += 256 * sum_yy - 32 * dy * sum_y + area * dy * dy
    return min(max(-cross / spread, -0.3), 0.8) if spread else 0.0


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    cumulative = weights[order].cumsum()
    return float(values[order[cumulative.searchsorted(cumulative[-1] / 2)]])
