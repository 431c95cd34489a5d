"""Arrays that may be pictures: checked, and brought to grey or to RGB with 8 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import ImageError

MAX_SIDE_PX = 32_000  # OpenCV's resampling maps hold 16-bit coordinates
ORDERS = ("RGB", "BGR")

_BAND_ROWS = 256
_SHAPES = "give [H, W], or [H, W, channels] with 1 channel, 2 (grey, alpha), 3 (colour) or 4 (colour, alpha)"

Pixels = NDArray[np.uint8]


def to_pixels(image: NDArray[np.generic], order: str = "RGB") -> Pixels:
    """Return an image with 8 bits, its colour kept.

    Args:
        image: 8 or 16 bits unsigned in any order of bytes, [H, W] or [H, W, 1 to 4]; alpha, the last of 2 or 4
            channels, is laid on white.
        order: of the channels of colour, "RGB" as Pillow and picamera2 give them, or "BGR" as OpenCV does.

    Returns:
        uint8 [H, W], or [H, W, 3] in RGB.

    Raises:
        ImageError: it is no such array, has a side over MAX_SIDE_PX, or the order is another word.
    """
    _check(image, order)
    channels = image.shape[2] if image.ndim == 3 else 1
    in_color = channels >= 3
    if image.dtype == np.uint8 and (image.ndim == 2 or (channels == 3 and order == "RGB")):
        return np.ascontiguousarray(image, np.uint8)
    pixels = np.empty((*image.shape[:2], 3) if in_color else image.shape[:2], np.uint8)
    for top in range(0, len(pixels), _BAND_ROWS):  # by bands, or what stands between takes four times the image
        pixels[top : top + _BAND_ROWS] = _on_white(image[top : top + _BAND_ROWS])
    if in_color and order == "BGR":
        swap(pixels)
    return pixels


def swap(color: Pixels) -> None:
    """Turn BGR to RGB where it is, uint8 [H, W, 3]: a page of 46 MB is not held twice."""
    from device_runtime.image.opencv import cv2

    for top in range(0, len(color), _BAND_ROWS):
        band = color[top : top + _BAND_ROWS]
        band[:] = cv2.cvtColor(band, cv2.COLOR_BGR2RGB)


def to_gray(pixels: Pixels) -> Pixels:
    """Return a picture as grey, uint8 [H, W]: 299 parts of red, 587 of green and 114 of blue in colour.

    Args:
        pixels: uint8 [H, W], or [H, W, 3] in RGB.

    Source: Rec. ITU-R BT.601.
    """
    if pixels.ndim == 2:
        return pixels
    from device_runtime.image.opencv import cv2

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _check(image: NDArray[np.generic], order: str) -> None:
    """Raise ImageError for what `to_pixels` does not take."""
    if order not in ORDERS:
        raise ImageError(f"the order of the channels is {order!r}; give {' or '.join(map(repr, ORDERS))}")
    if not isinstance(image, np.ndarray):
        raise ImageError(f"a {type(image).__name__} is no image; give a path or a NumPy array")
    if image.ndim not in (2, 3) or 0 in image.shape[:2] or (image.ndim == 3 and image.shape[2] not in (1, 2, 3, 4)):
        raise ImageError(f"an array of shape {image.shape} is no image; {_SHAPES}")
    if max(image.shape[:2]) > MAX_SIDE_PX:
        raise ImageError(f"{image.shape[1]} x {image.shape[0]} px is too large; crop it to {MAX_SIDE_PX} px a side")
    if image.dtype.newbyteorder("=") not in (np.uint8, np.uint16):
        raise ImageError(f"pixels are {image.dtype}; give unsigned integers of 8 or 16 bits, uint8 or uint16")


def _on_white(image: NDArray[np.generic]) -> Pixels:
    """Some rows of an image as `to_pixels` takes it, without alpha: uint8 [rows, W] or [rows, W, 3]."""
    if image.dtype.itemsize == 2:
        image = np.right_shift(image, 8)
    pixels = np.asarray(image, np.uint8)
    if pixels.ndim == 2:
        return pixels
    channels = pixels.shape[2]
    if channels in (2, 4):
        # White shows through by what the alpha, 0..255, lacks.
        alpha = pixels[:, :, -1:].astype(np.uint16)
        pixels = ((pixels[:, :, :-1] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return pixels[:, :, 0] if channels <= 2 else pixels
