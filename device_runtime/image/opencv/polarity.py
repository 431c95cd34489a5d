"""Dark ink or light ink with OpenCV: image/polarity.py says by what they are told apart; here panels are found, too."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.image.polarity import Polarity

Gray = NDArray[np.uint8]

_WORK_ROWS = 64  # rows that are looked at, about
# Skewness beyond which the ink is surely dark or light. Of 621 check amounts, 282 printed lines and 480 lines found on
# printed pages all but 2 amounts are below the first, and none is above the second.
_DARK, _LIGHT = -0.3, 0.5
_PANEL_FROM = 0.3  # share of dark pixels from which a dark panel with light writing on it is looked for
_PANEL_AREA = 0.3  # of the field, at least
_PANEL_FILL = 0.5  # of its outline that is dark, at least: closed print reaches it too, so that skewness decides
_AROUND = 0.1  # of the field, at least, lies around a panel; what covers more is the field's paper
_EDGE = 0.5  # of the contrast of the writing on a panel, at least, is seen at its edge
_PANEL_ROWS = 0.4  # of the field's height, at least
_SQUARES, _CUBES = (np.arange(256, dtype=np.int64) ** power for power in (2, 3))


@dataclass(frozen=True)
class Panel:
    """A dark piece of a field.

    Attributes:
        outline: int32 [n, 1, 2], x and y of its corners in px.
        left: first column of the box around it.
        top: first row.
        right: one past the last column.
        bottom: one past the last row.
    """

    outline: NDArray[np.int32]
    left: int
    top: int
    right: int
    bottom: int

    def enlarged(self, step: int) -> Panel:
        """The panel in a field whose every `step`-th pixel was looked at."""
        edges = (edge * step for edge in (self.left, self.top, self.right, self.bottom))
        return Panel(self.outline * step, *edges)


def polarity_and_panel(field: Gray) -> tuple[Polarity, Panel | None]:
    """Tell the polarity, and the panel that light writing may stand on; None when that is the whole field.

    Args:
        field: uint8 [H, W], grey.
    """
    # About 64 rows of it without specks, uint8 [h, w], what its skewness says, and the mask of what is dark in it.
    step = max(1, field.shape[0] // _WORK_ROWS)
    small = np.asarray(cv2.medianBlur(_reduce(field, step), 3), np.uint8)
    whole = _of(_skewness(small))
    _, dark = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if cv2.countNonZero(dark) < _PANEL_FROM * dark.size:
        return whole, None
    panel = _panel(small, np.asarray(dark, np.uint8))
    if panel is None:
        return whole, None
    # The panel's skewness against the whole field's.
    on_it = _of(_skewness(np.ascontiguousarray(small[panel.top : panel.bottom, panel.left : panel.right])))
    if (on_it is not Polarity.LIGHT and whole is Polarity.DARK) or on_it is Polarity.DARK:
        return Polarity.DARK, None
    return (whole if whole is on_it else Polarity.UNCLEAR), panel.enlarged(step)


def _reduce(gray: Gray, step: int) -> Gray:
    """Means of squares of step x step px: uint8 [H / step, W / step]."""
    rows, cols = max(1, gray.shape[0] // step), max(1, gray.shape[1] // step)
    whole = gray[: rows * step, : cols * step]
    return np.asarray(cv2.resize(whole, (cols, rows), interpolation=cv2.INTER_AREA) if step > 1 else gray, np.uint8)


def _of(skewness: float) -> Polarity:
    """What the skewness of the differences from the neighbourhood says of the ink."""
    if skewness < _DARK:
        return Polarity.DARK
    return Polarity.LIGHT if skewness > _LIGHT else Polarity.UNCLEAR


def _skewness(gray: Gray) -> float:
    """Skewness of how much brighter each pixel is than the mean around it, about 0; 0 for even paper."""
    # Histograms of the differences above and below the mean, int64 [256], give the moments as whole numbers.
    side = gray.shape[0] | 1
    mean = cv2.blur(gray, (side, side))
    above, below = _histogram(cv2.subtract(gray, mean)), _histogram(cv2.subtract(mean, gray))
    second, third = int(((above + below) * _SQUARES).sum()), int(((above - below) * _CUBES).sum())
    if not second:
        return 0.0
    variance = second / gray.size
    return third / gray.size / (variance * math.sqrt(variance))


def _histogram(values: NDArray[np.generic]) -> NDArray[np.int64]:
    """How many pixels there are of each level, int64 [256]."""
    return cv2.calcHist([values], [0], None, [256], [0, 256]).ravel().astype(np.int64)


def _panel(small: Gray, dark: Gray) -> Panel | None:
    """The largest dark piece of a field when it looks like a panel to be written on.

    Args:
        small: uint8 [h, w], the field at about 64 rows.
        dark: uint8 [h, w], 1 = dark.
    """
    # The largest component and its convex hull, int32 [n, 1, 2].
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    largest = int(stats[1:, cv2.CC_STAT_AREA].argmax()) + 1
    left, top, width, height, area = stats[largest].tolist()
    if height < _PANEL_ROWS * dark.shape[0] or width * height < _PANEL_AREA * dark.size:
        return None
    piece = np.asarray(labels[top : top + height, left : left + width] == largest, np.uint8)
    contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(left, top))
    outline = cv2.convexHull(contours[0])
    # The hull as a mask, uint8 [h, w]: large, mostly dark, and with paper around it.
    inside = cv2.fillConvexPoly(np.zeros_like(dark), outline, 1)
    enclosed = cv2.countNonZero(inside)
    around = dark.size - enclosed
    if enclosed < _PANEL_AREA * dark.size or area < _PANEL_FILL * enclosed or around < _AROUND * dark.size:
        return None
    if _edge_step(small, inside) < _EDGE * (_level(small, inside > 0, 0.95) - _level(small, inside > 0, 0.25)):
        return None
    return Panel(np.asarray(outline, np.int32), left, top, left + width, top + height)


def _edge_step(small: Gray, inside: Gray) -> int:
    """How much brighter the field is just outside a mask than just inside, in grey levels.

    At the edge of a panel the paper steps up as its writing does; at that of unevenly lit paper it does not.

    Args:
        small: uint8 [h, w].
        inside: uint8 [h, w], 1 = inside.
    """
    near, far = np.ones((3, 3), np.uint8), np.ones((7, 7), np.uint8)
    outer = _level(small, cv2.dilate(inside, far) > cv2.dilate(inside, near), 0.5)
    inner = _level(small, cv2.erode(inside, near) > cv2.erode(inside, far), 0.5)
    return outer - inner


def _level(gray: Gray, where: NDArray[np.bool_], share: float) -> int:
    """The grey level that a share (0..1) of the pixels where a mask [h, w] is true do not exceed; 0 for no pixels."""
    levels = np.sort(gray[where])
    return int(levels[int(share * (len(levels) - 1))]) if len(levels) else 0


def negative(field: Gray, panel: Panel) -> Gray:
    """The negative of a panel, with paper around it as bright as its own: uint8 [h, w], cut to the panel.

    Args:
        field: uint8 [H, W], grey.
        panel: a dark piece of it.
    """
    negated = np.asarray(255 - field, np.uint8)
    inside = cv2.fillConvexPoly(np.zeros_like(field), panel.outline, 1)
    # Without the panel's blurred edge.
    inside = cv2.erode(inside, np.ones((3, 3), np.uint8), iterations=1 + field.shape[0] // _WORK_ROWS)
    paper = int(np.median(negated[inside > 0])) if cv2.countNonZero(inside) else 255
    negated = np.where(inside > 0, negated, paper).astype(np.uint8)
    return np.ascontiguousarray(negated[panel.top : panel.bottom, panel.left : panel.right])
