"""Draws mail that was sorted: a contact sheet of pieces, each with code and bin, in the colour of its status."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.commands.piece_picture import as_file
from device_runtime.commands.played.account import status_of
from device_runtime.commands.played.mail import Letter
from device_runtime.files.atomic import write_bytes
from device_runtime.image.load import load_image
from device_runtime.image.opencv import cv2
from device_runtime.result import Result
from device_runtime.station.loop.values import Decision

Color = tuple[int, int, int]
_COLUMNS = 4
_WIDTH_PX, _HEIGHT_PX, _BAND_PX, _WORDS_PX = 380, 264, 6, 60  # of a cell: its picture, a band above, the words below
_GAP_PX, _MARGIN_PX = 14, 6
_AROUND_PX = 3  # between a code and its frame
# RGB; told apart by people who see no red or no green. Source: Okabe and Ito, "Color universal design", 2008.
_STATUS: dict[str, Color] = {"accepted": (0, 128, 90), "rejected": (205, 90, 0)}
_GRAY: Color = (110, 110, 110)
_INK: Color = (40, 40, 40)
_TABLE, _CARD, _PAPER = (236, 238, 241), (248, 249, 250), (255, 255, 255)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FRACTION_BITS = 3


def write(answers: Iterable[tuple[Letter, Decision]], path: Path) -> None:
    """Write the sheet of some pieces.

    Args:
        answers: pieces, at least one, and what was decided about each.
        path: a .png or .jpg file.

    Raises:
        WriteError: the file cannot be written.
    """
    write_bytes(path, as_file(sheet([cell(load_image(letter.path), made) for letter, made in answers]), path))


def sheet(cells: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Lay cells out in columns, filled row by row; uint8 [H, W, 3]."""
    columns = min(_COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    height_px, width_px = (side + _GAP_PX for side in cells[0].shape[:2])
    canvas = np.full((rows * height_px + _GAP_PX, columns * width_px + _GAP_PX, 3), _TABLE, np.uint8)
    for number, one in enumerate(cells):
        top, left = _GAP_PX + number // columns * height_px, _GAP_PX + number % columns * width_px
        canvas[top : top + one.shape[0], left : left + one.shape[1]] = one
    return canvas


def cell(pixels: NDArray[np.uint8], decision: Decision) -> NDArray[np.uint8]:
    """Draw a piece as it was sorted.

    Args:
        pixels: its picture, uint8 [H, W, 3], RGB.
        decision: about it.

    Returns:
        The cell, uint8 [H, W, 3], RGB.
    """
    status = status_of(decision)
    color = _STATUS.get(status, _GRAY)
    canvas = np.full((_BAND_PX + _HEIGHT_PX + _WORDS_PX, _WIDTH_PX, 3), _PAPER, np.uint8)
    canvas[:_BAND_PX] = color
    canvas[_BAND_PX : _BAND_PX + _HEIGHT_PX] = _CARD
    scale = min((_WIDTH_PX - 2 * _MARGIN_PX) / pixels.shape[1], (_HEIGHT_PX - 2 * _MARGIN_PX) / pixels.shape[0])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    read = decision.read if isinstance(decision.read, Result) else None
    if read and read.field:
        corners = _wider(np.array(read.field.corners) * scale)
        points = np.rint(corners * 2**_FRACTION_BITS).astype(np.int32)
        cv2.polylines(small, [points], True, color, 2, cv2.LINE_AA, _FRACTION_BITS)
    top, left = _BAND_PX + (_HEIGHT_PX - small.shape[0]) // 2, (_WIDTH_PX - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    base = _BAND_PX + _HEIGHT_PX
    code = read.reading.code if read and read.reading.code else "no code"
    guess = "" if status == "accepted" or code == "no code" else "?"
    _text(canvas, code + guess, (8, base + 27), 0.75, color, 2)
    right = _WIDTH_PX - 8 - cv2.getTextSize(decision.bin, _FONT, 0.6, 1)[0][0]
    _text(canvas, decision.bin, (right, base + 26), 0.6, _INK, 1)
    _text(canvas, _fitting(_words(decision, read)), (8, base + 48), 0.42, _GRAY, 1)
    return canvas


def _wider(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """A quadrilateral [4, 2], clockwise from its top left, with more room around what it holds."""
    along, down = (
        one / max(1e-6, float(np.linalg.norm(one))) for one in (corners[1] - corners[0], corners[3] - corners[0])
    )
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return corners + _AROUND_PX * np.array([a * along + d * down for a, d in signs])


def _words(decision: Decision, read: Result | None) -> str:
    if read is None:
        return str(decision.read)
    reading = read.reading
    told = f"{reading.confidence:.3f}, {decision.stages_ms['total']:.0f} ms"
    return f"{told}: {reading.reason}" if reading.reason else f"{reading.status} {told}"


def _fitting(text: str) -> str:
    """As much of a text as there is room for."""
    room_px = _WIDTH_PX - 16
    if cv2.getTextSize(text, _FONT, 0.42, 1)[0][0] <= room_px:
        return text
    while cv2.getTextSize(text + "...", _FONT, 0.42, 1)[0][0] > room_px:
        text = text[:-1]
    return text.rstrip() + "..."


def _text(canvas: NDArray[np.uint8], text: str, at: tuple[int, int], size: float, color: Color, thickness: int) -> None:
    cv2.putText(canvas, text, at, _FONT, size, color, thickness, cv2.LINE_AA)
