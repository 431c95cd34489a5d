"""Single pictures as sources: an image file, and an image on standard input."""

from __future__ import annotations

import contextlib
import os
import select
import time

from device_runtime.capture.source import Facts, Shot, Tell
from device_runtime.capture.url import Address
from device_runtime.errors import CameraEndedError, CameraError, ImageError
from device_runtime.image.load import MAX_FILE_BYTES, decode_image, load_image
from device_runtime.image.pixels import Pixels

_STDIN = 0
_PIECE_BYTES = 1 << 20


class ImageSource:
    """An image file: one frame, taken when it is wanted.

    Args:
        address: the path.
    """

    claim = None
    waits = True
    silence_s = None

    def __init__(self, address: Address) -> None:
        self.name = address.name
        self._path = address.place
        self._taken = False

    def open(self, tell: Tell) -> Facts:
        """Open nothing: the file is read when its picture is wanted."""
        return Facts("one picture", "image")

    def read(self, timeout_s: float) -> Shot | None:
        """The picture, once."""
        if self._taken:
            raise CameraEndedError(f"{self.name} is a single picture, which was taken already")
        self._taken = True
        return _shot(load_image(self._path))

    def close(self) -> None:
        """Nothing is open."""


class StdinSource:
    """An image on standard input: one frame, when all of it is there."""

    name = "-"
    claim = "stdin"
    waits = True
    silence_s = None

    def __init__(self) -> None:
        self._data = bytearray()
        self._taken = False

    def open(self, tell: Tell) -> Facts:
        """Check that something else than a keyboard is there."""
        with contextlib.suppress(OSError):
            if os.isatty(_STDIN):
                raise CameraError("- reads an image from standard input, and that is a terminal; add < image.png")
        return Facts("standard input", "image")

    def read(self, timeout_s: float) -> Shot | None:
        """The picture, once its last byte is there."""
        if self._taken:
            raise CameraEndedError("standard input held a single picture, which was taken already")
        try:
            if select.select([_STDIN], [], [], timeout_s)[0]:
                piece = os.read(_STDIN, _PIECE_BYTES)
                if not piece:
                    self._taken = True
                    return _shot(self._decoded())
                self._data += piece
                if len(self._data) > MAX_FILE_BYTES:
                    raise ImageError(f"standard input has more than {MAX_FILE_BYTES:,} bytes; give one image")
        except (OSError, ValueError) as error:
            raise CameraError(f"standard input cannot be read: {error}; add < image.png") from error
        return None

    def _decoded(self) -> Pixels:
        data, self._data = bytes(self._data), bytearray()
        try:
            return decode_image(data)
        except ImageError as error:
            raise ImageError(f"standard input {error}") from error

    def close(self) -> None:
        """Nothing is open."""


def _shot(pixels: Pixels) -> Shot:
    return Shot(time.monotonic(), 0, lambda: pixels)
