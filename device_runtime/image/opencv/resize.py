"""Resizing that gives the same bits on every processor."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def resize_exact(gray: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Resize a grey image: down by a whole factor first, then by OpenCV's exact linear method.

    INTER_AREA by a fraction would be the simpler way down, but its last bit differs between processors.

    Args:
        grey: uint8 [H, W].
        width_px: of the result.
        height_px: of the result.

    Returns:
        uint8 [height_px, width_px].
    """
    # Means of whole blocks, uint8 [H / factor, W / factor], which integers make exact.
    factor = gray.shape[0] // height_px
    if factor > 1:
        rows, columns = gray.shape[0] // factor, max(1, gray.shape[1] // factor)
        whole = gray[: rows * factor, : columns * factor]
        gray = np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(gray, (width_px, height_px), interpolation=cv2.INTER_LINEAR_EXACT), np.uint8)
