"""Grey and colour PNGs, written without OpenCV, which a station need not have loaded.

Source: PNG 3 (W3C, 2025), sections 5, 7 and 11.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB = 0, 2
_UP = 2  # each byte less the one above it: what is even becomes zeros
_LEVEL = 1  # a station has no time; level 9 saves a tenth


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture as a PNG file.

    Args:
        pixels: uint8 [H, W] grey, or [H, W, 3] in RGB; at least one pixel.
    """
    height, width = pixels.shape[:2]
    kind = _GRAY if pixels.ndim == 2 else _RGB
    rows = np.ascontiguousarray(pixels).reshape(height, -1)
    # Before each row stands how it is filtered, uint8 [H, 1 + W * channels]; differences are modulo 256.
    filtered = np.full((height, 1 + rows.shape[1]), _UP, np.uint8)
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    data = zlib.compress(filtered.tobytes(), _LEVEL)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
