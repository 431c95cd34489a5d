"""The connected components of a mask."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pieces:
    """The connected components of a mask; label 0, the paper, is in `labels` alone.

    Attributes:
        labels: int32 [H, W], 1 + the index of the piece that a pixel belongs to.
        boxes: int32 [n, 5]: left, top, width, height and area of each piece.
        centers: float64 [n, 2]: x and y of each piece's centroid.
    """

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    centers: NDArray[np.float64]


def find_pieces(mask: NDArray[np.uint8]) -> Pieces:
    """Find the pieces that touch each other nowhere, not even at corners.

    Args:
        mask: uint8 [H, W], 1 = ink.
    """
    _, labels, stats, centers = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return Pieces(np.asarray(labels, np.int32), np.asarray(stats[1:], np.int32), centers[1:])
