"""Writing that a region cuts: its digits that lie inside may be a code, and those outside say that it is none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from device_runtime.image.pixels import Pixels, to_gray
from device_runtime.piece.sampling import sample
from device_runtime.types import Field, Reading

# A field ends at an edge that is no farther from its end, in heights of the field; so much beyond its end is looked at.
# Digits that are set wide apart leave a gap, and a region may end in it.
_NEAR, _BEYOND = 0.4, 0.8
# Ink differs from the paper by so much of what the field's ink does, of which no more than a few pixels are spots.
_INK_SHARE, _INK_PERCENT = 0.5, 97


def if_not_cut(reading: Reading, field: Field, inside: tuple[int, int, int, int], pixels: Pixels) -> Reading:
    """A reading in a region, rejected if it is accepted and its line goes on outside.

    Args:
        reading: of the line.
        field: where the line stands in the picture, px.
        inside: left, top, width and height of the region, px.
        pixels: the picture, uint8 [H, W] or [H, W, 3] in RGB.
    """
    if reading.status != "accepted":
        return reading
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = field.corners
    ends = {
        "left": Field(((x1, y1), (x0, y0), (x3, y3), (x2, y2))),
        "right": field,
    }
    for side, end in ends.items():
        if _is_at_edge(end, inside, pixels.shape[1], pixels.shape[0]) and _goes_on(end, field, pixels):
            reason = f"the region cuts off the writing at the {side}; leave more room there"
            return replace(reading, status="rejected", reason=reason)
    return reading


def _is_at_edge(end: Field, inside: tuple[int, int, int, int], width_px: int, height_px: int) -> bool:
    """Whether the middle of a field's second side lies at an edge of the region that is none of the picture."""
    (_, (x1, y1), (x2, y2), _), (left, top, width, height) = end.corners, inside
    x, y, near = (x1 + x2) / 2, (y1 + y2) / 2, max(1.0, _NEAR * math.dist((x1, y1), (x2, y2)))
    return (
        (left > 0 and x <= left + near)
        or (left + width < width_px and x >= left + width - near)
        or (top > 0 and y <= top + near)
        or (top + height < height_px and y >= top + height - near)
    )


def _goes_on(end: Field, field: Field, pixels: Pixels) -> bool:
    """Whether there is ink right beyond a field's second side."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = end.corners
    high = math.dist((x1, y1), (x2, y2))
    above, below = (
        _BEYOND * high / max(1.0, math.dist(*side)) for side in (((x0, y0), (x1, y1)), ((x3, y3), (x2, y2)))
    )
    far = ((x1 + above * (x1 - x0), y1 + above * (y1 - y0)), (x2 + below * (x2 - x3), y2 + below * (y2 - y3)))
    beyond = (end.corners[1], *far, end.corners[2])
    # In clockwise order again where the end is the left one.
    strip = to_gray(sample(pixels, Field(beyond if end is field else (far[0], end.corners[1], end.corners[2], far[1]))))
    line = to_gray(sample(pixels, field)).astype(np.int64)
    paper = int(np.median(line))
    ink = np.percentile(np.abs(line - paper), _INK_PERCENT, method="lower")
    return bool(np.abs(strip.astype(np.int64) - paper).max() > _INK_SHARE * ink)
