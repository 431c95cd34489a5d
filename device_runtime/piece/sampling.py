"""A field cut out of its picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.types import Field

_HIGHEST_PX = 256  # of what is drawn: writing is read at a fourth of that and less
_MOST_PX = 1 << 25  # of what is drawn
_MOST_REDUCED = 4096  # to one side of so many px: the sum of a square fits in 32 bits

Corners = tuple[tuple[float, float], ...]


def sample(pixels: NDArray[np.uint8], field: Field) -> NDArray[np.uint8]:
    """Cut a field out of a picture, upright.

    A field whose sides run along the picture's is a plain crop. Another one is drawn through its four corners
    (a perspective), bilinearly in steps of 1/32 px, with the same bits on every machine; beyond the picture its edge
    goes on. One that is higher than 256 px is drawn from means of whole squares, so many times smaller that it is not.

    Args:
        pixels: uint8 [H, W] or [H, W, channels].
        field: with corners in px of that picture, (0, 0) being the top left corner of its first pixel.

    Returns:
        uint8 [h, w] or [h, w, channels]; as high and wide as the longer of the field's sides, or reduced from that.

    Raises:
        PosteyeError: the corners are no convex quadrilateral in clockwise order, or one too large to be drawn.
    """
    corners = field.corners
    if _is_level(corners):
        return _crop(pixels, corners)
    width, height, factor = _size(corners)
    if factor > 1:
        pixels, corners = _reduced(pixels, corners, factor)
    x, y = _places(corners, width, height)
    return _bilinear(pixels, x, y)


def _is_level(corners: Corners) -> bool:
    """Whether the sides run along the picture's, with the top left corner first."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    return x0 == x3 and x1 == x2 and y0 == y1 and y2 == y3 and x0 <= x1 and y0 <= y3


def _crop(pixels: NDArray[np.uint8], corners: Corners) -> NDArray[np.uint8]:
    """The pixels within level corners, at least one."""
    (x0, y0), (x1, y1) = corners[0], corners[2]
    rows, columns = pixels.shape[:2]
    left, top = min(max(int(x0), 0), columns - 1), min(max(int(y0), 0), rows - 1)
    return np.ascontiguousarray(pixels[top : max(int(y1), top + 1), left : max(int(x1), left + 1)])


def is_convex(corners: Corners) -> bool:
    """Whether corners are a convex quadrilateral in clockwise order, as y runs down: such a field can be cut out."""
    # On which side of each side of the field the next corner lies: right of it.
    turns = [
        (corners[i - 1][0] - corners[i - 2][0]) * (corners[i][1] - corners[i - 1][1])
        - (corners[i - 1][1] - corners[i - 2][1]) * (corners[i][0] - corners[i - 1][0])
        for i in range(4)
    ]
    return all(turn > 0 for turn in turns)


def _size(corners: Corners) -> tuple[int, int, int]:
    """Width and height of what is drawn, in px, and how many times smaller it is than the field.

    Raises:
        PosteyeError: the corners cannot be drawn.
    """
    if not is_convex(corners):
        raise PosteyeError(f"the field's corners {corners} are no convex quadrilateral in clockwise order")
    top, right, bottom, left = (math.dist(corners[i], corners[(i + 1) % 4]) for i in range(4))
    width, height = max(1.0, round(max(top, bottom), 6)), max(1.0, round(max(left, right), 6))
    factor = -(-round(min(height, _MOST_PX)) // _HIGHEST_PX)
    if factor > _MOST_REDUCED or not width * height <= _MOST_PX * factor * factor:
        raise PosteyeError(f"a field of {width:.0f} x {height:.0f} px is too large to be cut out")
    return max(1, round(width / factor)), round(height / factor), factor


def _reduced(pixels: NDArray[np.uint8], corners: Corners, factor: int) -> tuple[NDArray[np.uint8], Corners]:
    """The part of a picture around corners, by means of whole squares with halves up, and the corners in it.

    Where a square is not whole, at the right and at the foot of the picture, its edge goes on.
    """
    x, y = zip(*corners, strict=True)
    left, columns = _squares(x, pixels.shape[1], factor)
    top, rows = _squares(y, pixels.shape[0], factor)
    part = pixels[rows[0] : rows[-1] + factor, columns[0] : columns[-1] + factor]
    sums = np.zeros((len(rows), *part.shape[1:]), np.uint32)
    for step in range(factor):
        sums += part[np.minimum(rows - rows[0] + step, part.shape[0] - 1)]
    squares = np.zeros((len(rows), len(columns), *part.shape[2:]), np.uint32)
    for step in range(factor):
        squares += sums[:, np.minimum(columns - columns[0] + step, part.shape[1] - 1)]
    area = np.uint32(factor * factor)
    means = ((squares + area // 2) // area).astype(np.uint8)
    return means, tuple((at_x / factor - left, at_y / factor - top) for at_x, at_y in corners)


def _squares(places: Sequence[float], length_px: int, factor: int) -> tuple[int, NDArray[np.intp]]:
    """The first of the squares that lie around places, and where each begins: int [n], one to spare at both ends.

    Args:
        places: along one side of a picture, px.
        length_px: of that side.
        factor: of a square's side, px.
    """
    last = (length_px - 1) // factor
    first, end = (min(max(int(at // factor), 0), last) for at in (min(places) - factor, max(places) + factor))
    return first, np.arange(first, end + 1) * factor


def _places(corners: Corners, width: int, height: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each pixel comes from, x and y in 1/32 px from the middle of the picture's first pixel: int64 [h, w] each.

    Source: P. Heckbert, "Fundamentals of texture mapping and image warping", 1989, section 2.2.3.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    # The map from the unit square: ((a u + b v + x0) / w, (d u + e v + y0) / w) with w = g u + h v + 1.
    sum_x, sum_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    area = dx1 * dy2 - dx2 * dy1
    g, h = (sum_x * dy2 - dx2 * sum_y) / area, (dx1 * sum_y - sum_x * dy1) / area
    a, b, d, e = x1 - x0 + g * x1, x3 - x0 + h * x3, y1 - y0 + g * y1, y3 - y0 + h * y3
    u, v = (np.arange(width) + 0.5) / width, ((np.arange(height) + 0.5) / height)[:, None]
    w = g * u + h * v + 1
    places = ((a * u + b * v + x0) / w, (d * u + e * v + y0) / w)
    x, y = (np.rint(32 * (place - 0.5)).astype(np.int64) for place in places)
    return x, y


def _bilinear(pixels: NDArray[np.uint8], x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The picture at places in 1/32 px: the mean of four pixels by their shares, rounded."""
    rows, columns = pixels.shape[:2]
    x, y = np.clip(x, 0, 32 * (columns - 1)), np.clip(y, 0, 32 * (rows - 1))
    left, top = x >> 5, y >> 5
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    across, down = ((at & 31).astype(np.int32) for at in (x, y))
    if pixels.ndim == 3:
        across, down = across[..., None], down[..., None]
    upper = pixels[top, left] * (32 - across) + pixels[top, right] * across
    lower = pixels[bottom, left] * (32 - across) + pixels[bottom, right] * across
    return ((upper * (32 - down) + lower * down + 512) >> 10).astype(np.uint8)
