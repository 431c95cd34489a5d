"""The formats in which cameras send pixels, each brought to RGB or grey in one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import ImageError
from device_runtime.image.load import decode_image
from device_runtime.image.opencv import cv2
from device_runtime.image.pixels import Pixels


@dataclass(frozen=True)
class Layout:
    """How the pixels of a frame lie in its bytes.

    Attributes:
        format: four letters, e.g. "YUYV".
        width: in px.
        height: in px.
        row_bytes: from the beginning of a row to that of the next; 0 for JPEG.
    """

    format: str
    width: int
    height: int
    row_bytes: int


def _packed(bytes_each: int, code: int | None) -> Callable[[bytes, Layout], Pixels]:
    """A converter of a format whose pixels lie side by side, by a conversion of OpenCV; None if it is RGB or grey."""

    def convert(data: bytes, layout: Layout) -> Pixels:
        pixels = _rows(data, layout, layout.height, bytes_each * layout.width)
        if bytes_each > 1:
            pixels = pixels.reshape(layout.height, layout.width, bytes_each)
        return np.ascontiguousarray(pixels) if code is None else np.asarray(cv2.cvtColor(pixels, code), np.uint8)

    return convert


def _semi_planar(code: int) -> Callable[[bytes, Layout], Pixels]:
    """A converter of a format with all of the brightness first, and then half as many rows of colour."""

    def convert(data: bytes, layout: Layout) -> Pixels:
        rows = _rows(data, layout, layout.height // 2 * 3, layout.width)
        return np.asarray(cv2.cvtColor(rows, code), np.uint8)

    return convert


def _jpeg(data: bytes, _layout: Layout) -> Pixels:
    return decode_image(data)


# In the order in which they are preferred: first what loses nothing and costs least to convert; grey has no colour.
_CONVERTERS: dict[str, Callable[[bytes, Layout], Pixels]] = {
    "RGB3": _packed(3, None),
    "BGR3": _packed(3, cv2.COLOR_BGR2RGB),
    "YUYV": _packed(2, cv2.COLOR_YUV2RGB_YUY2),
    "UYVY": _packed(2, cv2.COLOR_YUV2RGB_UYVY),
    "NV12": _semi_planar(cv2.COLOR_YUV2RGB_NV12),
    "NV21": _semi_planar(cv2.COLOR_YUV2RGB_NV21),
    "MJPG": _jpeg,
    "JPEG": _jpeg,
    # OpenCV names a pattern by the second and third pixel of the second row.
    "RGGB": _packed(1, cv2.COLOR_BayerBG2RGB),
    "GRBG": _packed(1, cv2.COLOR_BayerGB2RGB),
    "GBRG": _packed(1, cv2.COLOR_BayerGR2RGB),
    "BA81": _packed(1, cv2.COLOR_BayerRG2RGB),
    "GREY": _packed(1, None),
}
FORMATS = tuple(_CONVERTERS)


def develop(data: bytes, layout: Layout) -> Pixels:
    """Make a picture of the bytes of a frame.

    Args:
        data: as the driver gave them.
        layout: of them; one of FORMATS.

    Returns:
        uint8 [H, W, 3] in RGB; [H, W] for a camera without colour.

    Raises:
        ImageError: the frame is cut or damaged; the message goes on after what the frame is called.
    """
    try:
        return _CONVERTERS[layout.format](data, layout)
    except cv2.error as error:
        raise ImageError(f"of {layout.width} x {layout.height} px cannot be converted from {layout.format}") from error


def _rows(data: bytes, layout: Layout, count: int, used_bytes: int) -> NDArray[np.uint8]:
    """The rows of a frame without what pads them, uint8 [count, used_bytes]."""
    row_bytes = max(layout.row_bytes, used_bytes)
    # The last row may lack its padding.
    if len(data) < row_bytes * (count - 1) + used_bytes:
        raise ImageError(f"is cut: {len(data)} of {row_bytes * count} bytes")
    flat = np.frombuffer(data, np.uint8)[: row_bytes * count]
    if len(flat) < row_bytes * count:
        flat = np.pad(flat, (0, row_bytes * count - len(flat)))
    return flat.reshape(count, row_bytes)[:, :used_bytes]
