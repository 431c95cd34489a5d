"""A field's pixels to the grey in which its ink is read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.boxes import without_boxes
from device_runtime.image.projection import ink_projection


def prepared(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a field as grey, without preprinted colour.

    Args:
        pixels: uint8 [H, W], or [H, W, 3] in RGB.

    Returns:
        uint8 [H, W]; a field that is grey and has no boxes as it is.
    """
    return without_boxes(ink_projection(pixels))[0]
