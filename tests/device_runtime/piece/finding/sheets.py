"""Sheets with lines of writing, drawn where a test knows them."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Line
from tests.device_runtime import lettering
from tests.device_runtime.lettering import Box, Gray

Point = tuple[float, float]

PAPER, INK = 235, 40


def sheet(height: int, width: int, level: int = PAPER) -> Gray:
    """A sheet without writing, uint8 [H, W]."""
    return np.full((height, width), level, np.uint8)


def write(picture: Gray, text: str, left: int, base: int, size: float = 1.0, ink: int = INK) -> Box:
    """Write a line as lettering.write does, and return the box of its ink."""
    return lettering.write(picture, text, left, base, size, ink)


def tilted(picture: Gray, degrees: float) -> tuple[Gray, NDArray[np.float64]]:
    """A picture turned clockwise about its middle on a canvas that holds all of it.

    Returns:
        uint8 [H', W'], and the affine map of its points, float64 [2, 3].
    """
    rows, columns = picture.shape
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    high = math.ceil(rows * abs(cosine) + columns * abs(sine))
    wide = math.ceil(columns * abs(cosine) + rows * abs(sine))
    x = wide / 2 - cosine * columns / 2 + sine * rows / 2
    y = high / 2 - sine * columns / 2 - cosine * rows / 2
    matrix = np.array([[cosine, -sine, x], [sine, cosine, y]])
    turned = cv2.warpAffine(picture, matrix, (wide, high), flags=cv2.INTER_AREA, borderValue=(PAPER,))
    return np.asarray(turned, np.uint8), matrix


def corners_of(box: Box, matrix: NDArray[np.float64] | None = None) -> tuple[Point, ...]:
    """The corners of a box, clockwise from its top left, where a map brings them."""
    left, top, right, bottom = box
    points = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    if matrix is not None:
        points = points @ matrix[:, :2].T + matrix[:, 2]
    return tuple((float(x), float(y)) for x, y in points)


def overlap(one: tuple[Point, ...], other: tuple[Point, ...]) -> float:
    """The area that two convex quadrilaterals share, by that of their union."""
    first, second = np.array(one, np.float32), np.array(other, np.float32)
    shared, _ = cv2.intersectConvexConvex(first, second)
    return float(shared / (cv2.contourArea(first) + cv2.contourArea(second) - shared))


def with_margin(box: Box, share: float = 0.3) -> Box:
    """A box with paper around it, by its height."""
    left, top, right, bottom = box
    by = round(share * (bottom - top))
    return left - by, top - by, right + by, bottom + by


def holding(lines: list[Line], box: Box, matrix: NDArray[np.float64] | None = None) -> list[Line]:
    """The lines that share more than a tenth of their union with a box."""
    corners = corners_of(box, matrix)
    return [line for line in lines if overlap(line.field.corners, corners) > 0.1]
