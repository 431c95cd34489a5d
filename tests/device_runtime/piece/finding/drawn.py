"""Small drawn frames, and where their lines stand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Line
from tests.device_runtime import lettering

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass
class Page:
    """A frame that is drawn on, and the boxes around the ink of its lines."""

    image: NDArray[np.uint8]
    ink: int = 30
    boxes: list[Box] = field(default_factory=list)

    def write(self, text: str, x: int, baseline: int, scale: float = 1.0) -> Page:
        """Write a line."""
        self.boxes.append(lettering.write(self.image, text, x, baseline, scale, self.ink))
        return self

    def turned(self, degrees: float, paper: int = 230) -> tuple[NDArray[np.uint8], list[NDArray[np.float64]]]:
        """The frame turned clockwise about its middle on a larger one, and the corners of its lines in it."""
        rows, columns = self.image.shape
        side = math.ceil(math.hypot(rows, columns))
        matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), -degrees, 1)
        matrix[:, 2] += side / 2 - columns / 2, side / 2 - rows / 2
        image = cv2.warpAffine(self.image, matrix, (side, side), borderValue=(paper,))
        corners = [np.array([(a, b), (c, b), (c, d), (a, d)], float) for a, b, c, d in self.boxes]
        return np.asarray(image, np.uint8), [of @ matrix[:, :2].T + matrix[:, 2] for of in corners]


def page(height: int = 400, width: int = 700, paper: int = 230, ink: int = 30) -> Page:
    """A blank one."""
    return Page(np.full((height, width), paper, np.uint8), ink)


def address(**how: int) -> Page:
    """Three lines of an address."""
    drawn = page(**how)
    for baseline, text in ((120, "Jane Example"), (180, "12 High Street"), (240, "10115 Berlin")):
        drawn.write(text, 120, baseline)
    return drawn


def share_of(corners: NDArray[np.float64], line: Line) -> float:
    """How much of what lies within corners lies in a line."""
    found = np.array(line.field.corners, np.float32)
    area = abs(cv2.contourArea(corners.astype(np.float32)))
    common, _ = cv2.intersectConvexConvex(corners.astype(np.float32), found)
    return common / area


def height_of(line: Line) -> float:
    """The mean of the two upright sides of a line's field."""
    a, b, c, d = line.field.corners
    return (math.dist(a, d) + math.dist(b, c)) / 2


def holding(box: Box | NDArray[np.float64], lines: list[Line], heights: float = 2.2) -> Line:
    """The one line that holds a box or corners, and is not so many times as high."""
    corners = box
    if not isinstance(corners, np.ndarray):
        a, b, c, d = corners
        corners = np.array([(a, b), (c, b), (c, d), (a, d)], float)
    height = math.dist(corners[0], corners[3])
    (line,) = (one for one in lines if share_of(corners, one) > 0.97 and height_of(one) < heights * height)
    return line
