"""The student's normalisation: level, but as slanted as it was written, a quarter taller, and on a paper of its own.

`digits` reads writing that was set upright, 20 px tall. A net that sees the same strips may well take the same strokes
for the same digits; here both the shapes and the flattening of the paper differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import BODY_HEIGHT_PX, MIDDLE_PX, STRIP_HEIGHT_PX
from device_runtime.types import Strip

TALL_PX = 25.0  # height of a digit
_STROKE = 0.5  # of a digit's height: ink is narrower, wider is paper or its shade
_DEEPEST = 0.985  # quantile of the depths that counts as full ink
_GRAIN = 0.12  # of the ink's depth, taken off for the grain of the paper
_LEAST_CONTRAST = 10.0  # grey levels
_BLURRED_BELOW = 0.75  # made smaller than this, thin strokes would break without a blur before


@dataclass(frozen=True)
class Upright:
    """A line of writing as the student sees it.

    Attributes:
        strip: uint8 [32, W], its map to the picture that the line's own strip was made of.
        left_px: how many columns further left it begins than the line's own strip; both have columns of one width.
    """

    strip: Strip
    left_px: int


def upright(gray: NDArray[np.uint8], strip: Strip) -> Upright:
    """Make the student's strip of a line.

    Args:
        gray: uint8 [H, W], dark on light.
        strip: the line's own, made of it.
    """
    matrix, left, width = _geometry(strip)
    rows_a_row = float(matrix[1, 1])  # of the picture, for a row of the strip
    # How much darker than its paper the picture is, float32 [H, W].
    side = 2 * round(_STROKE * TALL_PX * rows_a_row / 2) + 1
    paper = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((max(3, side), max(3, side)), np.uint8))
    depth = np.maximum(cv2.GaussianBlur(paper, (0, 0), 2.0).astype(np.float32) - gray, 0)
    if rows_a_row * _BLURRED_BELOW > 1:
        depth = cv2.GaussianBlur(depth, (0, 0), 0.38 * rows_a_row)
    sampled = cv2.warpAffine(depth, matrix, (width, STRIP_HEIGHT_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    peak = max(float(np.quantile(sampled, _DEEPEST)), _LEAST_CONTRAST)
    pixels = np.clip((sampled / peak - _GRAIN) * (255 / (1 - _GRAIN)), 0, 255).astype(np.uint8)
    return Upright(Strip(pixels, matrix, strip.has_ink, strip.second_line, strip.cut), left)


def _geometry(strip: Strip) -> tuple[NDArray[np.float64], int, int]:
    """The map [2, 3] from the student's strip to the picture, how much further left it begins, and its width, both px.

    The middle row stays where it is, and so does the line's slope; columns become upright in the picture's own sense.
    """
    (xx, xy, x0), (yx, yy, y0) = strip.image_from_strip.tolist()
    middle = np.array([x0 + xy * MIDDLE_PX, y0 + yy * MIDDLE_PX])  # of the line's first column
    # Slanted strokes reach beyond the columns that they had when they stood upright.
    left = int(np.ceil(abs(xy / xx) * MIDDLE_PX))
    down = (yy - yx / xx * xy) * BODY_HEIGHT_PX / TALL_PX
    matrix = np.array([[xx, 0.0, middle[0] - left * xx], [yx, down, middle[1] - left * yx - MIDDLE_PX * down]])
    return matrix, left, strip.pixels.shape[1] + 2 * left
