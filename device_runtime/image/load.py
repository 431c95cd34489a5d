"""Image files to pixels, with errors that say what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import FileError, ImageError
from device_runtime.files.regular import printable, read_regular
from device_runtime.image.header import ImageHeader, read_header
from device_runtime.image.pixels import MAX_SIDE_PX, Pixels, swap, to_gray, to_pixels
from device_runtime.image.plain_png import decode_plain_png
from device_runtime.image.png_data import check_png_data
from device_runtime.image.tiff_header import UPRIGHT

MAX_FILE_BYTES = 64_000_000
MAX_DECODED_BYTES = 64_000_000  # an A4 page at 400 dpi in colour has 46 MB
MAX_DECODING_BYTES = 160_000_000  # with what the decoder holds beside it

_NO_MEMORY = -4  # OpenCV's StsNoMem


def load_image(path: Path | str) -> Pixels:
    """Read an image file with its colour, upright as its EXIF orientation says.

    Args:
        path: of the file.

    Returns:
        uint8 [H, W], or [H, W, 3] in RGB. Of a JPEG whose colour needs more memory than is allowed, the grey.

    Raises:
        ImageError: beginning with the path: the file is missing, no regular file, empty, not a PNG, JPEG, TIFF, BMP or
            WebP, damaged, or needs more memory than MAX_DECODED_BYTES and MAX_DECODING_BYTES.
    """
    try:
        return _decode(_bytes(path), in_color=True)
    except ImageError as error:
        raise ImageError(f"{printable(path)} {error}") from error


def decode_image(data: bytes) -> Pixels:
    """Decode an image that is in memory, such as a frame of a camera that sends JPEG; upright, with its colour.

    Args:
        data: of a whole image file.

    Returns:
        As `load_image`.

    Raises:
        ImageError: as of `load_image`; the message goes on after the name of where the bytes come from.
    """
    if not data:
        raise ImageError("is empty")
    return _decode(data, in_color=True)


def load_gray(path: Path | str) -> Pixels:
    """Read an image file as grey, uint8 [H, W]; else as `load_image`, but of a JPEG only the grey is decoded."""
    try:
        return to_gray(_decode(_bytes(path), in_color=False))
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


def _decode(data: bytes, in_color: bool) -> Pixels:
    """The picture in a file, upright.

    Args:
        data: the whole file.
        in_color: whether the colour of a JPEG is wanted.
    """
    header = read_header(data)
    _check_size(header)
    if header.format == "PNG":
        # A byte a row tells how it is filtered, and an interlaced picture has twice as many rows.
        check_png_data(data, header.decoded_bytes + 2 * header.height)
        plain = decode_plain_png(data, header)
        if plain is not None:
            return upright(plain, header.orientation)
    image = _opencv_decode(data, header, in_color)
    del data  # no longer needed, and as large as the picture at worst
    if image.dtype == np.uint8 and image.shape[2:] == (3,):
        swap(image)
        return upright(image, header.orientation)
    return upright(to_pixels(image, "BGR"), header.orientation)


def _opencv_decode(data: bytes, header: ImageHeader, in_color: bool) -> NDArray[Any]:
    """The picture in a file, as `to_pixels` takes it in BGR; arguments as `_decode`."""
    from device_runtime.image.opencv import cv2

    # As stored, with any alpha, but for two: a JPEG's grey is cheaper to have from its decoder, being the file's first
    # component, and what OpenCV takes for the alpha of a BMP is mostly a byte without a meaning.
    # No flag here lets OpenCV turn a picture as EXIF says, which 4.11 and 5 do not do alike.
    jpeg = cv2.IMREAD_COLOR if in_color and _fits_in_color(header) else cv2.IMREAD_GRAYSCALE
    flags = {
        "JPEG": jpeg | cv2.IMREAD_IGNORE_ORIENTATION,
        "BMP": cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION,
    }
    kind = header.format
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags.get(kind, cv2.IMREAD_UNCHANGED))
    except cv2.error as error:  # so damaged that a codec gives up
        complaint = "needs more memory than there is" if error.code == _NO_MEMORY else f"is a damaged {kind}"
        raise ImageError(complaint) from error
    if image is None:
        raise ImageError(f"is a damaged {kind}")
    return np.asarray(image)


def _fits_in_color(header: ImageHeader) -> bool:
    """Whether a JPEG holds colour, and may be decoded in it."""
    decoded = header.color_bytes
    return 0 < decoded <= MAX_DECODED_BYTES and decoded + header.held_bytes <= MAX_DECODING_BYTES


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


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn and mirror a picture so that it stands as EXIF says that it should.

    Args:
        pixels: uint8 [H, W] or [H, W, 3].
        orientation: 1 to 8, 1 = as it is.

    Returns:
        uint8 [H, W] or [H, W, 3], the sides exchanged for 5 to 8.

    Source: EXIF 2.3, tag 274.
    """
    if orientation == UPRIGHT:
        return pixels
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
