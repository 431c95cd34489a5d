"""What can be measured of a field or strip without reading it: darkness of the ink, its width, its pieces."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Strip
from train.segmentation.cuts import INK_LEVEL

_SMALLEST_PIECE_PX = 12  # of area: a smaller one is a speck or a dot


def darkness(grey: NDArray[np.uint8]) -> float:
    """How much darker than the paper the ink of a field is, 0..1: the medians on both sides of Otsu's threshold.

    grey: uint8 [H, W]. A field of one brightness has 0.
    """
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink, paper = grey[grey <= threshold], grey[grey > threshold]
    if not len(ink) or not len(paper):
        return 0.0
    return float(1 - np.median(ink) / max(float(np.median(paper)), 1.0))


def ink_width_px(strip: Strip) -> int:
    """Width of the strip's columns from the first with ink to the last; 0 without ink."""
    inked = np.flatnonzero((strip.pixels > INK_LEVEL).any(axis=0))
    return int(inked[-1] - inked[0] + 1) if len(inked) else 0


def connected_pieces(strip: Strip) -> int:
    """Number of connected pieces of ink in the strip, specks left out."""
    mask = (strip.pixels > INK_LEVEL).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return int((stats[1:, cv2.CC_STAT_AREA] >= _SMALLEST_PIECE_PX).sum())
