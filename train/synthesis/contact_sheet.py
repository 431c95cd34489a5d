"""A picture of what the generator makes: fields as photographed, the strips made of them, and their targets."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.image.normalize import normalize
from train.synthesis.generator import Field, FieldGenerator

Grey = NDArray[np.uint8]
_COLUMNS = 4
_FIELD_PX, _STRIP_PX, _TEXT_PX = 56, 2 * STRIP_HEIGHT_PX, 18  # heights within a tile
_TILE_PX = (340, _FIELD_PX + _STRIP_PX + _TEXT_PX + 2)  # width, height
_GAP_PX = 14
_BETWEEN, _INK = 225, 40


def write_contact_sheet(generator: FieldGenerator, count: int, path: Path) -> None:
    """Write a PNG with `count` generated fields: each photograph, its strip below (dark on light), then its target.

    The strips are those of the device, without the small changes of height and place that training adds. Raises
    PosteyeError when count is not positive or the file cannot be written.
    """
    if count < 1:
        raise PosteyeError(f"a contact sheet needs at least one sample, not {count}")
    sheet = contact_sheet([generator.field() for _ in range(count)])
    _, encoded = cv2.imencode(".png", sheet, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    write_bytes(path, encoded.tobytes())


def contact_sheet(fields: list[Field]) -> Grey:
    """Lay fields out in columns, filled row by row; a grey image, uint8 [H, W]."""
    columns = min(_COLUMNS, len(fields))
    rows = -(-len(fields) // columns)
    width, height = _TILE_PX
    shape = (rows * (height + _GAP_PX) + _GAP_PX, columns * (width + _GAP_PX) + _GAP_PX)
    sheet = np.full(shape, _BETWEEN, np.uint8)
    for number, field in enumerate(fields):
        top = _GAP_PX + number // columns * (height + _GAP_PX)
        left = _GAP_PX + number % columns * (width + _GAP_PX)
        sheet[top : top + height, left : left + width] = _tile(field)
    return sheet


def _tile(field: Field) -> Grey:
    tile = np.full(_TILE_PX[::-1], _BETWEEN, np.uint8)
    photo = _fitted(field.image, _FIELD_PX)
    normalized = normalize(field.image)
    strip = _fitted(cv2.bitwise_not(normalized.pixels), _STRIP_PX)
    target = field.target if normalized.has_ink else "(nothing to be seen)"
    tile[: photo.shape[0], : photo.shape[1]] = photo
    tile[_FIELD_PX + 2 : _FIELD_PX + 2 + strip.shape[0], : strip.shape[1]] = strip
    drawn = Image.fromarray(tile)
    ImageDraw.Draw(drawn).text((0, _FIELD_PX + _STRIP_PX + 3), target, _INK, ImageFont.load_default(14))
    return np.array(drawn, np.uint8)


def _fitted(image: Grey, height: int) -> Grey:
    """The image at this height, or lower where it would be wider than a tile."""
    scale = min(height / image.shape[0], _TILE_PX[0] / image.shape[1])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(
        cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8
    )
