"""Image files and arrays to grey, with errors that say what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import FileError, ImageError
from device_runtime.files.regular import printable, read_regular
from device_runtime.image.header import ImageHeader, read_header
from device_runtime.image.plain_png import decode_plain_png
from device_runtime.image.png_data import check_png_data
from device_runtime.image.tiff_header import UPRIGHT

MAX_SIDE_PX = 32_000  # OpenCV's resampling maps hold 16-bit coordinates
MAX_FILE_BYTES = 64_000_000
MAX_DECODED_BYTES = 64_000_000  # an A4 page at 400 dpi in colour has 46 MB
MAX_DECODING_BYTES = 160_000_000  # with what the decoder holds beside it

_NO_MEMORY = -4  # OpenCV's StsNoMem
_BAND_ROWS = 256

Gray = NDArray[np.uint8]


def load_gray(path: Path | str) -> Gray:
    """Read an image file as grey, upright as its EXIF orientation says.

    Args:
        path: of the file.

    Returns:
        uint8 [H, W].

    Raises:
        ImageError: beginning with the path: the file is missing, no regular file, empty, not a PNG, JPEG, TIFF, BMP or
            WebP, damaged, or needs more memory than MAX_DECODED_BYTES and MAX_DECODING_BYTES.
    """
    try:
        return _decode(_bytes(path))
    except ImageError as error:
        raise ImageError(f"{printable(path)} {error}") from error


def _bytes(path: Path | str) -> bytes:
    try:
        data = read_regular(path, MAX_FILE_BYTES)
    except FileError as error:
        raise ImageError(f"cannot be read: {error}") from error
    if not data:
        raise ImageError("is empty")
    return data


def _decode(data: bytes) -> Gray:
    header = read_header(data)
    _check_size(header)
    if header.format == "PNG":
        # A byte a row tells how it is filtered, and an interlaced picture has twice as many rows.
        check_png_data(data, header.decoded_bytes + 2 * header.height)
        plain = decode_plain_png(data, header)
        if plain is not None:
            return upright(plain, header.orientation)
    image = _opencv_decode(data, header.format)
    del data  # no longer needed, and as large as the picture at worst
    return upright(to_gray(image), header.orientation)


def _opencv_decode(data: bytes, kind: str) -> NDArray[np.generic]:
    """The picture in a file of a format, as `to_gray` takes it."""
    from device_runtime.image.opencv import cv2

    # As stored, with any alpha, but for two: a JPEG's grey is cheaper to have from its decoder, being the file's first
    # component, and what OpenCV takes for the alpha of a BMP is mostly a byte without a meaning.
    # No flag here lets OpenCV turn a picture as EXIF says, which 4.11 and 5 do not do alike.
    flags = {
        "JPEG": cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION,
        "BMP": cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION,
    }
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags.get(kind, cv2.IMREAD_UNCHANGED))
    except cv2.error as error:  # so damaged that a codec gives up
        complaint = "needs more memory than there is" if error.code == _NO_MEMORY else f"is a damaged {kind}"
        raise ImageError(complaint) from error
    if image is None:
        raise ImageError(f"is a damaged {kind}")
    return np.asarray(image)


def _check_size(header: ImageHeader) -> None:
    size = f"is {header.width} x {header.height} px"
    if max(header.width, header.height) > MAX_SIDE_PX:
        raise ImageError(f"{size}; crop it to {MAX_SIDE_PX} px a side")
    decoding = header.decoded_bytes + header.held_bytes
    if header.decoded_bytes > MAX_DECODED_BYTES:
        needed, allowed = header.decoded_bytes, MAX_DECODED_BYTES
    elif decoding > MAX_DECODING_BYTES:
        needed, allowed = decoding, MAX_DECODING_BYTES
    else:
        return
    raise ImageError(
        f"{size}: to decode it takes {needed / 1e6:.0f} MB and {allowed / 1e6:.0f} MB are allowed; crop or reduce it"
    )


def upright(gray: Gray, orientation: int) -> Gray:
    """Turn and mirror a picture so that it stands as EXIF says that it should.

    Args:
        grey: uint8 [H, W].
        orientation: 1 to 8, 1 = as it is.

    Returns:
        uint8 [H, W], or [W, H] for 5 to 8.

    Source: EXIF 2.3, tag 274.
    """
    if orientation == UPRIGHT:
        return gray
    if orientation >= 5:
        gray = gray.T
    if orientation in (2, 3, 6, 7):
        gray = gray[:, ::-1]
    if orientation in (3, 4, 7, 8):
        gray = gray[::-1]
    return np.ascontiguousarray(gray)


def to_gray(image: NDArray[np.generic]) -> Gray:
    """Return an image as grey.

    Args:
        image: 8 or 16 bits unsigned, grey or BGR, [H, W] or [H, W, 1 to 4]; alpha, the last of 2 or 4 channels, is laid
            on white.

    Returns:
        uint8 [H, W].

    Raises:
        ImageError: it is no such array, or has a side over MAX_SIDE_PX.
    """
    if not isinstance(image, np.ndarray):
        raise ImageError(f"a {type(image).__name__} is no image; give a path or a NumPy array")
    if image.ndim not in (2, 3) or 0 in image.shape[:2] or (image.ndim == 3 and image.shape[2] not in (1, 2, 3, 4)):
        raise ImageError(f"an array of shape {image.shape} is no image; give [H, W], [H, W, 3] or [H, W, 4]")
    if max(image.shape[:2]) > MAX_SIDE_PX:
        raise ImageError(f"{image.shape[1]} x {image.shape[0]} px is too large; crop it to {MAX_SIDE_PX} px a side")
    if image.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"pixels are {image.dtype}; give 8-bit or 16-bit unsigned integers")
    if image.ndim == 2 and image.dtype == np.uint8:
        return np.ascontiguousarray(image, np.uint8)
    gray = np.empty(image.shape[:2], np.uint8)
    for top in range(0, len(gray), _BAND_ROWS):  # by bands, or what stands between takes four times the image
        gray[top : top + _BAND_ROWS] = _gray_band(image[top : top + _BAND_ROWS])
    return gray


def _gray_band(image: NDArray[np.generic]) -> Gray:
    """Some rows of an image as `to_gray` takes it: uint8 [rows, W]."""
    if image.dtype == np.uint16:
        image = np.right_shift(image, 8)
    pixels = np.ascontiguousarray(image, np.uint8)
    if pixels.ndim == 2:
        return pixels
    channels = pixels.shape[2]
    color = pixels[:, :, : channels - 1] if channels in (2, 4) else pixels
    gray = color[:, :, 0] if color.shape[2] == 1 else _gray_of_color(color)
    # White shows through by what the alpha, 0..255, lacks.
    if channels in (2, 4):
        alpha = pixels[:, :, -1].astype(np.uint16)
        gray = ((gray * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return gray


def _gray_of_color(color: Gray) -> Gray:
    """uint8 [rows, W] of BGR, uint8 [rows, W, 3]."""
    from device_runtime.image.opencv import cv2

    return np.asarray(cv2.cvtColor(color, cv2.COLOR_BGR2GRAY), np.uint8)
