"""Frame to fields: the lines of writing in an image, most likely first.

Lines are found by merging dark pieces sideways. This serves flat, upright pictures of labels and envelopes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.resize import resize_exact
from device_runtime.types import Field

MAX_FIELDS = 16

_WORK_SIDE_PX = 1200
_MIN_LINE_HEIGHT_PX = 8  # at working scale; smaller writing cannot be read
_BACKGROUND_PX = 61


def locate(grey: NDArray[np.uint8]) -> list[Field]:
    """Find lines of writing in a grey image, uint8 [H, W]; at most MAX_FIELDS, those with most ink first."""
    height, width = grey.shape
    scale = min(1.0, _WORK_SIDE_PX / max(height, width))
    if scale < 1:
        grey = resize_exact(grey, max(1, round(width * scale)), max(1, round(height * scale)))
    mask = _ink_mask(grey)
    if mask is None:
        return []
    boxes = [box for box in _line_boxes(mask) if box[3] >= _MIN_LINE_HEIGHT_PX]
    boxes.sort(key=lambda box: -int(mask[box[1] : box[1] + box[3], box[0] : box[0] + box[2]].sum()))
    return [_field(box, grey.shape, scale) for box in boxes[:MAX_FIELDS]]


def _ink_mask(grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((_BACKGROUND_PX, _BACKGROUND_PX), np.uint8))
    dark = cv2.subtract(paper, cv2.GaussianBlur(grey, (3, 3), 0))
    level, mask = cv2.threshold(dark, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return None if level < 12 else np.asarray(mask, np.uint8)


def _line_boxes(mask: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, width, height) of lines: pieces of ink joined over gaps of about one character."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    pieces = stats[1:]
    pieces = pieces[(pieces[:, cv2.CC_STAT_HEIGHT] >= 5) & (pieces[:, cv2.CC_STAT_AREA] >= 8)]
    pieces = pieces[pieces[:, cv2.CC_STAT_HEIGHT] < 0.9 * mask.shape[0]] if mask.shape[0] > 120 else pieces
    if not len(pieces):
        return []
    typical = int(np.sort(pieces[:, cv2.CC_STAT_HEIGHT])[len(pieces) // 2])
    reach = 2 * typical + 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8), connectivity=8)
    return [(int(s[0]), int(s[1]), int(s[2]), int(s[3])) for s in stats[1:]]


def _field(box: tuple[int, int, int, int], shape: tuple[int, ...], scale: float) -> Field:
    left, top, width, height = box
    margin = max(3, round(0.3 * height))
    x0, y0 = max(0, left - margin), max(0, top - margin)
    x1, y1 = min(shape[1], left + width + margin), min(shape[0], top + height + margin)
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Field(tuple((x / scale, y / scale) for x, y in corners))
