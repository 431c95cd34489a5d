"""Image files and arrays to grey, with errors that say what is wrong."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import ImageError

MAX_SIDE_PX = 32_000  # OpenCV's resampling maps hold 16-bit coordinates


def load_grey(path: Path | str) -> NDArray[np.uint8]:
    """Read an image file as grey, uint8 [H, W].

    Raises ImageError when the file is missing, empty, not an image, or too large.
    """
    path = Path(path)
    if path.is_dir():
        raise ImageError(f"{path} is a folder, not an image; name the files in it")
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}") from error
    if not len(data):
        raise ImageError(f"{path} is empty")
    try:
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:  # larger than OpenCV's limit, or so damaged that a codec gives up
        raise ImageError(f"{path} cannot be decoded: it is damaged or too large") from error
    if image is None:
        raise ImageError(f"{path} is not an image that OpenCV can read (PNG, JPEG, TIFF, BMP, WebP)")
    try:
        return to_grey(image)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def to_grey(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey, uint8 [H, W], of an image: 8 or 16 bits, grey or BGR or with alpha (laid on white).

    Raises ImageError for any other shape or type, and for images with a side over MAX_SIDE_PX.
    """
    if image.ndim not in (2, 3) or 0 in image.shape[:2] or (image.ndim == 3 and image.shape[2] not in (1, 2, 3, 4)):
        raise ImageError(f"an array of shape {image.shape} is no image; give [H, W], [H, W, 3] or [H, W, 4]")
    if max(image.shape[:2]) > MAX_SIDE_PX:
        raise ImageError(f"{image.shape[1]} x {image.shape[0]} px is too large; crop it to {MAX_SIDE_PX} px a side")
    if image.dtype == np.uint16:
        image = (image.astype(np.uint32) >> 8).astype(np.uint8)
    if image.dtype != np.uint8:
        raise ImageError(f"pixels are {image.dtype}; give 8-bit or 16-bit unsigned integers")
    pixels = np.asarray(image, np.uint8)
    if pixels.ndim == 2:
        return np.ascontiguousarray(pixels)
    channels = pixels.shape[2]
    colour = pixels[:, :, : channels - 1] if channels in (2, 4) else pixels
    grey = colour[:, :, 0] if colour.shape[2] == 1 else np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)
    if channels in (2, 4):
        alpha = pixels[:, :, -1].astype(np.uint16)
        grey = ((grey * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return np.ascontiguousarray(grey)
