"""Draws whole pieces as they were read: the lines that were read, with role and penalty, the code, and its rival."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.files.atomic import write_bytes
from device_runtime.image.opencv import cv2
from device_runtime.result import Result
from device_runtime.types import Field, Role

Color = tuple[int, int, int]
SUFFIXES = (".png", ".jpg", ".jpeg")
_WIDTH_PX, _GAP_PX, _HEADLINE_PX = 760, 12, 40
_COLUMNS = 2
_LABELLED = 3  # lines of a piece whose role and penalty are written beside them
_PAPER: Color = (255, 255, 255)
# RGB; told apart by people who see no red or no green. Source: Okabe and Ito, "Color universal design", 2008.
_ROLES: dict[Role, Color] = {"destination": (0, 158, 115), "sender": (213, 94, 0), "other": (0, 114, 178)}
_STATUS: dict[str, Color] = {"accepted": (0, 128, 90), "rejected": (190, 80, 0), "no_code": (110, 110, 110)}
_FONT_SIZE, _HEADLINE_SIZE = 0.5, 0.7
_QUALITY = 85
_FRACTION_BITS = 3


def draw(pixels: NDArray[np.uint8], result: Result) -> NDArray[np.uint8]:
    """Draw what was read on a piece.

    Args:
        pixels: its picture, uint8 [H, W] or [H, W, 3], RGB.
        result: what was read.

    Returns:
        The picture, uint8 [H, W, 3], RGB: a headline, and below it the piece with the lines that were read.
    """
    scale = _WIDTH_PX / pixels.shape[1]
    color = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    size = (_WIDTH_PX, round(pixels.shape[0] * scale))
    canvas = np.ascontiguousarray(cv2.resize(color, size, interpolation=cv2.INTER_AREA), np.uint8)
    # The likeliest lines come last, above the others.
    for rank, line in reversed(list(enumerate(result.fields))):
        _outline(canvas, line.field, scale, _ROLES[line.role], 2 if rank == 0 else 1)
    for line in result.fields[:_LABELLED]:
        code = f" {line.code}" if line.code else ""
        _label(canvas, f"{line.role} {line.penalty:.1f}{code}", line.field, scale, _ROLES[line.role])
    headline = np.full((_HEADLINE_PX, _WIDTH_PX, 3), _PAPER, np.uint8)
    reading = result.reading
    text = f"{reading.code or 'no code'}  {reading.status} {reading.confidence:.3f}"
    text += f"  {reading.reason}" if reading.reason else ""
    _text(headline, text, (2, 27), _HEADLINE_SIZE, _STATUS[reading.status], 1)
    return np.concatenate([headline, canvas])


def sheet(drawn: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Lay pictures of pieces out in two columns, filled row by row.

    Args:
        drawn: at least one, uint8 [H, W, 3], all equally wide.
    """
    rows = [drawn[first : first + _COLUMNS] for first in range(0, len(drawn), _COLUMNS)]
    width = _COLUMNS * _WIDTH_PX + (_COLUMNS + 1) * _GAP_PX
    height = sum(max(len(picture) for picture in row) + _GAP_PX for row in rows) + _GAP_PX
    canvas = np.full((height, width, 3), _PAPER, np.uint8)
    top = _GAP_PX
    for row in rows:
        for column, picture in enumerate(row):
            left = _GAP_PX + column * (_WIDTH_PX + _GAP_PX)
            canvas[top : top + len(picture), left : left + _WIDTH_PX] = picture
        top += max(len(picture) for picture in row) + _GAP_PX
    return canvas


def write(drawn: Sequence[NDArray[np.uint8]], path: Path) -> None:
    """Write pictures of pieces side by side as a file.

    Args:
        drawn: as `draw` makes them.
        path: the file, of one of SUFFIXES.

    Raises:
        WriteError: the file cannot be written.
    """
    write_bytes(path, as_file(sheet(drawn), path))


def as_file(picture: NDArray[np.uint8], path: Path) -> bytes:
    """A picture, uint8 [H, W, 3], RGB, as the bytes of a file with this name, of one of SUFFIXES."""
    data = cv2.imencode(path.suffix.lower(), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return bytes(data.tobytes())


def _outline(canvas: NDArray[np.uint8], field: Field, scale: float, color: Color, width: int) -> None:
    points = np.rint(np.array(field.corners) * scale * 2**_FRACTION_BITS).astype(np.int32)
    cv2.polylines(canvas, [points], True, color, width, cv2.LINE_AA, _FRACTION_BITS)


def _label(canvas: NDArray[np.uint8], text: str, field: Field, scale: float, color: Color) -> None:
    """Words that can be read on any ground, behind a field as it stands in the picture, or before it without room."""
    xs, ys = zip(*field.corners, strict=True)
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, _FONT_SIZE, 1)
    behind, before = round(max(xs) * scale) + 5, round(min(xs) * scale) - width - 5
    x = behind if behind + width < canvas.shape[1] else max(2, before)
    y = min(max(round(sum(ys) / len(ys) * scale) + height // 2, height + 2), len(canvas) - 3)
    _text(canvas, text, (x, y), _FONT_SIZE, _PAPER, 4)
    _text(canvas, text, (x, y), _FONT_SIZE, color, 1)


def _text(canvas: NDArray[np.uint8], text: str, at: tuple[int, int], size: float, color: Color, width: int) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, color, width, cv2.LINE_AA)
