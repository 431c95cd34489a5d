"""Resizing that gives the same bits on every processor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import strips
from device_runtime.core.library import library


def resize_exact(gray: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Resize a grey image: down by a whole factor first, then linearly.

    Args:
        gray: uint8 [H, W].
        width_px: of the result.
        height_px: of the result.

    Returns:
        uint8 [height_px, width_px].
    """
    if library() is not None:
        return strips.resize(gray, width_px, height_px)
    from device_runtime.image.opencv.resize import resize_exact as resize_by_opencv

    return resize_by_opencv(gray, width_px, height_px)
