"""Pictures of one brightness, so that a test knows which one it sees."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from device_runtime.capture.source import Frame


def encoded(value: int, suffix: str = ".png") -> bytes:
    """A grey picture in a file's bytes."""
    return bytes(cv2.imencode(suffix, np.full((8, 12), value, np.uint8))[1])


def write(path: Path, value: int) -> None:
    path.write_bytes(encoded(value, path.suffix.lower()))


def level(frame: Frame) -> int:
    """The brightness of a picture's first pixel."""
    return int(frame.pixels.flat[0])
