"""Print on drawn pictures, the same with every OpenCV: its own letters differ from one release to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Gray = NDArray[np.uint8]
Box = tuple[int, int, int, int]

_EM = 22 / 0.69  # px at size 1, for capitals of 22 px


def write(picture: Gray, text: str, left: int, base: int, size: float = 1.0, ink: int = 30) -> Box:
    """Write a line, of capitals and digits some 22 px high at size 1.

    Args:
        picture: uint8 [H, W], written on.
        text: the line.
        left: column at which the first character begins.
        base: row on which the characters stand.
        size: of the font, the one that Pillow brings.
        ink: 0 to 255.

    Returns:
        Left, top, right and bottom of its ink, right and bottom one past the last.

    Raises:
        ValueError: none of it stands on the picture.
    """
    height, width = picture.shape
    layer = Image.new("L", (width, height))
    ImageDraw.Draw(layer).text((left, base), text, 255, ImageFont.load_default(_EM * size), anchor="ls")
    box = layer.getbbox()
    if box is None:
        raise ValueError(f"{text!r} at {left}, {base} is beyond the picture of {width} x {height} px")
    left, top, right, bottom = box
    alpha = np.asarray(layer, np.int32)[top:bottom, left:right]
    part = picture[top:bottom, left:right]
    part[:] = (part * (255 - alpha) + ink * alpha + 127) // 255
    return box
