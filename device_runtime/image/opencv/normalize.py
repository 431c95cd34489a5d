"""Field to strip with OpenCV: image/normalize.py says what is made, this how."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import BODY_HEIGHT_PX, INK_LEVEL, MIDDLE_PX, STRIP_HEIGHT_PX
from device_runtime.image.opencv.fitted_line import fitted, scale_of
from device_runtime.image.opencv.ink import darkness, remove_lines, stretch
from device_runtime.image.opencv.pieces import find_pieces
from device_runtime.image.opencv.resize import resize_exact
from device_runtime.image.opencv.text_line import TextLine, cut_at_edges, has_second_line, measure
from device_runtime.types import Strip

_WORK_HEIGHT_PX = 64
_MIN_FIELD_PX = 6
_MAX_WORK_WIDTH_PX = 8192
_MARGIN_PX = 10
_LEAST_INK = 2 * 255  # sum of a column's pixels brighter than INK_LEVEL, each counted as 255: two of them

Gray = NDArray[np.uint8]


def normalize(field: Gray, body_height_px: float = BODY_HEIGHT_PX) -> Strip:
    """Make a strip of a field.

    Args:
        field: uint8 [H, W], grey, dark writing on light paper.
        body_height_px: height that the writing gets; training varies it a little, the device does not.

    Returns:
        The strip, uint8 [32, W'], with the map back to the field; blank, with has_ink False, when there is no writing.
    """
    height, width = field.shape
    if height < _MIN_FIELD_PX or width < _MIN_FIELD_PX:
        return _blank()
    # Grey at working height, uint8 [64, W], and its ink.
    work = _resize(field)
    ink, threshold = stretch(darkness(work))
    if threshold is None:
        return _blank()
    # Without ruled lines: the ink, and its mask, uint8 [64, W] of 0 and 1, from which the line is measured.
    ink, mask = remove_lines(ink, cv2.compare(ink, threshold, cv2.CMP_GT) & 1)
    pieces = find_pieces(mask)
    line = measure(pieces)
    # Another line of writing may be fainter than this one.
    second_line = has_second_line(cv2.compare(ink, threshold // 2, cv2.CMP_GT) & 1, line)
    pixels, work_from_strip = _straighten(ink, fitted(pieces, line, body_height_px), body_height_px)
    if work_from_strip is None:
        return _blank()
    # The map from the strip to the field as it was given, float64 [2, 3].
    scale = np.array([[width / work.shape[1]], [height / work.shape[0]]])
    return Strip(pixels, work_from_strip * scale, True, second_line, cut_at_edges(mask, line))


def _blank() -> Strip:
    pixels = np.zeros((STRIP_HEIGHT_PX, 4 * _MARGIN_PX), np.uint8)
    return Strip(pixels, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), False)


def _resize(field: Gray) -> Gray:
    """The field at working height: uint8 [64, W], at most 8192 px wide."""
    height, width = field.shape
    new_width = min(max(round(width * _WORK_HEIGHT_PX / height), _MIN_FIELD_PX), _MAX_WORK_WIDTH_PX)
    if (height, width) == (_WORK_HEIGHT_PX, new_width):
        return field
    return resize_exact(field, new_width, _WORK_HEIGHT_PX)


def _straighten(ink: Gray, line: TextLine, body_px: float) -> tuple[Gray, NDArray[np.float64] | None]:
    """Resample the ink so that the writing stands upright and level at the right height; trim empty ends.

    Args:
        ink: uint8 [64, W].
        line: where the writing runs in it.
        body_px: height that the writing gets.

    Returns:
        The strip, uint8 [32, W'], and the map from it to `ink`, float64 [2, 3]; None when the strip is empty.
    """
    rows, columns = ink.shape
    scale = scale_of(line.height, body_px)
    matrix, width = _work_from_strip(line, scale, rows, columns)
    # Made smaller by this much, thin strokes would break without a blur before.
    if scale < 0.75:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.38 / scale), np.uint8)
    strip = _sample(ink, matrix, width)
    # Columns with ink, and the strip from the first to the last of them, with margins of blank paper.
    bright = cv2.compare(strip, INK_LEVEL, cv2.CMP_GT)
    used = np.flatnonzero(cv2.reduce(bright, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S) >= _LEAST_INK)
    if not len(used):
        return strip, None
    left, right = max(0, int(used[0]) - 6), int(used[-1]) + 7
    strip = cv2.copyMakeBorder(strip[:, left:right], 0, 0, 4, 4, cv2.BORDER_CONSTANT, value=0)
    matrix[:, 2] += matrix[:, 0] * (left - 4)
    return np.asarray(strip, np.uint8), matrix


def _work_from_strip(line: TextLine, scale: float, rows: int, columns: int) -> tuple[NDArray[np.float64], int]:
    """The affine map [2, 3] from pixels (u, v, 1) of a strip to (x, y) of the ink, and the strip's width in px.

    With v' = (v - 16) / scale: x = u / scale - slant * v' - overhang; y = center + v' + skew * (x - middle).
    """
    overhang = abs(line.slant) * rows * 0.3  # columns by which sheared strokes may reach beyond the field
    width = int(np.ceil((columns + 2 * overhang) * scale)) + 1
    x_row = np.array([1 / scale, -line.slant / scale, line.slant * MIDDLE_PX / scale - overhang])
    y_row = line.skew * x_row + np.array([0, 1 / scale, line.center_y - MIDDLE_PX / scale - line.skew * columns / 2])
    return np.stack([x_row, y_row]), width


def _sample(ink: Gray, matrix: NDArray[np.float64], width: int) -> Gray:
    """Resample bilinearly at 1/32 px by OpenCV's fixed-point maps, which are exact on every machine.

    Args:
        ink: uint8 [H, W].
        matrix: float64 [2, 3], the map from the strip to the ink.
        width: of the strip in px.

    Returns:
        uint8 [32, width].
    """
    # Where each pixel of the strip comes from, int32 [32, width], in 1/32 px.
    u, v = np.arange(width), np.arange(STRIP_HEIGHT_PX)[:, None]
    x, y = (np.rint(32 * row[0] * u + 32 * row[1] * v + 32 * row[2]).astype(np.int32) for row in matrix)
    # OpenCV takes whole pixels, int16 [32, width, 2], and the fractions as one number, uint16 [32, width].
    whole = np.empty((STRIP_HEIGHT_PX, width, 2), np.int16)
    np.right_shift(x, 5, out=whole[..., 0], casting="same_kind")
    np.right_shift(y, 5, out=whole[..., 1], casting="same_kind")
    fraction = ((y & 31) * 32 + (x & 31)).astype(np.uint16)
    sampled = cv2.remap(ink, whole, fraction, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(sampled, np.uint8)
