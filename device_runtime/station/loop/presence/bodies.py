"""What differs from the empty view, as bodies: their size, the edges that they reach, whether each is one piece."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv import cv2
from device_runtime.station.loop.presence.ground import Mask

LEAST_SHARE = 0.015  # of the view; what is smaller is dirt
_OPENED, _CLOSED = np.ones((3, 3), np.uint8), np.ones((7, 7), np.uint8)
# A quadrilateral fills its hull, and a rectangle the rectangle around it; two that overlap askew do not.
_LEAST_SOLID, _LEAST_RECTANGULAR = 0.9, 0.88


@dataclass(frozen=True)
class Body:
    """Something in the view.

    Attributes:
        share: of the view that it covers.
        x: of its middle, as a share of the view's width.
        y: of its middle, as a share of the view's height.
        edges: which of left, top, right and bottom it reaches.
        is_single: whether its outline can be that of one piece.
        outline: int32 [points, 1, 2], x and y in px of the reduced picture.
    """

    share: float
    x: float
    y: float
    edges: tuple[bool, bool, bool, bool]
    is_single: bool
    outline: NDArray[np.int32] = field(repr=False, compare=False)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is in the view."""
        return not any(self.edges)

    @property
    def is_long(self) -> bool:
        """Whether it reaches two opposite edges at once."""
        left, top, right, bottom = self.edges
        return (left and right) or (top and bottom)

    def drawn(self, shape: tuple[int, ...], width_px: int) -> Mask:
        """The body in a view, bool [h, w].

        Args:
            shape: of the view.
            width_px: of a line along its outline; 0: all of it.
        """
        canvas = np.zeros(shape, np.uint8)
        cv2.drawContours(canvas, [self.outline], 0, 1, width_px or cv2.FILLED)
        return np.asarray(canvas, np.bool_)


def bodies_of(mask: Mask) -> tuple[list[Body], Mask]:
    """The bodies of a view, the largest first.

    Args:
        mask: where it differs from the ground, bool [h, w].

    Returns:
        The bodies; and where they may be, with a margin, bool [h, w].
    """
    ink = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _OPENED)
    # Beyond the edge a body goes on: without a border it would be worn away there.
    around = cv2.copyMakeBorder(ink, 4, 4, 4, 4, cv2.BORDER_REPLICATE)
    ink = cv2.morphologyEx(around, cv2.MORPH_CLOSE, _CLOSED)[4:-4, 4:-4]
    contours, _ = cv2.findContours(np.ascontiguousarray(ink), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = [body for contour in contours if (body := _body(contour, mask.shape))]
    grown = cv2.dilate(ink, _CLOSED)
    return sorted(found, key=lambda body: -body.share), np.asarray(grown, np.bool_)


def _body(contour: NDArray[np.int32], shape: tuple[int, ...]) -> Body | None:
    """The body of an outline; None where it is too small to be a piece."""
    rows, columns = shape
    left, top, width, height = cv2.boundingRect(contour)
    # An outline runs through the middles of its pixels.
    area = cv2.contourArea(contour) + cv2.arcLength(contour, True) / 2 + 1
    share = area / (rows * columns)
    if share < LEAST_SHARE:
        return None
    edges = (left <= 1, top <= 1, left + width >= columns - 1, top + height >= rows - 1)
    hull = cv2.convexHull(contour)
    (_, (across, along), _) = cv2.minAreaRect(contour)
    solid = area / (cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1)
    rectangular = area / ((across + 1) * (along + 1))
    is_single = solid >= _LEAST_SOLID and (any(edges) or rectangular >= _LEAST_RECTANGULAR)
    return Body(share, (left + width / 2) / columns, (top + height / 2) / rows, edges, is_single, contour)
