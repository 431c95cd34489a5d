"""Pictures turned by quarters of a circle, and where their fields and lines come to lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from device_runtime.image.pixels import Pixels
from device_runtime.piece.scene import Scene
from device_runtime.types import Field


def turn(pixels: Pixels, quarters: int) -> Pixels:
    """A picture turned counterclockwise by quarters of a circle."""
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def turned_field(field: Field, quarters: int, width_px: int, height_px: int) -> Field:
    """A field of a picture in the picture turned counterclockwise; its corners stay in the order of reading.

    Args:
        field: of the picture as it lies.
        quarters: by how many quarters it is turned.
        width_px: of the picture as it lies.
        height_px: of it.
    """
    corners = field.corners
    for _ in range(quarters % 4):
        corners = tuple((y, width_px - x) for x, y in corners)
        width_px, height_px = height_px, width_px
    return Field(corners)


def field_before_turn(field: Field, quarters: int, width_px: int, height_px: int) -> Field:
    """Where a field of a turned picture stands in the picture as it lies; its corners stay in the order of reading.

    Args:
        field: of the turned picture.
        quarters: by how many quarters it was turned counterclockwise.
        width_px: of the picture as it lies.
        height_px: of it.
    """
    width_px, height_px = (width_px, height_px) if quarters % 2 == 0 else (height_px, width_px)
    corners = field.corners
    for _ in range(-quarters % 4):
        corners = tuple((y, width_px - x) for x, y in corners)
        width_px, height_px = height_px, width_px
    return Field(corners)


def from_other_end(field: Field) -> Field:
    """A field whose writing is read from its other end."""
    return Field((*field.corners[2:], *field.corners[:2]))


def half_turned(scene: Scene, width: int, height: int) -> Scene:
    """The same lines in a picture turned by half, read from their other ends."""
    lines = (replace(line, field=from_other_end(turned_field(line.field, 2, width, height))) for line in scene.lines)
    return replace(scene, lines=tuple(lines))
