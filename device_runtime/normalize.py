"""Field to strip: paper flattened, writing upright and level, 20 px tall in the middle of 32 rows, ink bright.

The whole field is normalised at once, not each character, because parts of characters blow up otherwise (paper,
section VII). Training images pass through here too. Everything that decides a pixel is integer arithmetic or
element-wise float, so that every machine makes the same strip, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.resize import resize_exact
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

Grey = NDArray[np.uint8]


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
    pixels, work_from_strip = _straighten(ink, text, body_height_px)
    if work_from_strip is None:
        return _blank()
    scale = np.array([[width / work.shape[1]], [height / work.shape[0]]])
    return Strip(pixels, work_from_strip * scale, True)


def _blank() -> Strip:
    pixels = np.zeros((STRIP_HEIGHT_PX, 4 * _MARGIN_PX), np.uint8)
    return Strip(pixels, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), False)


def _resize(field: Grey) -> Grey:
    height, width = field.shape
    new_width = int(np.clip(round(width * _WORK_HEIGHT_PX / height), _MIN_FIELD_PX, _MAX_WORK_WIDTH_PX))
    if (height, width) == (_WORK_HEIGHT_PX, new_width):
        return field
    return resize_exact(field, new_width, _WORK_HEIGHT_PX)


def _darkness(work: Grey) -> Grey:
    """How much darker than the paper around it each pixel is: 0 = paper, 255 = black on any paper."""
    pad = _BACKGROUND_PX // 2
    padded = cv2.copyMakeBorder(work, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    paper = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((_BACKGROUND_PX, _BACKGROUND_PX), np.uint8))
    paper = cv2.blur(paper, (21, 21))[pad:-pad, pad:-pad].astype(np.float32)
    smooth = cv2.GaussianBlur(work, (3, 3), 0.7).astype(np.float32)
    dark = np.maximum(paper - smooth, 0) / np.maximum(paper, _MIN_PAPER)
    return np.rint(np.minimum(dark, 1) * 255).astype(np.uint8)


def _stretch(dark: Grey) -> tuple[Grey, int | None]:
    """Put paper texture at 0 and solid ink at 255; also the threshold between them, None when there is no ink."""
    counts = cv2.calcHist([dark], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    split = _otsu(counts)
    paper, ink = counts[: split + 1], counts[split + 1 :]
    if not ink.sum():
        return dark, None
    ink_level = split + 1 + _quantile(ink, 0.60)
    if ink_level < _MIN_INK_DARKNESS:
        return dark, None
    middle = _quantile(paper, 0.50)
    floor = min(2 * _quantile(paper, 0.80) - middle, 0.6 * ink_level)
    levels = np.clip((np.arange(256) - floor) / (ink_level - floor), 0, 1)
    table = np.rint(levels * 255).astype(np.uint8)
    threshold = int(np.clip(table[split], 64, 153))
    return np.asarray(cv2.LUT(dark, table), np.uint8), threshold


def _otsu(counts: NDArray[np.int64]) -> int:
    """Otsu's threshold of a histogram: the level that parts it into the two most distinct classes."""
    below = np.cumsum(counts).astype(np.float64)
    moment = np.cumsum(counts * np.arange(256)).astype(np.float64)
    total, mean = below[-1], moment[-1]
    between = (mean * below - moment * total) ** 2 / np.maximum(below * (total - below), 1)
    return int(np.argmax(between))


def _quantile(counts: NDArray[np.int64], share: float) -> int:
    cumulative = np.cumsum(counts)
    return int(np.searchsorted(cumulative, share * cumulative[-1]))


def _remove_lines(ink: Grey, mask: Grey) -> tuple[Grey, Grey]:
    """Take ruled lines out of the mask, and out of the ink where no stroke crosses them."""
    lines = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, _LINE_PX), np.uint8))
    if not lines.any():
        return ink, mask
    rest = np.where(cv2.dilate(lines, np.ones((3, 1), np.uint8)) > 0, 0, mask).astype(np.uint8)
    rest = np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8)), np.uint8)
    erase = (cv2.dilate(lines, np.ones((3, 5), np.uint8)) > 0) & (rest == 0)
    return np.where(erase, ink // 7, ink).astype(np.uint8), rest


def _measure(mask: Grey) -> _Text:
    """Find the line of writing from the connected pieces that are tall enough to be characters."""
    rows = mask.shape[0]
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    heights, widths, areas = (stats[1:, i].astype(np.float64) for i in (cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH, 4))
    tall = (heights >= 0.25 * rows) & (areas >= 30) & ((heights > 0.45 * widths) | (heights > 0.4 * rows))
    if not tall.any():
        tall = (heights >= 0.12 * rows) & (areas >= 20)
    if not tall.any():
        return _Text(rows / 2, 0.7 * rows, 0.0, 0.0)
    typical = np.sort(heights[tall])[int(0.6 * (tall.sum() - 1))]
    tall &= heights >= 0.55 * typical
    chosen = np.flatnonzero(tall)
    height = _weighted_median(heights[chosen], areas[chosen])
    tops = stats[1:, cv2.CC_STAT_TOP][chosen].astype(np.float64)
    middles_y = tops + heights[chosen] / 2
    middles_x = stats[1:, cv2.CC_STAT_LEFT][chosen] + widths[chosen] / 2
    skew = _slope(middles_x, middles_y, height)
    centre_y = _weighted_median(middles_y - skew * (middles_x - mask.shape[1] / 2), areas[chosen])
    return _Text(centre_y, height, skew, _slant(labels, centres, chosen + 1, count))


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> float:
    """Slope of the line of writing: the median over pairs of pieces that stand apart (Theil-Sen)."""
    if len(x) < 3 or np.ptp(x) <= 2 * height:
        return 0.0
    first, second = np.triu_indices(len(x), 1)
    run = x[second] - x[first]
    apart = np.abs(run) > height
    if not apart.any():
        return 0.0
    slopes = np.sort((y[second] - y[first])[apart] / run[apart])
    return float(np.clip(slopes[len(slopes) // 2], -0.2, 0.2))


def _slant(labels: NDArray[np.int32], centres: NDArray[np.float64], chosen: NDArray[np.intp], count: int) -> float:
    """Shear of the strokes from second moments about each piece's own centre; positive leans right."""
    keep = np.zeros(count, bool)
    keep[chosen] = True
    ys, xs = np.nonzero(keep[labels])
    piece = labels[ys, xs]
    # Rounded to 1/16 px, so that the sums below are exact whatever order they are taken in.
    dx = np.rint(16 * (xs - centres[piece, 0])).astype(np.int64)
    dy = np.rint(16 * (ys - centres[piece, 1])).astype(np.int64)
    spread = int((dy * dy).sum())
    return float(np.clip(-int((dx * dy).sum()) / spread, -0.3, 0.8)) if spread else 0.0


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def _straighten(ink: Grey, text: _Text, body_px: float) -> tuple[Grey, NDArray[np.float64] | None]:
    """Resample the ink so that the writing stands upright and level at the right height; trim empty ends."""
    rows, cols = ink.shape
    scale = float(np.clip(body_px / max(text.height, 0.33 * rows), 0.25, 1.2))
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
    used = np.flatnonzero((strip > 90).sum(axis=0) >= 2)
    if not len(used):
        return strip, None
    left, right = max(0, int(used[0]) - 6), int(used[-1]) + 7
    strip = cv2.copyMakeBorder(strip[:, left:right], 0, 0, 4, 4, cv2.BORDER_CONSTANT, value=0)
    matrix[:, 2] += matrix[:, 0] * (left - 4)
    return np.asarray(strip, np.uint8), matrix


def _sample(ink: Grey, matrix: NDArray[np.float64], width: int) -> Grey:
    """Bilinear resampling at 1/32 px by OpenCV's fixed-point maps, which are exact on every machine."""
    u, v = np.arange(width), np.arange(STRIP_HEIGHT_PX)[:, None]
    fixed = [np.rint(32 * (row[0] * u + row[1] * v + row[2])).astype(np.int32) for row in matrix]
    whole = np.stack([np.clip(f >> 5, -32000, 32000) for f in fixed], axis=-1).astype(np.int16)
    fraction = ((fixed[1] & 31) * 32 + (fixed[0] & 31)).astype(np.uint16)
    sampled = cv2.remap(ink, whole, fraction, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(sampled, np.uint8)
