"""Mail under a camera that is not there: a folder that is filmed, whose pictures show the piece that is in view."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.commands.played.mail import Letter
from device_runtime.errors import WriteError
from device_runtime.image.load import load_image
from device_runtime.image.opencv import cv2

FPS = 15
# What a camera sees of a piece from frame to frame: it trembles by so many px, and the light flickers.
_VIEWS = ((0, 0, 0), (2, 1, 6), (1, 3, -8))
_QUALITY = 92


class Film:
    """A folder of the pictures of one piece, which a camera plays again and again; the next piece takes their place.

    Args:
        letters: that pass, again from the first after the last.
        folder: to film; made here. The first piece is in view.

    Attributes:
        url: for the camera.
    """

    def __init__(self, letters: Sequence[Letter], folder: Path) -> None:
        self._letters, self._folder = letters, folder
        self._known: dict[str, list[bytes]] = {}
        self._in_view = 0
        folder.mkdir()
        self.url = f"dir:{folder}?fps={FPS}&loop"
        self.show(1)

    def letter(self, number: int) -> Letter:
        """The piece with a number, from 1."""
        return self._letters[(number - 1) % len(self._letters)]

    def show(self, number: int) -> None:
        """Bring a piece into view; one that is behind the piece in view stays away.

        Raises:
            PosteyeError: its picture cannot be read, or the folder cannot be written.
        """
        if number <= self._in_view:
            return
        self._in_view = number
        try:
            for view, data in enumerate(self._pictures(self.letter(number))):
                hidden = self._folder / ".next"
                hidden.write_bytes(data)
                os.replace(hidden, self._folder / f"{view}.jpg")
        except OSError as error:
            raise WriteError(f"{self._folder} cannot be written: {error.strerror or error}") from error

    def _pictures(self, letter: Letter) -> list[bytes]:
        """The files of its views."""
        if letter.file not in self._known:
            pixels = load_image(letter.path)
            self._known[letter.file] = [_jpeg(_seen(pixels, *view)) for view in _VIEWS]
        return self._known[letter.file]


def _seen(pixels: NDArray[np.uint8], down_px: int, right_px: int, brighter: int) -> NDArray[np.uint8]:
    moved = np.pad(pixels, ((down_px, 0), (right_px, 0), (0, 0)), mode="edge")[: pixels.shape[0], : pixels.shape[1]]
    return np.clip(moved.astype(np.int16) + brighter, 0, 255).astype(np.uint8)


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    data: bytes = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
    return data
