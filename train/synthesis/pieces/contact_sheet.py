"""A picture of many pieces, small, with their numbers framed by role."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from train.synthesis.contact_sheet import laid_out
from train.synthesis.pieces.piece import Piece
from train.synthesis.pieces.sheet import Color

SHOWN = 24  # pieces on a sheet, at most
_TILE_PX, _GAP_PX = (400, 270), 6
_BETWEEN = 235
_COLORS: dict[str, Color] = {"destination": (0, 165, 60), "sender": (240, 120, 0), "other": (40, 90, 230)}
_JPEG_QUALITY = 72


def contact_sheet(pieces: Sequence[Piece]) -> NDArray[np.uint8]:
    """Lay pieces out in columns, filled row by row: uint8 [H, W, 3], RGB."""
    return laid_out([_tile(piece) for piece in pieces], _TILE_PX, _GAP_PX, _BETWEEN)


def _tile(piece: Piece) -> NDArray[np.uint8]:
    rows, columns = piece.image.shape[:2]
    scale = min(_TILE_PX[0] / columns, _TILE_PX[1] / rows)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    tile = np.ascontiguousarray(cv2.resize(piece.image, size, interpolation=cv2.INTER_AREA), np.uint8)
    for number in piece.numbers:
        points = np.rint(np.array(number.corners) * scale * 16).astype(np.int32)
        cv2.polylines(tile, [points], True, _COLORS[number.role], 1, cv2.LINE_AA, 4)
    return tile


def write_contact_sheet(pieces: Sequence[Piece], path: Path) -> None:
    """Write a contact sheet.

    Args:
        pieces: at least one.
        path: of a PNG or JPEG file.

    Raises:
        PosteyeError: the file's name is of another kind.
        WriteError: the file cannot be written.
    """
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise PosteyeError(f"{path}: a contact sheet is a .png or .jpg file")
    bgr = cv2.cvtColor(contact_sheet(pieces), cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(path.suffix.lower(), bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    write_bytes(path, data.tobytes())
