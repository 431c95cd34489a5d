"""Plain grey PNGs, decoded without OpenCV, which takes longer to load than a field to read.

Only a file in which all is as it should be is decoded here: 8 bits of grey, not interlaced, every checksum right, rows
filtered by what NumPy undoes in one step. For anything else OpenCV's decoder is asked, and says what is wrong.
Source: PNG 3 (W3C, 2025), sections 5 and 9.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.header import ImageHeader, chunks

_LARGEST_PX = 1 << 22  # of a larger picture the decoding takes longer than to load OpenCV
_GRAY_8 = bytes([8, 0, 0, 0, 0])  # bits, colour type, compression, filter method, interlacing
# Chunks that do not change what OpenCV makes of the grey. EXIF's orientation is read in header.py.
_HARMLESS = frozenset([b"IHDR", b"IEND", b"eXIf", b"gAMA", b"pHYs", b"sRGB", b"tEXt", b"tIME"])
_MOST_NOTES = 16
_SUB, _UP = 1, 2  # how a row is filtered; 0 = not at all; the others, Average and Paeth, go pixel by pixel


def decode_plain_png(data: bytes, header: ImageHeader) -> NDArray[np.uint8] | None:
    """Decode a plain grey PNG.

    Args:
        data: the whole file.
        header: what `read_header` found in it.

    Returns:
        uint8 [H, W] as stored; None for a file that is not plain, or in which anything is wrong.
    """
    if data[24:29] != _GRAY_8 or header.width * header.height > _LARGEST_PX:
        return None
    packed = _packed(data)
    return None if packed is None else _unfiltered(packed, header.width, header.height)


def _packed(data: bytes) -> bytes | None:
    """The picture data; None where a chunk is damaged, out of its place, or not among the harmless ones."""
    view, parts = memoryview(data), list[memoryview]()
    notes, last = 0, b""
    for name, start, length in chunks("PNG", data, 8, len(data)):
        if zlib.crc32(view[start - 4 : start + length]).to_bytes(4) != data[start + length : start + length + 4]:
            return None
        if name == b"IDAT" and (not parts or last == b"IDAT"):
            parts.append(view[start : start + length])
        elif name not in _HARMLESS or notes > _MOST_NOTES:
            return None
        else:
            notes += 1
        if name == b"IEND":
            return None if length else b"".join(parts)
        last = name
    return None


def _unfiltered(packed: bytes, width: int, height: int) -> NDArray[np.uint8] | None:
    """The pixels, uint8 [height, width]; None where the data are damaged or filtered in another way."""
    unpacker, size = zlib.decompressobj(), height * (width + 1)
    try:
        unpacked = unpacker.decompress(packed, size + 1)
    except zlib.error:
        return None
    if len(unpacked) != size or not unpacker.eof or unpacker.unused_data:
        return None
    # A byte before each row says how it is filtered.
    rows = np.frombuffer(unpacked, np.uint8).reshape(height, width + 1)
    if rows[:, 0].max() > _UP:
        return None
    pixels, above = np.empty((height, width), np.uint8), np.zeros(width, np.uint8)
    for kind, row, pixel in zip(rows[:, 0].tolist(), rows[:, 1:], pixels, strict=True):
        if kind == _SUB:
            np.add.accumulate(row, out=pixel)  # modulo 256, from left to right
        elif kind == _UP:
            np.add(row, above, out=pixel)
        else:
            pixel[:] = row
        above = pixel
    return pixels
