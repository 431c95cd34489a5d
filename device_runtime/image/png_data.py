"""A PNG's picture data, unpacked ahead to see that they end: libpng unpacks all there are, be it for an hour."""

from __future__ import annotations

import zlib

from device_runtime.errors import ImageError
from device_runtime.image.header import chunks

_DEFLATE_AT_BEST = 1032  # so many bytes come out of one
_HARMLESS_BYTES = 100_000_000  # unpacked in a second or two even by a Pi Zero 2 W
_SLACK_BYTES = 1_000_000
_PIECE_BYTES, _UNPACKED_BYTES = 1 << 16, 1 << 18  # at a time, in and out


def check_png_data(data: bytes, picture_bytes: int) -> None:
    """Refuse a PNG that holds, or unpacks into, far more than its picture.

    Only data that could unpack into so much as to matter are unpacked here.

    Args:
        data: the whole file.
        picture_bytes: of the picture, unpacked.

    Raises:
        ImageError: it does, or it is damaged.
    """
    view = memoryview(data)
    parts = [view[start : start + size] for name, start, size in chunks("PNG", data, 8, len(data)) if name == b"IDAT"]
    packed = sum(len(part) for part in parts)
    if packed > 1.25 * picture_bytes + _SLACK_BYTES:
        raise ImageError("is a damaged PNG: it holds more than its picture")
    if packed * _DEFLATE_AT_BEST < _HARMLESS_BYTES:
        return
    unpacker, left = zlib.decompressobj(), picture_bytes + _SLACK_BYTES
    for part in parts:
        for start in range(0, len(part), _PIECE_BYTES):
            piece: bytes | memoryview = part[start : start + _PIECE_BYTES]
            while piece and not unpacker.eof:
                try:
                    left -= len(unpacker.decompress(piece, _UNPACKED_BYTES))
                except zlib.error as error:
                    raise ImageError("is a damaged PNG") from error
                if left < 0:
                    raise ImageError("is a damaged PNG: it unpacks into more than its picture")
                piece = unpacker.unconsumed_tail
