"""Draws one reading: the strip, the scanner's columns below it, and the best path through them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.decoding.alignment import align
from device_runtime.files.atomic import write_bytes
from device_runtime.image.opencv import cv2
from device_runtime.recognition.scanner import Scanner
from device_runtime.result import Result
from device_runtime.types import Penalties

_ZOOM = 8
_ROW_PX = 22
_LEFT_PX = 92
_TOP_PX = 64
_PAPER, _INK, _PATH, _FRAME = (255, 255, 255), (40, 40, 40), (30, 90, 220), (200, 200, 200)
_STATUS = {"accepted": (60, 140, 40), "rejected": (30, 90, 220), "no_code": (110, 110, 110)}


def draw(result: Result, penalties: Penalties) -> NDArray[np.uint8]:
    """Draw a result: darker cells are more probable, and the line is the best path.

    Args:
        result: what was read.
        penalties: of the columns of its strip.

    Returns:
        The picture, uint8 [H, W, 3].
    """
    strip = result.trace.strip
    rows, width = strip.pixels.shape
    names = [*penalties.alphabet, "blank", "rubbish"]
    top = _TOP_PX + rows * _ZOOM + 12
    # White paper for the headline, the strip, and a row of cells for each class.
    headline = _headline(result)
    text_px = cv2.getTextSize(headline, cv2.FONT_HERSHEY_SIMPLEX, 0.9, 1)[0][0]
    total_px = _LEFT_PX + max(width * _ZOOM, text_px) + 16
    canvas = np.full((top + len(names) * _ROW_PX + 40, total_px, 3), 255, np.uint8)
    # The strip enlarged, ink dark.
    large = cv2.resize(255 - strip.pixels, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_NEAREST)
    canvas[_TOP_PX : _TOP_PX + rows * _ZOOM, _LEFT_PX : _LEFT_PX + width * _ZOOM] = large[:, :, None]
    _text(canvas, headline, (_LEFT_PX, 40), 0.9, _STATUS[result.reading.status])
    # The cells: a row for each class, a column for each column of the scanner; over them the best path.
    for row, name in enumerate(names):
        _text(canvas, name, (10, top + row * _ROW_PX + 16), 0.5, _INK)
    _cells(canvas, np.exp(-penalties.values), penalties.x_px, top)
    if result.reading.code is not None:
        _path(canvas, align(result.reading.code, penalties), penalties.x_px, top)
    # A mark at each character that was read, with its confidence.
    for character in result.reading.characters:
        x = _LEFT_PX + int(character.x_px * _ZOOM)
        cv2.line(canvas, (x, _TOP_PX), (x, top), _PATH, 1, cv2.LINE_AA)
        label = f"{character.char} {character.confidence:.2f}"
        _text(canvas, label, (x - 24, top + len(names) * _ROW_PX + 24), 0.5, _PATH)
    return canvas


def write(result: Result, scanner: Scanner, path: Path) -> None:
    """Write the picture of a result as a PNG file.

    Args:
        result: what was read.
        scanner: that saw what was read.
        path: the file.

    Raises:
        PosteyeError: the result's strip is longer than the model reads.
        WriteError: the file cannot be written.
    """
    write_bytes(path, cv2.imencode(".png", draw(result, scanner(result.trace.strip)))[1].tobytes())


def _headline(result: Result) -> str:
    reading = result.reading
    reason = f" ({reading.reason})" if reading.reason else ""
    return f"{reading.code or 'no code'}   {reading.status}{reason}   confidence {reading.confidence:.3f}"


def _cells(canvas: NDArray[np.uint8], probability: NDArray[np.float32], x_px: NDArray[np.float32], top: int) -> None:
    for column, x in enumerate(x_px):
        left = _LEFT_PX + int((x - 1) * _ZOOM)
        if left < _LEFT_PX:  # this column looks at the paper before the strip
            continue
        for row, p in enumerate(probability[column]):
            corner = (left, top + row * _ROW_PX)
            far = (left + 2 * _ZOOM - 1, top + (row + 1) * _ROW_PX - 1)
            shade = int(255 * (1 - min(1.0, float(p)) ** 0.5))
            cv2.rectangle(canvas, corner, far, (shade, shade, shade), -1)
            cv2.rectangle(canvas, corner, far, _FRAME, 1)


def _path(canvas: NDArray[np.uint8], path: NDArray[np.intp], x_px: NDArray[np.float32], top: int) -> None:
    points = [
        (_LEFT_PX + int(x * _ZOOM), top + int(row) * _ROW_PX + _ROW_PX // 2)
        for x, row in zip(x_px, path, strict=False)
        if x >= 0
    ]
    for a, b in pairwise(points):
        cv2.line(canvas, a, b, _PATH, 2, cv2.LINE_AA)


def _text(canvas: NDArray[np.uint8], text: str, at: tuple[int, int], size: float, color: tuple[int, int, int]) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, color, 1, cv2.LINE_AA)
