"""Field to strip: paper flattened, writing upright and level, 20 px tall in the middle of 32 rows, ink bright.

The whole field is normalised at once, not each character, because parts of characters blow up otherwise (paper,
section VII). Training images pass through here too. Everything that decides a pixel is integer arithmetic or
element-wise float, so that every machine makes the same strip, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.image.resize import resize_exact
from device_runtime.types import Strip

STRIP_HEIGHT_PX = 32
BODY_HEIGHT_PX = 20.0

_WORK_HEIGHT_PX = 64
_MIN_FIELD_PX = 6
_MAX_WORK_WIDTH_PX = 8192
_BACKGROUND_PX = 25  # wider than any stroke at working height
_LINE_PX = 56  # a horizontal run longer than this is a ruled line, not a stroke
_MARGIN_PX = 10
_MIN_INK_DARKNESS = 26  # of 255, against the paper around it
_MIN_PAPER = 30  # keeps the division by the paper's brightness tame in deep shadow
_SPECK_AREA_PX = 16  # at working height; what is smaller is no part of a character
_MOST_PARTS = 6
_ALIKE = 0.6  # of the line's height; lower pieces are no characters of another line
_FEWEST_OF_A_LINE, _CHARACTER_WIDTH = 3, 0.75
_CUT_SHARE = 0.2  # of the line's height: so much ink at an edge of the field is cut there
_LONE_WIDTH = 1.4  # of its height; wider ink is more than one character

Grey = NDArray[np.uint8]

_LEVELS = np.arange(256)
_BACKGROUND = np.ones((_BACKGROUND_PX, _BACKGROUND_PX), np.uint8)
_LONG_RUN = np.ones((1, _LINE_PX), np.uint8)
_ABOVE_AND_BELOW, _GAP, _AROUND = np.ones((3, 1), np.uint8), np.ones((5, 1), np.uint8), np.ones((3, 5), np.uint8)


@dataclass(frozen=True)
class _Text:
    """Where the writing runs at working height: centre line, height, its slope and the slant of its strokes."""

    centre_y: float
    height: float
    skew: float
    slant: float


def normalize(field: Grey, body_height_px: float = BODY_HEIGHT_PX) -> Strip:
    """Make a strip of a grey field (uint8 [H, W], dark writing on light paper).

    body_height_px: the height that the writing gets; training varies it a little, the device does not.
    """
    height, width = field.shape
    if height < _MIN_FIELD_PX or width < _MIN_FIELD_PX:
        return _blank()
    work = _resize(field)
    ink, threshold = _stretch(_darkness(work))
    if threshold is None:
        return _blank()
    ink, mask = _remove_lines(ink, cv2.compare(ink, threshold, cv2.CMP_GT) & 1)
    text = _measure(mask)
    second_line = _has_second_line(cv2.compare(ink, threshold // 2, cv2.CMP_GT) & 1, text)
    pixels, work_from_strip = _straighten(ink, text, body_height_px)
    if work_from_strip is None:
        return _blank()
    scale = np.array([[width / work.shape[1]], [height / work.shape[0]]])
    return Strip(pixels, work_from_strip * scale, True, second_line, _cut(mask, text))


def _blank() -> Strip:
    pixels = np.zeros((STRIP_HEIGHT_PX, 4 * _MARGIN_PX), np.uint8)
    return Strip(pixels, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), False)


def _resize(field: Grey) -> Grey:
    height, width = field.shape
    new_width = min(max(round(width * _WORK_HEIGHT_PX / height), _MIN_FIELD_PX), _MAX_WORK_WIDTH_PX)
    if (height, width) == (_WORK_HEIGHT_PX, new_width):
        return field
    return resize_exact(field, new_width, _WORK_HEIGHT_PX)


def _darkness(work: Grey) -> Grey:
    """How much darker than the paper around it each pixel is: 0 = paper, 255 = black on any paper."""
    pad = _BACKGROUND_PX // 2
    padded = cv2.copyMakeBorder(work, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, _BACKGROUND)
    paper = cv2.blur(closed, (21, 21))[pad:-pad, pad:-pad]
    dark = cv2.subtract(paper, cv2.GaussianBlur(work, (3, 3), 0.7)).astype(np.float32)
    dark /= np.maximum(paper, _MIN_PAPER).astype(np.float32)
    dark *= np.float32(255)
    return np.rint(dark, out=dark).astype(np.uint8)


def _stretch(dark: Grey) -> tuple[Grey, int | None]:
    """Put paper texture at 0 and solid ink at 255; also the threshold between them, None when there is no ink."""
    counts = cv2.calcHist([dark], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    below = counts.cumsum()
    split = _otsu(counts, below.astype(np.float64))
    paper, ink = below[: split + 1], below[split + 1 :] - below[split]
    if not len(ink) or not ink[-1]:
        return dark, None
    ink_level = split + 1 + _quantile(ink, 0.60)
    if ink_level < _MIN_INK_DARKNESS:
        return dark, None
    middle = _quantile(paper, 0.50)
    floor = min(2 * _quantile(paper, 0.80) - middle, 0.6 * ink_level)
    levels = np.minimum(np.maximum((_LEVELS - floor) / (ink_level - floor), 0), 1)
    table = np.rint(levels * 255).astype(np.uint8)
    threshold = min(max(int(table[split]), 64), 153)
    return np.asarray(cv2.LUT(dark, table), np.uint8), threshold


def _otsu(counts: NDArray[np.int64], below: NDArray[np.float64]) -> int:
    """Otsu's threshold of a histogram: the level that parts it into the two most distinct classes.

    below: its running sum.
    """
    moment = (counts * _LEVELS).cumsum().astype(np.float64)
    total, mean = below[-1], moment[-1]
    between = (mean * below - moment * total) ** 2 / np.maximum(below * (total - below), 1)
    return int(between.argmax())


def _quantile(cumulative: NDArray[np.int64], share: float) -> int:
    return int(cumulative.searchsorted(share * cumulative[-1]))


def _remove_lines(ink: Grey, mask: Grey) -> tuple[Grey, Grey]:
    """Take ruled lines out of the mask, and out of the ink where no stroke crosses them."""
    runs = cv2.erode(mask, _LONG_RUN)
    if not cv2.countNonZero(runs):
        return ink, mask
    lines = cv2.dilate(runs, _LONG_RUN)
    rest = np.where(cv2.dilate(lines, _ABOVE_AND_BELOW) > 0, 0, mask).astype(np.uint8)
    rest = np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, _GAP), np.uint8)
    erase = (cv2.dilate(lines, _AROUND) > 0) & (rest == 0)
    return np.where(erase, ink // 7, ink).astype(np.uint8), rest


def _measure(mask: Grey) -> _Text:
    """Find the line of writing from the connected pieces that are tall enough to be characters."""
    rows = mask.shape[0]
    _, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    lefts, tops, widths, heights, areas = stats[1:].T.astype(np.float64)
    parts = _lone_character(stats[1:], rows)
    if len(parts):
        top, bottom = float(tops[parts].min()), float((tops + heights)[parts].max())
        slant = _slant(labels, stats[parts + 1], centres[parts + 1], parts + 1)
        return _Text((top + bottom) / 2, bottom - top, 0.0, slant)
    tall = (heights >= 0.25 * rows) & (areas >= 30) & ((heights > 0.45 * widths) | (heights > 0.4 * rows))
    if not tall.any():
        tall = (heights >= 0.12 * rows) & (areas >= 20)
    if not tall.any():
        return _Text(rows / 2, 0.7 * rows, 0.0, 0.0)
    candidates = heights[tall]
    candidates.sort()
    tall &= heights >= 0.55 * candidates[int(0.6 * (len(candidates) - 1))]
    chosen = tall.nonzero()[0]
    weights, heights = areas[chosen], heights[chosen]
    height = _weighted_median(heights, weights)
    middles_y = tops[chosen] + heights / 2
    middles_x = lefts[chosen] + widths[chosen] / 2
    skew = _slope(middles_x, middles_y, height)
    centre_y = _weighted_median(middles_y - skew * (middles_x - mask.shape[1] / 2), weights)
    return _Text(centre_y, height, skew, _slant(labels, stats[chosen + 1], centres[chosen + 1], chosen + 1))


def _has_second_line(mask: Grey, text: _Text) -> bool:
    """Whether whole characters of the line's size stand above or below the line: mask uint8 [H, W], also faint ink."""
    rows, columns = mask.shape
    reach = int(1.1 * text.height + abs(text.skew) * columns / 2)
    first, last = int(text.centre_y) - reach, int(text.centre_y) + reach
    beside = [part for part in (mask[: max(first, 0)], mask[last:]) if len(part)]
    if not any(cv2.countNonZero(part) for part in beside):
        return False
    left, top, wide, tall, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:].T.astype(np.float64)
    y = top + tall / 2 - text.skew * (left + wide / 2 - columns / 2)
    whole = (top > 0) & (top + tall < rows) & (tall >= _ALIKE * text.height) & (tall <= text.height / _ALIKE)
    other = whole & (np.abs(y - text.centre_y) > text.height)
    characters = np.maximum(np.rint(wide[other] / (_CHARACTER_WIDTH * text.height)), 1)  # some touch
    return int(characters.sum()) >= _FEWEST_OF_A_LINE


def _cut(mask: Grey, text: _Text) -> tuple[bool, bool]:
    """Whether the field's left or right edge goes through the line's ink."""
    half = text.height / 2
    line = mask[max(0, int(text.centre_y - half)) : int(text.centre_y + half)]
    left, right = (int(line[:, column].sum()) >= _CUT_SHARE * text.height for column in (0, -1))
    return left, right


def _lone_character(boxes: NDArray[np.int32], rows: int) -> NDArray[np.intp]:
    """The pieces of a single character that its strokes' gaps have broken; none when the field holds anything else.

    boxes: left, top, width, height and area of all pieces. Measured by one of its pieces, it would be blown up.
    """
    parts = np.flatnonzero(boxes[:, 4] >= _SPECK_AREA_PX)
    if not 2 <= len(parts) <= _MOST_PARTS:
        return parts[:0]
    left, top = boxes[parts, :2].min(axis=0)
    right, bottom = (boxes[parts, :2] + boxes[parts, 2:4]).max(axis=0)
    alone = top > 0 and bottom < rows and right - left <= _LONE_WIDTH * (bottom - top)
    return parts if alone else parts[:0]


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> float:
    """Slope of the line of writing: the median over pairs of pieces that stand apart (Theil-Sen)."""
    if len(x) < 3 or np.ptp(x) <= 2 * height:
        return 0.0
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


def _slant(
    labels: NDArray[np.int32], stats: NDArray[np.int32], centres: NDArray[np.float64], chosen: NDArray[np.intp]
) -> float:
    """Shear of the strokes from second moments about each piece's own centre; positive leans right.

    stats, centres: of the chosen pieces, in their order.
    """
    cross = spread = 0
    for piece, (left, top, width, height, area), (x, y) in zip(
        chosen.tolist(), stats.tolist(), centres.tolist(), strict=True
    ):
        cell = labels[top : top + height, left : left + width] == piece
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


def _straighten(ink: Grey, text: _Text, body_px: float) -> tuple[Grey, NDArray[np.float64] | None]:
    """Resample the ink so that the writing stands upright and level at the right height; trim empty ends."""
    rows, cols = ink.shape
    scale = min(max(body_px / max(text.height, 0.33 * rows), 0.25), 1.2)
    lean = abs(text.slant) * rows * 0.3
    width = int(np.ceil((cols + 2 * lean) * scale)) + 1
    # strip (u, v) -> work, with v' = (v - 16) / scale:
    # x = u / scale - slant * v' - lean; y = centre + v' + skew * (x - middle)
    half = STRIP_HEIGHT_PX / 2
    x_row = np.array([1 / scale, -text.slant / scale, text.slant * half / scale - lean])
    y_row = text.skew * x_row + np.array([0, 1 / scale, text.centre_y - half / scale - text.skew * cols / 2])
    matrix = np.stack([x_row, y_row])
    if scale < 0.75:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.38 / scale), np.uint8)
    strip = _sample(ink, matrix, width)
    used = np.flatnonzero(cv2.reduce(cv2.compare(strip, 90, cv2.CMP_GT), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S) >= 510)
    if not len(used):
        return strip, None
    left, right = max(0, int(used[0]) - 6), int(used[-1]) + 7
    strip = cv2.copyMakeBorder(strip[:, left:right], 0, 0, 4, 4, cv2.BORDER_CONSTANT, value=0)
    matrix[:, 2] += matrix[:, 0] * (left - 4)
    return np.asarray(strip, np.uint8), matrix


def _sample(ink: Grey, matrix: NDArray[np.float64], width: int) -> Grey:
    """Bilinear resampling at 1/32 px by OpenCV's fixed-point maps, which are exact on every machine."""
    u, v = np.arange(width), np.arange(STRIP_HEIGHT_PX)[:, None]
    whole = np.empty((STRIP_HEIGHT_PX, width, 2), np.int16)
    x, y = (np.rint(32 * row[0] * u + 32 * row[1] * v + 32 * row[2]).astype(np.int32) for row in matrix)
    np.right_shift(x, 5, out=whole[..., 0], casting="same_kind")
    np.right_shift(y, 5, out=whole[..., 1], casting="same_kind")
    fraction = ((y & 31) * 32 + (x & 31)).astype(np.uint16)
    sampled = cv2.remap(ink, whole, fraction, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(sampled, np.uint8)
