"""Field to strip: paper flattened, writing upright and level, 20 px tall in the middle of 32 rows, ink bright.

The whole field is normalised at once, not each character, because parts of characters blow up otherwise (paper,
section VII). Training images pass through here too. Everything that decides a pixel is integer arithmetic or
element-wise float, so that every machine makes the same strip, bit for bit: the compiled core (core/c/image), or OpenCV
and NumPy where there is none (image/opencv).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import strips
from device_runtime.core.library import library
from device_runtime.geometry import BODY_HEIGHT_PX
from device_runtime.types import Strip


def normalize(field: NDArray[np.uint8], body_height_px: float = BODY_HEIGHT_PX) -> Strip:
    """Make a strip of a field.

    Args:
        field: uint8 [H, W], grey, dark writing on light paper.
        body_height_px: height that the writing gets; training varies it a little, the device does not.

    Returns:
        The strip, uint8 [32, W'], with the map back to the field; blank, with has_ink False, when there is no writing.
    """
    if library() is not None:
        return strips.normalize(field, body_height_px)
    from device_runtime.image.opencv.normalize import normalize as normalize_by_opencv

    return normalize_by_opencv(field, body_height_px)
