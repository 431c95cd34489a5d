"""A picture of what the generator makes: fields as photographed, the strips made of them, and their targets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.image.normalize import normalize
from train.synthesis.field import Field
from train.synthesis.generator import FieldGenerator

Gray = NDArray[np.uint8]
_COLUMNS = 4
_FIELD_PX, _STRIP_PX, _TEXT_PX = 60, 2 * STRIP_HEIGHT_PX, 36  # heights within a tile
_FONT_PX = 27  # large: a page shows the sheet at about two thirds of its size
_EDGE_PX, _GAP_PX = 10, 12  # within a tile, and between tiles
_INNER_PX = 288  # width for a field and its strip
_TILE_PX = (_INNER_PX + 2 * _EDGE_PX, _FIELD_PX + _STRIP_PX + _TEXT_PX + 2 * _EDGE_PX)  # width, height
_BETWEEN, _CARD, _INK = 222, 255, 20


def write_contact_sheet(generator: FieldGenerator, count: int, path: Path) -> None:
    """Write a PNG of generated fields: each photograph, its strip below (dark on light), then its target.

    The strips are those of the device, without the small changes of height and place that training adds.

    Args:
        generator: draws the fields.
        count: of fields.
        path: of the PNG.

    Raises:
        PosteyeError: `count` is not positive.
        WriteError: the file cannot be written.
    """
    if count < 1:
        raise PosteyeError(f"a contact sheet needs at least one sample, not {count}")
    sheet = contact_sheet([generator.field() for _ in range(count)])
    _, encoded = cv2.imencode(".png", sheet, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    write_bytes(path, encoded.tobytes())


def contact_sheet(fields: list[Field]) -> Gray:
    """Lay fields out in columns, filled row by row; a grey image, uint8 [H, W]."""
    return laid_out([_tile(field) for field in fields], _TILE_PX, _GAP_PX, _BETWEEN)


def laid_out(tiles: Sequence[Gray], place_px: tuple[int, int], gap_px: int, between: int) -> Gray:
    """Lay pictures out in columns, filled row by row, each in the middle of its place.

    Args:
        tiles: uint8 [h, w], or all [h, w, 3].
        place_px: width and height of a place, none smaller than a tile.
        gap_px: between places, and around all.
        between: grey level of what lies there.

    Returns:
        uint8 [H, W], or [H, W, 3].
    """
    width, height = place_px
    columns = min(_COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    shape = (rows * (height + gap_px) + gap_px, columns * (width + gap_px) + gap_px, *tiles[0].shape[2:])
    sheet = np.full(shape, between, np.uint8)
    for number, tile in enumerate(tiles):
        top = gap_px + number // columns * (height + gap_px) + (height - tile.shape[0]) // 2
        left = gap_px + number % columns * (width + gap_px) + (width - tile.shape[1]) // 2
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet


def _tile(field: Field) -> Gray:
    tile = np.full(_TILE_PX[::-1], _CARD, np.uint8)
    normalized = normalize(field.image)
    strip = cv2.bitwise_not(normalized.pixels)
    for picture, top in ((_fitted(field.image, _FIELD_PX), 0), (_fitted(strip, _STRIP_PX), _FIELD_PX)):
        height, width = picture.shape
        tile[_EDGE_PX + top : _EDGE_PX + top + height, _EDGE_PX : _EDGE_PX + width] = picture
    target = field.target if normalized.has_ink else "(no ink found)"
    drawn = Image.fromarray(tile)
    baseline = (_EDGE_PX, _TILE_PX[1] - _EDGE_PX - 3)
    ImageDraw.Draw(drawn).text(baseline, target, _INK, ImageFont.load_default(_FONT_PX), anchor="ls")
    return np.array(drawn, np.uint8)


def _fitted(image: Gray, height: int) -> Gray:
    """The image at this height, or lower where it would be wider than a tile."""
    scale = min(height / image.shape[0], _INNER_PX / image.shape[1])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(
        cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8
    )
