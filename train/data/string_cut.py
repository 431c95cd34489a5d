"""Where the writing is in the picture of a cell: frames, rules and what reaches in from other lines left aside."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
_PAPER_PX = 11  # a stroke is narrower; what is wider is paper or its shade
_GRAIN = 0.15  # of the ink's depth, taken off for the grain of the paper
_DEEPEST = 0.985  # quantile of the depths that counts as full ink
_INK = 100  # of 255
_LEAST_INK_PX = 8  # of a piece; fewer are a speck
_LEAST_CONTRAST = 12  # grey levels
_SHORTEST_PX = 10  # of a digit
_FRAME_SHARE = 0.8  # of a side: a piece as long, and thin, is a rule
_THIN = 0.12  # of the other side
_JOINED = 0.25  # of the width: a wider piece at a side is writing that runs into its frame, unless
_SOLID = 0.7  # of its box is ink
_SIDE = 0.15  # of the width: so near a side a thin piece that is
_LONGER = 1.25  # times longer than the others, and
_LEAST_SIDE = 0.45  # of the height, is what is left of a frame
_BAND = 0.12  # of either side: where a frame may be
_EDGE = 0.25  # of the height: a piece that touches an edge and stays within that is another line's


@dataclass(frozen=True)
class Cut:
    """A picture of writing.

    Attributes:
        image: uint8 [H, W], dark on light, as it was.
        ink: uint8 [H, W], bright on 0: the writing without its frame and the paper's shade.
        box: left, top, right and bottom of the writing.
        room: those of the paper around it that holds no frame, rule or other line.
    """

    image: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    box: Box
    room: Box


def cut_string(image: NDArray[np.uint8]) -> Cut | None:
    """Find the writing in the picture of a cell.

    Args:
        image: uint8 [H, W], dark writing on light paper, about as tall as one line.

    Returns:
        The picture with the place of the writing; None when there is next to none.
    """
    ink = _ink_of(image)
    if ink is None:
        return None
    rows, columns = ink.shape
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > _INK).astype(np.uint8), connectivity=8)
    left, top, wide, tall, area = stats[1:count].T
    right, bottom = left + wide, top + tall
    upright = (tall >= _FRAME_SHARE * rows) & (wide <= max(3, _THIN * columns))
    level = (wide >= _FRAME_SHARE * columns) & (tall <= max(3, _THIN * rows))
    # A bar at a side is a frame however wide; a stroke that comes in from above or below belongs to another line.
    narrow = (wide <= _JOINED * columns) | (area >= _SOLID * wide * tall)
    at_side = ((left <= 1) | (right >= columns - 1)) & (tall >= _FRAME_SHARE * rows) & narrow
    reaching = ((top == 0) & (bottom <= _EDGE * rows)) | ((bottom == rows) & (tall <= _EDGE * rows))
    digit = np.median(tall[area >= _LEAST_INK_PX]) if (area >= _LEAST_INK_PX).any() else 0.0
    outside = (left < _SIDE * columns) & (right <= 2 * _SIDE * columns) | (right > (1 - _SIDE) * columns)
    longer = outside & (wide <= max(3, _THIN * columns)) & (tall >= _LONGER * digit) & (tall > _LEAST_SIDE * rows)
    # A frame in one piece is all round the picture and nowhere in the middle.
    band = (round(_BAND * rows), round(_BAND * columns))
    middle = pieces[band[0] : rows - band[0], band[1] : columns - band[1]]
    within = np.bincount(middle.ravel(), minlength=count)[1:]
    around = (tall >= _FRAME_SHARE * rows) & (wide >= _FRAME_SHARE * columns) & (within < _LEAST_INK_PX)
    foreign = upright | level | at_side | reaching | longer | around
    keep = (area >= _LEAST_INK_PX) & ~foreign
    if not keep.any():
        return None
    box = (int(left[keep].min()), int(top[keep].min()), int(right[keep].max()), int(bottom[keep].max()))
    if box[3] - box[1] < _SHORTEST_PX:
        return None
    sides, rules = foreign & ~around & (tall > wide), foreign & ~around & (tall <= wide)
    down, across = band if around.any() else (0, 0)
    room = (
        _last(right[sides], box[0], min(across, box[0])),
        _last(bottom[rules], box[1], min(down, box[1])),
        columns - _last(columns - left[sides], columns - box[2], min(across, columns - box[2])),
        rows - _last(rows - top[rules], rows - box[3], min(down, rows - box[3])),
    )
    near = cv2.dilate(np.append(False, foreign)[pieces].astype(np.uint8), np.ones((3, 3), np.uint8))
    return Cut(image, np.asarray(ink * (1 - near), np.uint8), box, room)


def _last(ends: NDArray[np.int32], limit: int, least: int) -> int:
    """The greatest of some ends that does not pass a limit, or at least so much."""
    return int(ends[ends <= limit].max(initial=least))


def _ink_of(image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """How much darker than its paper each pixel is, the deepest 255: uint8 [H, W]; None without contrast."""
    paper = cv2.morphologyEx(image, cv2.MORPH_CLOSE, np.ones((_PAPER_PX, _PAPER_PX), np.uint8))
    depth = cv2.GaussianBlur(paper, (0, 0), 3).astype(np.float32) - image
    peak = float(np.quantile(depth, _DEEPEST))
    if peak < _LEAST_CONTRAST:
        return None
    return np.asarray(np.clip((depth / peak - _GRAIN) * (255 / (1 - _GRAIN)), 0, 255), np.uint8)
