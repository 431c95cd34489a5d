"""What can be measured of a strip without reading it: the width of its ink, and its pieces."""

from __future__ import annotations

import cv2
import numpy as np

from device_runtime.recognition.cuts import INK_LEVEL
from device_runtime.types import Strip

_SMALLEST_PIECE_PX = 12  # of area: a smaller one is a speck or a dot


def ink_width_px(strip: Strip) -> int:
    """Width of the strip's columns from the first with ink to the last; 0 without ink."""
    inked = np.flatnonzero((strip.pixels > INK_LEVEL).any(axis=0))
    return int(inked[-1] - inked[0] + 1) if len(inked) else 0


def connected_pieces(strip: Strip) -> int:
    """Number of connected pieces of ink in the strip, specks left out."""
    mask = (strip.pixels > INK_LEVEL).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return int((stats[1:, cv2.CC_STAT_AREA] >= _SMALLEST_PIECE_PX).sum())
